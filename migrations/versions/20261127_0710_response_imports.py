"""Workbooks of answers that come in."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0710'
down_revision = '20261127_0700'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reporting_import',
    sa.Column('response_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('said', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('written', sa.JSON(), nullable=False),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('accepted_by', sa.Integer(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('discarded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.Integer(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_reporting_import_file_id')),
    sa.ForeignKeyConstraint(['response_id'], ['reporting_response.id'], name=op.f('fk_reporting_import_response_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reporting_import'))
    )
    op.create_index('ix_reporting_import_response_id', 'reporting_import', ['response_id'])


def downgrade() -> None:
    op.drop_index('ix_reporting_import_response_id', table_name='reporting_import')
    op.drop_table('reporting_import')
