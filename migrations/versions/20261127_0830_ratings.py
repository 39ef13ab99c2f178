"""Self-assessments and evaluations of a pairing."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0830'
down_revision = '20261127_0820'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mentoring_rating',
    sa.Column('pairing_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('moment', sa.String(length=10), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('factors', sa.JSON(), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('again', sa.String(length=15), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_mentoring_rating_city_id')),
    sa.ForeignKeyConstraint(['pairing_id'], ['mentoring_pairing.id'], name=op.f('fk_mentoring_rating_pairing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_rating')),
    sa.UniqueConstraint('pairing_id', 'city_id', 'moment', name=op.f('uq_mentoring_rating_pairing_id_city_id_moment'))
    )
    with op.batch_alter_table('mentoring_rating') as batch_op:
        batch_op.create_index('ix_mentoring_rating_city_id', ['city_id'], unique=False)


def downgrade() -> None:
    op.drop_table('mentoring_rating')
