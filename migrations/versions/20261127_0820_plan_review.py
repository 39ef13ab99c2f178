"""Plans: who wrote a version, a remark's version, who wrote and approved what is said of progress."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0820'
down_revision = '20261127_0810'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('plan_version') as batch_op:
        batch_op.add_column(sa.Column('written_by', sa.JSON(), nullable=False, server_default='[]'))

    with op.batch_alter_table('plan_remark') as batch_op:
        batch_op.add_column(sa.Column('version_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_plan_remark_version_id'), 'plan_version', ['version_id'], ['id'])

    with op.batch_alter_table('plan_progress_round') as batch_op:
        batch_op.add_column(sa.Column('written_by', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('approved_by', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('plan_progress_note') as batch_op:
        batch_op.add_column(sa.Column('written_by', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    with op.batch_alter_table('plan_progress_note') as batch_op:
        batch_op.drop_column('written_by')

    with op.batch_alter_table('plan_progress_round') as batch_op:
        batch_op.drop_column('approved_at')
        batch_op.drop_column('approved_by')
        batch_op.drop_column('written_by')

    with op.batch_alter_table('plan_remark') as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_plan_remark_version_id'), type_='foreignkey')
        batch_op.drop_column('version_id')

    with op.batch_alter_table('plan_version') as batch_op:
        batch_op.drop_column('written_by')
