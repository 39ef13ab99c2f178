"""Results of a round, computed."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0640'
down_revision = '20261127_0630'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reporting_result',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('audience', sa.String(length=10), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['reporting_round.id'], name=op.f('fk_reporting_result_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reporting_result')),
    sa.UniqueConstraint('round_id', 'audience', 'key', name=op.f('uq_reporting_result_round_id_audience_key'))
    )


def downgrade() -> None:
    op.drop_table('reporting_result')
