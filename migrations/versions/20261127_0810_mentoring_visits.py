"""Visits of a pairing: agenda, people, documents, minutes, decisions; secret addresses of calendars."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0810'
down_revision = '20261127_0760'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mentoring_visit',
    sa.Column('pairing_id', sa.Integer(), nullable=False),
    sa.Column('host_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('place', sa.String(length=300), nullable=False),
    sa.Column('link', sa.String(length=500), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('starts_at', sa.Time(), nullable=True),
    sa.Column('ends_at', sa.Time(), nullable=True),
    sa.Column('zone', sa.String(length=60), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('interpreter', sa.String(length=12), nullable=False),
    sa.Column('agenda', sa.JSON(), nullable=False),
    sa.Column('people', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['host_id'], ['city.id'], name=op.f('fk_mentoring_visit_host_id')),
    sa.ForeignKeyConstraint(['pairing_id'], ['mentoring_pairing.id'], name=op.f('fk_mentoring_visit_pairing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_visit'))
    )
    with op.batch_alter_table('mentoring_visit') as batch_op:
        batch_op.create_index('ix_mentoring_visit_pairing_id_first_on', ['pairing_id', 'first_on'], unique=False)

    op.create_table('mentoring_minutes',
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=True),
    sa.Column('written_by', sa.Integer(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('mentor_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mentor_confirmed_by', sa.Integer(), nullable=True),
    sa.Column('mentee_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mentee_confirmed_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_mentoring_minutes_city_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['mentoring_visit.id'], name=op.f('fk_mentoring_minutes_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_minutes')),
    sa.UniqueConstraint('visit_id', name=op.f('uq_mentoring_minutes_visit_id'))
    )
    op.create_table('mentoring_decision',
    sa.Column('minutes_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('owner_body', sa.String(length=200), nullable=False),
    sa.Column('owner_person', sa.String(length=200), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_mentoring_decision_city_id')),
    sa.ForeignKeyConstraint(['minutes_id'], ['mentoring_minutes.id'], name=op.f('fk_mentoring_decision_minutes_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_decision'))
    )
    with op.batch_alter_table('mentoring_decision') as batch_op:
        batch_op.create_index('ix_mentoring_decision_minutes_id', ['minutes_id'], unique=False)

    op.create_table('mentoring_visit_document',
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('added_by', sa.Integer(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_mentoring_visit_document_file_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['mentoring_visit.id'], name=op.f('fk_mentoring_visit_document_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_visit_document'))
    )
    with op.batch_alter_table('mentoring_visit_document') as batch_op:
        batch_op.create_index('ix_mentoring_visit_document_visit_id', ['visit_id'], unique=False)

    op.create_table('mentoring_calendar',
    sa.Column('pairing_id', sa.Integer(), nullable=True),
    sa.Column('city_id', sa.Integer(), nullable=True),
    sa.Column('nonce', sa.String(length=40), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_mentoring_calendar_city_id')),
    sa.ForeignKeyConstraint(['pairing_id'], ['mentoring_pairing.id'], name=op.f('fk_mentoring_calendar_pairing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_calendar')),
    sa.UniqueConstraint('city_id', name=op.f('uq_mentoring_calendar_city_id')),
    sa.UniqueConstraint('nonce', name=op.f('uq_mentoring_calendar_nonce')),
    sa.UniqueConstraint('pairing_id', name=op.f('uq_mentoring_calendar_pairing_id'))
    )


def downgrade() -> None:
    op.drop_table('mentoring_calendar')
    with op.batch_alter_table('mentoring_visit_document') as batch_op:
        batch_op.drop_index('ix_mentoring_visit_document_visit_id')

    op.drop_table('mentoring_visit_document')
    with op.batch_alter_table('mentoring_decision') as batch_op:
        batch_op.drop_index('ix_mentoring_decision_minutes_id')

    op.drop_table('mentoring_decision')
    op.drop_table('mentoring_minutes')
    with op.batch_alter_table('mentoring_visit') as batch_op:
        batch_op.drop_index('ix_mentoring_visit_pairing_id_first_on')

    op.drop_table('mentoring_visit')
