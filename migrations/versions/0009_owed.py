"""What is owed: more kinds of notices, about whom and how it ended; questions of the family; what was read out.

Going down, notices of the new kinds and what was read out are dropped, and a question that the family asked in private
time becomes one of its first main person.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OLD = ("day", "place", "coordinator")
_NEW = (
    *_OLD,
    *("joined", "consent", "question", "sent_back", "look_again", "letter", "no_conference", "end"),
)
_ENDS = ("no_plan", "stopped", "gone", "closed", "without_conference", "another_day", "other_region")


def _words(column: str, words: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


def upgrade() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.drop_constraint(op.f("ck_notice_noticekind"), type_="check")
        notice.create_check_constraint(op.f("ck_notice_noticekind"), sa.text(_words("kind", _NEW)))
        notice.add_column(sa.Column("about", sa.Integer))
        notice.create_foreign_key(op.f("fk_notice_about_participant"), "participant", ["about"], ["id"])
        notice.add_column(sa.Column("end", sa.String(32)))
        notice.create_check_constraint(op.f("ck_notice_end"), sa.text(_words('"end"', _ENDS)))
    with op.batch_alter_table("question") as question:
        question.alter_column("participant_id", existing_type=sa.Integer, nullable=True)
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False, index=True),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("reader_id", sa.Integer, sa.ForeignKey("participant.id")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("reading")
    op.execute(
        "update question set participant_id = (select min(p.id) from participant p join meeting m "
        "on m.conference_id = p.conference_id where m.id = question.meeting_id and p.part = 'main_person') "
        "where participant_id is null"
    )
    with op.batch_alter_table("question") as question:
        question.alter_column("participant_id", existing_type=sa.Integer, nullable=False)
    op.execute(
        sa.text("delete from notice where kind not in :old").bindparams(sa.bindparam("old", _OLD, expanding=True))
    )
    with op.batch_alter_table("notice") as notice:
        notice.drop_constraint(op.f("ck_notice_noticekind"), type_="check")
        notice.drop_constraint(op.f("ck_notice_end"), type_="check")
        notice.create_check_constraint(op.f("ck_notice_noticekind"), sa.text(_words("kind", _OLD)))
        notice.drop_constraint("fk_notice_about_participant", type_="foreignkey")
        notice.drop_column("about")
        notice.drop_column("end")
