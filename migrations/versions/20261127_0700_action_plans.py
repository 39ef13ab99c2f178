"""Action plans of cities, as far as gaps become actions."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0700'
down_revision = '20261127_0650'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reporting_handed_on',
    sa.Column('response_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['response_id'], ['reporting_response.id'], name=op.f('fk_reporting_handed_on_response_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reporting_handed_on')),
    sa.UniqueConstraint('response_id', 'question', 'kind', name=op.f('uq_reporting_handed_on_response_id_question_kind'))
    )
    op.create_table('plan',
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_plan_city_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan')),
    sa.UniqueConstraint('city_id', name=op.f('uq_plan_city_id'))
    )
    op.create_table('plan_action',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('objective', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('owner_body', sa.String(length=200), nullable=False),
    sa.Column('owner_person', sa.String(length=200), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('commitments', sa.JSON(), nullable=False),
    sa.Column('internal_note', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_plan_action_city_id')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['plan_action.id'], name=op.f('fk_plan_action_merged_into_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_action_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_action'))
    )
    op.create_index('ix_plan_action_city_id_due_on', 'plan_action', ['city_id', 'due_on'], unique=False)
    op.create_index('ix_plan_action_plan_id', 'plan_action', ['plan_id'], unique=False)
    op.create_table('plan_origin',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('response_id', sa.Integer(), nullable=True),
    sa.Column('question', sa.String(length=60), nullable=True),
    sa.Column('from_action_id', sa.Integer(), nullable=True),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['plan_action.id'], name=op.f('fk_plan_origin_action_id')),
    sa.ForeignKeyConstraint(['from_action_id'], ['plan_action.id'], name=op.f('fk_plan_origin_from_action_id')),
    sa.ForeignKeyConstraint(['response_id'], ['reporting_response.id'], name=op.f('fk_plan_origin_response_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_origin')),
    sa.UniqueConstraint('response_id', 'question', name=op.f('uq_plan_origin_response_id_question'))
    )
    op.create_index('ix_plan_origin_action_id', 'plan_origin', ['action_id'], unique=False)


def downgrade() -> None:
    op.drop_table('plan_origin')
    op.drop_table('plan_action')
    op.drop_table('plan')
    op.drop_table('reporting_handed_on')
