"""Mentoring: programmes, applications, matchings, pairings."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0750'
down_revision = '20261127_0740'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mentoring_programme',
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('previous_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('answer_days', sa.SmallInteger(), nullable=False),
    sa.Column('quiet_days', sa.SmallInteger(), nullable=False),
    sa.Column('is_demonstration', sa.Boolean(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['content_item.id'], name=op.f('fk_mentoring_programme_item_id')),
    sa.ForeignKeyConstraint(['previous_id'], ['mentoring_programme.id'], name=op.f('fk_mentoring_programme_previous_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_programme')),
    sa.UniqueConstraint('item_id', name=op.f('uq_mentoring_programme_item_id')),
    sa.UniqueConstraint('slug', name=op.f('uq_mentoring_programme_slug'))
    )
    op.create_table('mentoring_application',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('contact_name', sa.String(length=200), nullable=False),
    sa.Column('contact_email', sa.String(length=254), nullable=False),
    sa.Column('interpreter', sa.String(length=12), nullable=False),
    sa.Column('most_as_mentor', sa.SmallInteger(), nullable=False),
    sa.Column('most_as_mentee', sa.SmallInteger(), nullable=False),
    sa.Column('windows', sa.JSON(), nullable=False),
    sa.Column('population', sa.Integer(), nullable=True),
    sa.Column('competences', sa.JSON(), nullable=False),
    sa.Column('foreign_share', sa.Numeric(precision=5, scale=2), nullable=True),
    sa.Column('support_group', sa.JSON(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('submitted_by', sa.Integer(), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_mentoring_application_city_id')),
    sa.ForeignKeyConstraint(['programme_id'], ['mentoring_programme.id'], name=op.f('fk_mentoring_application_programme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_application')),
    sa.UniqueConstraint('programme_id', 'city_id', name=op.f('uq_mentoring_application_programme_id_city_id'))
    )
    with op.batch_alter_table('mentoring_application') as batch_op:
        batch_op.create_index(batch_op.f('ix_mentoring_application_city_id'), ['city_id'], unique=False)

    op.create_table('mentoring_grant',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=300), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('granted', sa.Integer(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_mentoring_grant_city_id')),
    sa.ForeignKeyConstraint(['programme_id'], ['mentoring_programme.id'], name=op.f('fk_mentoring_grant_programme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_grant')),
    sa.UniqueConstraint('programme_id', 'city_id', 'purpose', name=op.f('uq_mentoring_grant_programme_id_city_id_purpose'))
    )
    with op.batch_alter_table('mentoring_grant') as batch_op:
        batch_op.create_index(batch_op.f('ix_mentoring_grant_city_id'), ['city_id'], unique=False)

    op.create_table('mentoring_phase',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('phase', sa.String(length=20), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['mentoring_programme.id'], name=op.f('fk_mentoring_phase_programme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_phase')),
    sa.UniqueConstraint('programme_id', 'phase', name=op.f('uq_mentoring_phase_programme_id_phase'))
    )
    op.create_table('mentoring_run',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('inputs', sa.JSON(), nullable=False),
    sa.Column('outcome', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('aim', sa.String(length=10), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('chosen_by', sa.Integer(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['mentoring_programme.id'], name=op.f('fk_mentoring_run_programme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_run')),
    sa.UniqueConstraint('programme_id', 'number', name=op.f('uq_mentoring_run_programme_id_number'))
    )
    op.create_table('mentoring_scheme',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('toolkit', sa.String(length=80), nullable=False),
    sa.Column('benchmark_number', sa.SmallInteger(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('facilitator_id', sa.Integer(), nullable=True),
    sa.Column('facilitator_name', sa.String(length=200), nullable=False),
    sa.Column('facilitator_organisation', sa.String(length=200), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['mentoring_programme.id'], name=op.f('fk_mentoring_scheme_programme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_scheme')),
    sa.UniqueConstraint('programme_id', 'toolkit', name=op.f('uq_mentoring_scheme_programme_id_toolkit'))
    )
    op.create_table('mentoring_avoided',
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['mentoring_application.id'], name=op.f('fk_mentoring_avoided_application_id')),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_mentoring_avoided_city_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_avoided')),
    sa.UniqueConstraint('application_id', 'city_id', name=op.f('uq_mentoring_avoided_application_id_city_id'))
    )
    op.create_table('mentoring_language',
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('person', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('level', sa.String(length=2), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['mentoring_application.id'], name=op.f('fk_mentoring_language_application_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_language'))
    )
    with op.batch_alter_table('mentoring_language') as batch_op:
        batch_op.create_index(batch_op.f('ix_mentoring_language_application_id'), ['application_id'], unique=False)

    op.create_table('mentoring_need',
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('scheme_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('gap', sa.SmallInteger(), nullable=False),
    sa.Column('priority', sa.SmallInteger(), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('key_factors', sa.JSON(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['mentoring_application.id'], name=op.f('fk_mentoring_need_application_id')),
    sa.ForeignKeyConstraint(['scheme_id'], ['mentoring_scheme.id'], name=op.f('fk_mentoring_need_scheme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_need')),
    sa.UniqueConstraint('application_id', 'scheme_id', name=op.f('uq_mentoring_need_application_id_scheme_id'))
    )
    with op.batch_alter_table('mentoring_need') as batch_op:
        batch_op.create_index(batch_op.f('ix_mentoring_need_scheme_id'), ['scheme_id'], unique=False)

    op.create_table('mentoring_offer',
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('scheme_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('strength', sa.SmallInteger(), nullable=False),
    sa.Column('places', sa.SmallInteger(), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('key_factors', sa.JSON(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['mentoring_application.id'], name=op.f('fk_mentoring_offer_application_id')),
    sa.ForeignKeyConstraint(['scheme_id'], ['mentoring_scheme.id'], name=op.f('fk_mentoring_offer_scheme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_offer')),
    sa.UniqueConstraint('application_id', 'scheme_id', name=op.f('uq_mentoring_offer_application_id_scheme_id'))
    )
    with op.batch_alter_table('mentoring_offer') as batch_op:
        batch_op.create_index(batch_op.f('ix_mentoring_offer_scheme_id'), ['scheme_id'], unique=False)

    op.create_table('mentoring_pair_rule',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('scheme_id', sa.Integer(), nullable=False),
    sa.Column('mentor_id', sa.Integer(), nullable=False),
    sa.Column('mentee_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['mentee_id'], ['city.id'], name=op.f('fk_mentoring_pair_rule_mentee_id')),
    sa.ForeignKeyConstraint(['mentor_id'], ['city.id'], name=op.f('fk_mentoring_pair_rule_mentor_id')),
    sa.ForeignKeyConstraint(['programme_id'], ['mentoring_programme.id'], name=op.f('fk_mentoring_pair_rule_programme_id')),
    sa.ForeignKeyConstraint(['scheme_id'], ['mentoring_scheme.id'], name=op.f('fk_mentoring_pair_rule_scheme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_pair_rule')),
    sa.UniqueConstraint('scheme_id', 'mentor_id', 'mentee_id', name=op.f('uq_mentoring_pair_rule_scheme_id_mentor_id_mentee_id'))
    )
    with op.batch_alter_table('mentoring_pair_rule') as batch_op:
        batch_op.create_index(batch_op.f('ix_mentoring_pair_rule_programme_id'), ['programme_id'], unique=False)

    op.create_table('mentoring_pairing',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('scheme_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=True),
    sa.Column('mentor_id', sa.Integer(), nullable=False),
    sa.Column('mentee_id', sa.Integer(), nullable=False),
    sa.Column('previous_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('answer_by', sa.Date(), nullable=True),
    sa.Column('mentor_accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mentor_accepted_by', sa.Integer(), nullable=True),
    sa.Column('mentee_accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mentee_accepted_by', sa.Integer(), nullable=True),
    sa.Column('agreement', sa.JSON(), nullable=False),
    sa.Column('agreement_language', sa.String(length=10), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('agreement_sha256', sa.String(length=64), nullable=False),
    sa.Column('mentor_signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mentor_signed_by', sa.Integer(), nullable=True),
    sa.Column('mentee_signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mentee_signed_by', sa.Integer(), nullable=True),
    sa.Column('last_activity_on', sa.Date(), nullable=True),
    sa.Column('asked_on', sa.Date(), nullable=True),
    sa.Column('told_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['mentee_id'], ['city.id'], name=op.f('fk_mentoring_pairing_mentee_id')),
    sa.ForeignKeyConstraint(['mentor_id'], ['city.id'], name=op.f('fk_mentoring_pairing_mentor_id')),
    sa.ForeignKeyConstraint(['previous_id'], ['mentoring_pairing.id'], name=op.f('fk_mentoring_pairing_previous_id')),
    sa.ForeignKeyConstraint(['programme_id'], ['mentoring_programme.id'], name=op.f('fk_mentoring_pairing_programme_id')),
    sa.ForeignKeyConstraint(['run_id'], ['mentoring_run.id'], name=op.f('fk_mentoring_pairing_run_id')),
    sa.ForeignKeyConstraint(['scheme_id'], ['mentoring_scheme.id'], name=op.f('fk_mentoring_pairing_scheme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_pairing'))
    )
    with op.batch_alter_table('mentoring_pairing') as batch_op:
        batch_op.create_index('ix_mentoring_pairing_mentee_id', ['mentee_id'], unique=False)
        batch_op.create_index('ix_mentoring_pairing_mentor_id', ['mentor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mentoring_pairing_programme_id'), ['programme_id'], unique=False)
        batch_op.create_index('ix_mentoring_pairing_scheme_id', ['scheme_id'], unique=False)

    op.create_table('mentoring_wish',
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('scheme_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=10), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.SmallInteger(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['mentoring_application.id'], name=op.f('fk_mentoring_wish_application_id')),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_mentoring_wish_city_id')),
    sa.ForeignKeyConstraint(['scheme_id'], ['mentoring_scheme.id'], name=op.f('fk_mentoring_wish_scheme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_wish')),
    sa.UniqueConstraint('application_id', 'scheme_id', 'side', 'city_id', name=op.f('uq_mentoring_wish_application_id_scheme_id_side_city_id')),
    sa.UniqueConstraint('application_id', 'scheme_id', 'side', 'rank', name=op.f('uq_mentoring_wish_application_id_scheme_id_side_rank'))
    )
    op.create_table('mentoring_journal',
    sa.Column('pairing_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_mentoring_journal_city_id')),
    sa.ForeignKeyConstraint(['pairing_id'], ['mentoring_pairing.id'], name=op.f('fk_mentoring_journal_pairing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentoring_journal'))
    )
    with op.batch_alter_table('mentoring_journal') as batch_op:
        batch_op.create_index('ix_mentoring_journal_pairing_id', ['pairing_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('mentoring_journal') as batch_op:
        batch_op.drop_index('ix_mentoring_journal_pairing_id')

    op.drop_table('mentoring_journal')
    op.drop_table('mentoring_wish')
    with op.batch_alter_table('mentoring_pairing') as batch_op:
        batch_op.drop_index('ix_mentoring_pairing_scheme_id')
        batch_op.drop_index(batch_op.f('ix_mentoring_pairing_programme_id'))
        batch_op.drop_index('ix_mentoring_pairing_mentor_id')
        batch_op.drop_index('ix_mentoring_pairing_mentee_id')

    op.drop_table('mentoring_pairing')
    with op.batch_alter_table('mentoring_pair_rule') as batch_op:
        batch_op.drop_index(batch_op.f('ix_mentoring_pair_rule_programme_id'))

    op.drop_table('mentoring_pair_rule')
    with op.batch_alter_table('mentoring_offer') as batch_op:
        batch_op.drop_index(batch_op.f('ix_mentoring_offer_scheme_id'))

    op.drop_table('mentoring_offer')
    with op.batch_alter_table('mentoring_need') as batch_op:
        batch_op.drop_index(batch_op.f('ix_mentoring_need_scheme_id'))

    op.drop_table('mentoring_need')
    with op.batch_alter_table('mentoring_language') as batch_op:
        batch_op.drop_index(batch_op.f('ix_mentoring_language_application_id'))

    op.drop_table('mentoring_language')
    op.drop_table('mentoring_avoided')
    op.drop_table('mentoring_scheme')
    op.drop_table('mentoring_run')
    op.drop_table('mentoring_phase')
    with op.batch_alter_table('mentoring_grant') as batch_op:
        batch_op.drop_index(batch_op.f('ix_mentoring_grant_city_id'))

    op.drop_table('mentoring_grant')
    with op.batch_alter_table('mentoring_application') as batch_op:
        batch_op.drop_index(batch_op.f('ix_mentoring_application_city_id'))

    op.drop_table('mentoring_application')
    op.drop_table('mentoring_programme')
