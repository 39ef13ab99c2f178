"""Toolkits and the versions of their benchmarks."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0730'
down_revision = '20261127_0720'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('toolkit',
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('series', sa.String(length=120), nullable=False),
    sa.Column('is_own', sa.Boolean(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('structure', sa.JSON(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['content_item.id'], name=op.f('fk_toolkit_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_toolkit')),
    sa.UniqueConstraint('item_id', name=op.f('uq_toolkit_item_id')),
    sa.UniqueConstraint('slug', name=op.f('uq_toolkit_slug'))
    )
    op.create_table('toolkit_benchmark',
    sa.Column('toolkit_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('structure', sa.JSON(), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['toolkit_id'], ['toolkit.id'], name=op.f('fk_toolkit_benchmark_toolkit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_toolkit_benchmark')),
    sa.UniqueConstraint('toolkit_id', 'number', name=op.f('uq_toolkit_benchmark_toolkit_id_number'))
    )


def downgrade() -> None:
    op.drop_table('toolkit_benchmark')
    op.drop_table('toolkit')
