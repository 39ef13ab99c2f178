"""What a practice was adopted from."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0760'
down_revision = '20261127_0750'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('practice') as batch_op:
        batch_op.add_column(sa.Column('adopted_from', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    with op.batch_alter_table('practice') as batch_op:
        batch_op.drop_column('adopted_from')
