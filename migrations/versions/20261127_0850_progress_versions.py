"""The version of a plan that a progress round tells of."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0850'
down_revision = '20261127_0840'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('plan_progress_round') as batch_op:
        batch_op.add_column(sa.Column('version_id', sa.Integer(), nullable=True))
    _fill()
    with op.batch_alter_table('plan_progress_round') as batch_op:
        batch_op.alter_column('version_id', existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key(batch_op.f('fk_plan_progress_round_version_id'), 'plan_version', ['version_id'], ['id'])


def _fill() -> None:
    """A closed round names the number of its version; of an open one it is the version that is public, or was endorsed last."""
    plan = sa.table('plan', sa.column('id'), sa.column('published_version_id'))
    version = sa.table('plan_version', sa.column('id'), sa.column('plan_id'), sa.column('number'))
    endorsement = sa.table('plan_endorsement', sa.column('version_id'))
    rounds = sa.table(
        'plan_progress_round', sa.column('id'), sa.column('plan_id'), sa.column('version_id'), sa.column('content', sa.JSON())
    )
    connection = op.get_bind()
    public = dict(connection.execute(sa.select(plan.c.id, plan.c.published_version_id)).all())
    for number, plan_id, content in connection.execute(sa.select(rounds.c.id, rounds.c.plan_id, rounds.c.content)).all():
        of_plan = sa.select(version.c.id).where(version.c.plan_id == plan_id)
        if content:
            found = connection.scalar(of_plan.where(version.c.number == content['version']))
        else:
            endorsed = of_plan.where(version.c.id.in_(sa.select(endorsement.c.version_id)))
            found = public.get(plan_id) or connection.scalar(endorsed.order_by(version.c.number.desc()).limit(1))
        connection.execute(rounds.update().where(rounds.c.id == number).values(version_id=found))


def downgrade() -> None:
    with op.batch_alter_table('plan_progress_round') as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_plan_progress_round_version_id'), type_='foreignkey')
        batch_op.drop_column('version_id')
