"""Action plans made up for a demonstration are marked."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0880'
down_revision = '20261127_0870'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('plan') as batch_op:
        batch_op.add_column(sa.Column('is_demonstration', sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table('plan') as batch_op:
        batch_op.alter_column('is_demonstration', existing_type=sa.Boolean(), server_default=None, existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('plan') as batch_op:
        batch_op.drop_column('is_demonstration')
