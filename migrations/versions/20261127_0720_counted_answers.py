"""Published answers are counted and listed from an index alone."""

from alembic import op

revision = '20261127_0720'
down_revision = '20261127_0710'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_published_answer_counted', 'published_answer', ['round_id', 'question', 'city_id', 'visibility', 'choice']
    )
    op.drop_index('ix_published_answer_round_id_question', table_name='published_answer')


def downgrade() -> None:
    op.create_index('ix_published_answer_round_id_question', 'published_answer', ['round_id', 'question'])
    op.drop_index('ix_published_answer_counted', table_name='published_answer')
