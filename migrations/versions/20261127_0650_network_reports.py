"""The network's reports: chapters, mentions, editions."""

import sqlalchemy as sa
from alembic import op

revision = '20261127_0650'
down_revision = '20261127_0640'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('network_report',
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('consent_until', sa.Date(), nullable=True),
    sa.Column('preview_job_id', sa.Integer(), nullable=True),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['reporting_round.id'], name=op.f('fk_network_report_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_network_report')),
    sa.UniqueConstraint('round_id', name=op.f('uq_network_report_round_id')),
    sa.UniqueConstraint('slug', name=op.f('uq_network_report_slug'))
    )
    op.create_table('report_chapter',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('topic', sa.String(length=80), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('level', sa.SmallInteger(), nullable=False),
    sa.Column('left_out', sa.Boolean(), nullable=False),
    sa.Column('drafted_sha256', sa.String(length=64), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['content_item.id'], name=op.f('fk_report_chapter_item_id')),
    sa.ForeignKeyConstraint(['report_id'], ['network_report.id'], name=op.f('fk_report_chapter_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_chapter')),
    sa.UniqueConstraint('item_id', name=op.f('uq_report_chapter_item_id')),
    sa.UniqueConstraint('report_id', 'topic', name=op.f('uq_report_chapter_report_id_topic'))
    )
    op.create_table('report_edition',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('sources', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['network_report.id'], name=op.f('fk_report_edition_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_edition')),
    sa.UniqueConstraint('report_id', 'number', name=op.f('uq_report_edition_report_id_number'))
    )
    op.create_table('report_file',
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('form', sa.String(length=10), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('media_type', sa.String(length=120), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['edition_id'], ['report_edition.id'], name=op.f('fk_report_file_edition_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_report_file_file_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_file')),
    sa.UniqueConstraint('edition_id', 'name', name=op.f('uq_report_file_edition_id_name'))
    )
    op.create_table('report_mention',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('chapter_id', sa.Integer(), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('origins', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('excerpt', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('is_current', sa.Boolean(), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['chapter_id'], ['report_chapter.id'], name=op.f('fk_report_mention_chapter_id')),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_report_mention_city_id')),
    sa.ForeignKeyConstraint(['report_id'], ['network_report.id'], name=op.f('fk_report_mention_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_mention')),
    sa.UniqueConstraint('chapter_id', 'city_id', 'kind', 'sha256', name=op.f('uq_report_mention_chapter_id_city_id_kind_sha256'))
    )
    op.create_index('ix_report_mention_city_id', 'report_mention', ['city_id'], unique=False)
    op.create_index('ix_report_mention_report_id', 'report_mention', ['report_id', 'city_id'], unique=False)
    op.create_table('report_page',
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('level', sa.SmallInteger(), nullable=False),
    sa.Column('topic', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['edition_id'], ['report_edition.id'], name=op.f('fk_report_page_edition_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_page')),
    sa.UniqueConstraint('edition_id', 'language', 'position', name=op.f('uq_report_page_edition_id_language_position'))
    )


def downgrade() -> None:
    op.drop_table('report_page')
    op.drop_index('ix_report_mention_report_id', table_name='report_mention')
    op.drop_index('ix_report_mention_city_id', table_name='report_mention')
    op.drop_table('report_mention')
    op.drop_table('report_file')
    op.drop_table('report_edition')
    op.drop_table('report_chapter')
    op.drop_table('network_report')
