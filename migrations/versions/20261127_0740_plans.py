"""Action plans as a whole: objectives, milestones, indicators, versions, endorsement, progress, workbooks."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0740'
down_revision = '20261127_0730'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('plan_import',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('said', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('written', sa.JSON(), nullable=False),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('accepted_by', sa.Integer(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('discarded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.Integer(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_plan_import_city_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_plan_import_file_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_import_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_import'))
    )
    with op.batch_alter_table('plan_import') as batch_op:
        batch_op.create_index('ix_plan_import_plan_id', ['plan_id'], unique=False)

    op.create_table('plan_objective',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_plan_objective_city_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_objective_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_objective'))
    )
    with op.batch_alter_table('plan_objective') as batch_op:
        batch_op.create_index('ix_plan_objective_plan_id', ['plan_id'], unique=False)

    op.create_table('plan_progress_round',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('covers_from', sa.Date(), nullable=False),
    sa.Column('covers_to', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_plan_progress_round_city_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_progress_round_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_progress_round')),
    sa.UniqueConstraint('plan_id', 'number', name=op.f('uq_plan_progress_round_plan_id_number'))
    )
    op.create_table('plan_version',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('agreed_by', sa.Integer(), nullable=True),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_version_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_version')),
    sa.UniqueConstraint('plan_id', 'number', name=op.f('uq_plan_version_plan_id_number'))
    )
    op.create_table('plan_endorsement',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.String(length=200), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('reference', sa.String(length=200), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('recorded_by', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_plan_endorsement_file_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_endorsement_plan_id')),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_plan_endorsement_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_endorsement')),
    sa.UniqueConstraint('version_id', name=op.f('uq_plan_endorsement_version_id'))
    )
    with op.batch_alter_table('plan_endorsement') as batch_op:
        batch_op.create_index('ix_plan_endorsement_plan_id', ['plan_id'], unique=False)

    op.create_table('plan_reminder',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('offset', sa.SmallInteger(), nullable=False),
    sa.Column('recipients', sa.SmallInteger(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['plan_progress_round.id'], name=op.f('fk_plan_reminder_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_reminder')),
    sa.UniqueConstraint('round_id', 'due_on', 'offset', name=op.f('uq_plan_reminder_round_id_due_on_offset'))
    )
    op.create_table('plan_dependency',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('after_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['plan_action.id'], name=op.f('fk_plan_dependency_action_id')),
    sa.ForeignKeyConstraint(['after_id'], ['plan_action.id'], name=op.f('fk_plan_dependency_after_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_dependency')),
    sa.UniqueConstraint('action_id', 'after_id', name=op.f('uq_plan_dependency_action_id_after_id'))
    )
    with op.batch_alter_table('plan_dependency') as batch_op:
        batch_op.create_index('ix_plan_dependency_after_id', ['after_id'], unique=False)

    op.create_table('plan_indicator',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=300), nullable=False),
    sa.Column('indicator_code', sa.String(length=20), nullable=False),
    sa.Column('unit', sa.String(length=60), nullable=False),
    sa.Column('baseline', sa.Numeric(precision=18, scale=4), nullable=True),
    sa.Column('baseline_on', sa.Date(), nullable=True),
    sa.Column('target', sa.Numeric(precision=18, scale=4), nullable=True),
    sa.Column('deadline', sa.Date(), nullable=True),
    sa.Column('next_due_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['plan_action.id'], name=op.f('fk_plan_indicator_action_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_indicator'))
    )
    with op.batch_alter_table('plan_indicator') as batch_op:
        batch_op.create_index('ix_plan_indicator_action_id', ['action_id'], unique=False)

    op.create_table('plan_milestone',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('done_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['plan_action.id'], name=op.f('fk_plan_milestone_action_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_milestone'))
    )
    with op.batch_alter_table('plan_milestone') as batch_op:
        batch_op.create_index('ix_plan_milestone_action_id', ['action_id'], unique=False)

    op.create_table('plan_progress_note',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('internal_note', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.Integer(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['plan_action.id'], name=op.f('fk_plan_progress_note_action_id')),
    sa.ForeignKeyConstraint(['round_id'], ['plan_progress_round.id'], name=op.f('fk_plan_progress_note_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_progress_note')),
    sa.UniqueConstraint('round_id', 'action_id', name=op.f('uq_plan_progress_note_round_id_action_id'))
    )
    with op.batch_alter_table('plan_progress_note') as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_progress_note_action_id'), ['action_id'], unique=False)

    op.create_table('plan_remark',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('action_id', sa.Integer(), nullable=True),
    sa.Column('city_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reply', sa.Text(), nullable=False),
    sa.Column('settled_by', sa.Integer(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['plan_action.id'], name=op.f('fk_plan_remark_action_id')),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_plan_remark_city_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_remark_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_remark'))
    )
    with op.batch_alter_table('plan_remark') as batch_op:
        batch_op.create_index('ix_plan_remark_plan_id', ['plan_id'], unique=False)

    op.create_table('plan_indicator_value',
    sa.Column('indicator_id', sa.Integer(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('value', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.Integer(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['indicator_id'], ['plan_indicator.id'], name=op.f('fk_plan_indicator_value_indicator_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_indicator_value'))
    )
    with op.batch_alter_table('plan_indicator_value') as batch_op:
        batch_op.create_index('ix_plan_indicator_value_indicator_id', ['indicator_id'], unique=False)

    with op.batch_alter_table('plan') as batch_op:
        batch_op.add_column(sa.Column('title', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('language', sa.String(length=10), nullable=False, server_default='en'))
        batch_op.add_column(sa.Column('introduction', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('internal_note', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('starts_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('ends_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('months_between', sa.SmallInteger(), nullable=False, server_default='12'))
        batch_op.add_column(sa.Column('state', sa.String(length=30), nullable=False, server_default='draft'))
        batch_op.add_column(sa.Column('state_since', sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()))
        batch_op.add_column(sa.Column('written_by', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('submitted_version_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('published_version_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('published_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('calendar_nonce', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
        batch_op.create_unique_constraint(batch_op.f('uq_plan_calendar_nonce'), ['calendar_nonce'])
        batch_op.create_foreign_key(batch_op.f('fk_plan_submitted_version_id'), 'plan_version', ['submitted_version_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_plan_published_version_id'), 'plan_version', ['published_version_id'], ['id'])

    with op.batch_alter_table('plan_action') as batch_op:
        batch_op.add_column(sa.Column('objective_id', sa.Integer(), nullable=True))
        batch_op.alter_column('objective', new_column_name='outcome', existing_type=sa.Text(), existing_nullable=False)
        batch_op.add_column(sa.Column('person_public', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('people', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('cost', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('currency', sa.String(length=3), nullable=False, server_default='EUR'))
        batch_op.add_column(sa.Column('funding', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('key_factors', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('is_overridden', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('is_included', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f('fk_plan_action_objective_id'), 'plan_objective', ['objective_id'], ['id'])

    with op.batch_alter_table('plan_origin') as batch_op:
        batch_op.add_column(sa.Column('source_id', sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_plan_origin_kind_source_id'), ['kind', 'source_id'])



def downgrade() -> None:
    with op.batch_alter_table('plan_origin') as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_plan_origin_kind_source_id'), type_='unique')
        batch_op.drop_column('source_id')

    with op.batch_alter_table('plan_action') as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_plan_action_objective_id'), type_='foreignkey')
        batch_op.drop_column('is_included')
        batch_op.drop_column('is_overridden')
        batch_op.drop_column('key_factors')
        batch_op.drop_column('funding')
        batch_op.drop_column('currency')
        batch_op.drop_column('cost')
        batch_op.drop_column('people')
        batch_op.drop_column('person_public')
        batch_op.alter_column('outcome', new_column_name='objective', existing_type=sa.Text(), existing_nullable=False)
        batch_op.drop_column('objective_id')

    with op.batch_alter_table('plan') as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_plan_published_version_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_plan_submitted_version_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_plan_calendar_nonce'), type_='unique')
        batch_op.drop_column('version')
        batch_op.drop_column('updated_at')
        batch_op.drop_column('calendar_nonce')
        batch_op.drop_column('published_at')
        batch_op.drop_column('published_version_id')
        batch_op.drop_column('submitted_version_id')
        batch_op.drop_column('written_by')
        batch_op.drop_column('state_since')
        batch_op.drop_column('state')
        batch_op.drop_column('months_between')
        batch_op.drop_column('ends_on')
        batch_op.drop_column('starts_on')
        batch_op.drop_column('internal_note')
        batch_op.drop_column('introduction')
        batch_op.drop_column('language')
        batch_op.drop_column('title')

    with op.batch_alter_table('plan_indicator_value') as batch_op:
        batch_op.drop_index('ix_plan_indicator_value_indicator_id')

    op.drop_table('plan_indicator_value')
    with op.batch_alter_table('plan_remark') as batch_op:
        batch_op.drop_index('ix_plan_remark_plan_id')

    op.drop_table('plan_remark')
    with op.batch_alter_table('plan_progress_note') as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_progress_note_action_id'))

    op.drop_table('plan_progress_note')
    with op.batch_alter_table('plan_milestone') as batch_op:
        batch_op.drop_index('ix_plan_milestone_action_id')

    op.drop_table('plan_milestone')
    with op.batch_alter_table('plan_indicator') as batch_op:
        batch_op.drop_index('ix_plan_indicator_action_id')

    op.drop_table('plan_indicator')
    with op.batch_alter_table('plan_dependency') as batch_op:
        batch_op.drop_index('ix_plan_dependency_after_id')

    op.drop_table('plan_dependency')
    op.drop_table('plan_reminder')
    with op.batch_alter_table('plan_endorsement') as batch_op:
        batch_op.drop_index('ix_plan_endorsement_plan_id')

    op.drop_table('plan_endorsement')
    op.drop_table('plan_version')
    op.drop_table('plan_progress_round')
    with op.batch_alter_table('plan_objective') as batch_op:
        batch_op.drop_index('ix_plan_objective_plan_id')

    op.drop_table('plan_objective')
    with op.batch_alter_table('plan_import') as batch_op:
        batch_op.drop_index('ix_plan_import_plan_id')

    op.drop_table('plan_import')
