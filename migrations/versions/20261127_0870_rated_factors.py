"""Key factors that a mentee has made actions of its plan."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0870'
down_revision = '20261127_0850'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mentoring_rated_factor',
    sa.Column('pairing_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['pairing_id'], ['mentoring_pairing.id'], name=op.f('fk_mentoring_rated_factor_pairing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_rated_factor')),
    sa.UniqueConstraint('pairing_id', 'code', name=op.f('uq_mentoring_rated_factor_pairing_id_code'))
    )


def downgrade() -> None:
    op.drop_table('mentoring_rated_factor')
