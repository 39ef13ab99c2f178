"""Action plans of cities, as far as gaps become actions."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0700'
down_revision = '20261127_0650'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
