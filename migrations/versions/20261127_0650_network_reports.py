"""The network's reports: chapters, mentions, editions."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0650'
down_revision = '20261127_0640'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
