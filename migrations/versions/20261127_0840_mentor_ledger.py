"""Hours and costs of a pairing, certificates of mentors, and the practice that came of it."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0840'
down_revision = '20261127_0830'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mentoring_ledger',
    sa.Column('pairing_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=15), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.Column('cost', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_mentoring_ledger_city_id')),
    sa.ForeignKeyConstraint(['pairing_id'], ['mentoring_pairing.id'], name=op.f('fk_mentoring_ledger_pairing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_ledger'))
    )
    with op.batch_alter_table('mentoring_ledger') as batch_op:
        batch_op.create_index('ix_mentoring_ledger_city_id', ['city_id'], unique=False)
        batch_op.create_index('ix_mentoring_ledger_pairing_id', ['pairing_id'], unique=False)

    op.create_table('mentoring_certificate',
    sa.Column('pairing_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('issued_by', sa.Integer(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['pairing_id'], ['mentoring_pairing.id'], name=op.f('fk_mentoring_certificate_pairing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_certificate')),
    sa.UniqueConstraint('code', name=op.f('uq_mentoring_certificate_code')),
    sa.UniqueConstraint('pairing_id', name=op.f('uq_mentoring_certificate_pairing_id'))
    )
    with op.batch_alter_table('mentoring_pairing') as batch_op:
        batch_op.add_column(sa.Column('practice_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_mentoring_pairing_practice_id'), 'practice', ['practice_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('mentoring_pairing') as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_mentoring_pairing_practice_id'), type_='foreignkey')
        batch_op.drop_column('practice_id')
    op.drop_table('mentoring_certificate')
    op.drop_table('mentoring_ledger')
