"""Answers to the plan keep the text that they were about, and how somebody who was not there said it.

What was answered before is about the text as it is; in evaluation about the version in force.
"""

import sqlalchemy as sa
from alembic import op

from ekc.core.db import Base

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_HOW = ("phone", "letter", "message", "in_person", "own_page")
_PARTS = ("goal", "action", "what_if", "monitor", "evaluation")
_INSTANT = sa.DateTime(timezone=True)
_ABOUT = ("conference_id", "matter", "about", "participant_id")
_ABOUT_TEXT = ("conference_id", "matter", "about", "text", "participant_id")
_CHECK = ("bottom_line_id", "presentation")
_CHECK_OF_TEXT = (*_CHECK, "text")
_ADDED = ("plan_draft", "plan_version", "acceptance")
#: What was said before a next version was begun is about the version in force.
_BEGUN = """
    update plan_draft set text = revision
    where exists (
        select 1 from conference where conference.id = plan_draft.conference_id and conference.phase = 'evaluation'
    ) and plan_draft.changed_at > (
        select max(made_at) from plan_version where plan_version.conference_id = plan_draft.conference_id
    )
"""
#: Of several answers to one plan, those to earlier texts.
_EARLIER = (
    "delete from voice where exists (select 1 from voice as later where later.conference_id = voice.conference_id"
    " and later.matter = voice.matter and later.about = voice.about"
    " and later.participant_id = voice.participant_id and later.text > voice.text)",
    "delete from bottom_line_check where exists (select 1 from bottom_line_check as later"
    " where later.bottom_line_id = bottom_line_check.bottom_line_id"
    " and later.presentation = bottom_line_check.presentation and later.text > bottom_line_check.text)",
)


def _words(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _text() -> sa.Column[int]:
    return sa.Column("text", sa.Integer, nullable=False, server_default="0")


def _voice(unique: tuple[str, ...]) -> sa.Table:
    """The table of voices: SQLite alters it by copying, and leaves out its checks."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("voice")
    texts = "text" in unique
    return sa.Table(
        "voice",
        sa.MetaData(naming_convention=Base.metadata.naming_convention),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("matter", sa.String(32), nullable=False),
        sa.Column("about", sa.Integer, nullable=False),
        *([_text(), sa.Column("how", sa.String(32))] if texts else []),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("answer", sa.String(32), nullable=False),
        sa.Column("words", sa.LargeBinary),
        sa.Column("reason_code", sa.String(32)),
        sa.Column("said_on", sa.Date, nullable=False),
        sa.Column("written_at", _INSTANT, nullable=False),
        sa.Column("asked_at", _INSTANT),
        sa.Column("spoken_at", _INSTANT),
        sa.Column("spoken", sa.LargeBinary),
        sa.UniqueConstraint(*unique),
        *(sa.CheckConstraint(one["sqltext"], name=str(one["name"]).removeprefix("ck_voice_")) for one in checks),
        sa.Index(None, "participant_id"),
    )


def _bottom_line_check(unique: tuple[str, ...]) -> sa.Table:
    return sa.Table(
        "bottom_line_check",
        sa.MetaData(naming_convention=Base.metadata.naming_convention),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("bottom_line_id", sa.Integer, sa.ForeignKey("bottom_line.id"), nullable=False),
        sa.Column("presentation", sa.Integer, nullable=False),
        *([_text()] if "text" in unique else []),
        sa.Column("met", sa.Boolean, nullable=False),
        sa.Column("checked_at", _INSTANT, nullable=False),
        sa.UniqueConstraint(*unique),
    )


def _unique(table: str, columns: tuple[str, ...]) -> str:
    return f"uq_{table}_{'_'.join(columns)}"


def upgrade() -> None:
    for table in _ADDED:
        op.add_column(table, _text())
    with op.batch_alter_table("voice", copy_from=_voice(_ABOUT)) as batch:
        batch.add_column(_text())
        batch.add_column(sa.Column("how", _words("saidhow", _HOW)))
        batch.drop_constraint(_unique("voice", _ABOUT), type_="unique")
        batch.create_unique_constraint(_unique("voice", _ABOUT_TEXT), list(_ABOUT_TEXT))
    with op.batch_alter_table("bottom_line_check", copy_from=_bottom_line_check(_CHECK)) as batch:
        batch.add_column(_text())
        batch.drop_constraint(_unique("bottom_line_check", _CHECK), type_="unique")
        batch.create_unique_constraint(_unique("bottom_line_check", _CHECK_OF_TEXT), list(_CHECK_OF_TEXT))
    op.create_table(
        "former_text",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("presentation", sa.Integer, nullable=False),
        sa.Column("text", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("changed_part", _words("changedpart", _PARTS), nullable=False),
        sa.Column("changed_number", sa.String(16), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
        sa.UniqueConstraint("conference_id", "presentation", "text"),
    )

    op.execute(_BEGUN)


def downgrade() -> None:
    """Of each answer the last one stays, whichever text it was about."""
    op.drop_table("former_text")
    for statement in _EARLIER:
        op.execute(statement)
    with op.batch_alter_table("bottom_line_check", copy_from=_bottom_line_check(_CHECK_OF_TEXT)) as batch:
        batch.drop_constraint(_unique("bottom_line_check", _CHECK_OF_TEXT), type_="unique")
        batch.create_unique_constraint(_unique("bottom_line_check", _CHECK), list(_CHECK))
        batch.drop_column("text")
    with op.batch_alter_table("voice", copy_from=_voice(_ABOUT_TEXT)) as batch:
        batch.drop_constraint(op.f("ck_voice_saidhow"), type_="check")
        batch.drop_constraint(_unique("voice", _ABOUT_TEXT), type_="unique")
        batch.create_unique_constraint(_unique("voice", _ABOUT), list(_ABOUT))
        batch.drop_column("how")
        batch.drop_column("text")
    for table in _ADDED:
        op.drop_column(table, "text")
