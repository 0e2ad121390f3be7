"""Everybody's yes, no and wish is a row of its own.

What one column said for several people becomes a row: the yes of the main person to a conference and to a coordinator,
the wish for another coordinator, and the agreements. Where a case has several main persons, nobody knows whose yes the
column held: it goes to the first of them, and the others are asked.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from ekc.core.crypto import keyring_of
from ekc.core.db import Base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MATTERS = "conference coordinator plan stopping again"
_REASONS = "plan_already_made situation_changed network_too_small main_person_withdrew not_safe other"
_INSTANT = sa.DateTime(timezone=True)
_ACCEPTED_FIRST = "confirmed_on is null or accepted_on is not null"
#: Each as one row for each value of the old columns.
_TO_VOICES = (
    """
    insert into voice (conference_id, matter, about, participant_id, answer, said_on, written_at)
    select c.id, 'conference', 0, min(p.id), 'yes', c.main_person_said_yes_on, c.phase_since
    from conference c join participant p
      on p.conference_id = c.id and p.part = 'main_person' and p.removed_at is null
    where c.main_person_said_yes_on is not null
    group by c.id, c.main_person_said_yes_on, c.phase_since
    """,
    """
    insert into voice (conference_id, matter, about, participant_id, answer, said_on, written_at)
    select m.conference_id, 'coordinator', m.id, min(p.id), 'yes', m.confirmed_on, m.asked_at
    from match m join participant p
      on p.conference_id = m.conference_id and p.part = 'main_person' and p.removed_at is null
    where m.confirmed_on is not null
    group by m.conference_id, m.id, m.confirmed_on, m.asked_at
    """,
    """
    insert into voice (conference_id, matter, about, participant_id, answer, said_on, written_at)
    select conference_id, 'coordinator', id, unwanted_by, 'no', unwanted_on, asked_at
    from match where unwanted_on is not null and unwanted_by is not null
    """,
)
_FROM_VOICES = (
    """
    update conference set main_person_said_yes_on = (
      select max(said_on) from voice
      where voice.conference_id = conference.id and matter = 'conference' and answer = 'yes'
    )
    """,
    """
    update match set
      unwanted_on = (
        select min(said_on) from voice where matter = 'coordinator' and answer = 'no' and about = match.id
      ),
      unwanted_by = (
        select min(participant_id) from voice where matter = 'coordinator' and answer = 'no' and about = match.id
      )
    """,
    """
    update match set confirmed_on = (
      select max(said_on) from voice where matter = 'coordinator' and answer = 'yes' and about = match.id
    )
    where unwanted_on is null
    """,
)
_WISHES = ("confirmed_on", "unwanted_on", "unwanted_by")


def _match(*wishes: str, check: bool = False) -> sa.Table:
    """The table of matches: SQLite alters it by copying, and does not tell its checks."""
    typed = {"unwanted_by": (sa.Integer, sa.ForeignKey("participant.id"))}
    checks = {
        "one_answer": "accepted_on is null or declined_on is null",
        "declined_is_over": "declined_on is null or ended_on is not null",
    } | ({"accepted_first": _ACCEPTED_FIRST} if check else {})
    where = {
        "uq_match_taken": sa.text("ended_on is null and accepted_on is not null"),
        "uq_match_asked": sa.text("ended_on is null and accepted_on is null"),
    }
    return sa.Table(
        "match",
        sa.MetaData(naming_convention=Base.metadata.naming_convention),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("asked_by", sa.Integer, sa.ForeignKey("account.id")),
        sa.Column("accepted_on", sa.Date),
        sa.Column("declined_on", sa.Date),
        sa.Column("independence", sa.LargeBinary),
        sa.Column("answers", sa.LargeBinary),
        *(sa.Column(name, *typed.get(name, (sa.Date,))) for name in wishes),
        sa.Column("ended_on", sa.Date),
        *(sa.CheckConstraint(text, name=name) for name, text in checks.items()),
        sa.Index(None, "account_id"),
        *(
            sa.Index(name, "conference_id", unique=True, sqlite_where=only, postgresql_where=only)
            for name, only in where.items()
        ),
    )


def _words(name: str, words: str) -> sa.Enum:
    return sa.Enum(*words.split(), name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "voice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("matter", _words("voicematter", _MATTERS), nullable=False),
        sa.Column("about", sa.Integer, nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("answer", _words("agreed", "yes part no"), nullable=False),
        sa.Column("words", sa.LargeBinary),
        sa.Column("reason_code", _words("stopreason", _REASONS)),
        sa.Column("said_on", sa.Date, nullable=False),
        sa.Column("written_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("conference_id", "matter", "about", "participant_id"),
        sa.Index(None, "participant_id"),
    )
    for statement in _TO_VOICES:
        op.execute(statement)
    _move_agreements("agreement.words", "voice.words", _agreements(), _insert_voice)
    op.drop_table("agreement")
    op.drop_column("conference", "main_person_said_yes_on")
    with op.batch_alter_table("match", copy_from=_match(*_WISHES, check=True)) as table:
        table.drop_constraint("accepted_first", type_="check")
        for name in _WISHES:
            table.drop_column(name)


def downgrade() -> None:
    """Wishes to stop or to come together again have no column to go back to, and are lost."""
    op.add_column("conference", sa.Column("main_person_said_yes_on", sa.Date))
    with op.batch_alter_table("match", copy_from=_match()) as table:
        table.add_column(sa.Column("confirmed_on", sa.Date))
        table.add_column(sa.Column("unwanted_on", sa.Date))
        table.add_column(sa.Column("unwanted_by", sa.Integer, sa.ForeignKey("participant.id")))
        table.create_check_constraint("accepted_first", _ACCEPTED_FIRST)
    for statement in _FROM_VOICES:
        op.execute(statement)
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("presentation", sa.Integer, nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("answer", _words("agreed", "yes part no"), nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.Column("said_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("conference_id", "presentation", "participant_id"),
    )
    _move_agreements("voice.words", "agreement.words", _plan_voices(), _insert_agreement)
    op.drop_table("voice")


_agreement = sa.table(
    "agreement",
    *(sa.column(name) for name in ("id", "conference_id", "presentation", "participant_id", "answer", "words")),
    sa.column("said_at", _INSTANT),
)
_voice = sa.table(
    "voice",
    *(sa.column(name) for name in ("id", "conference_id", "matter", "about", "participant_id", "answer", "words")),
    sa.column("said_on", sa.Date),
    sa.column("written_at", _INSTANT),
)


def _agreements() -> sa.Select[Any]:
    a = _agreement.c
    return sa.select(a.conference_id, a.presentation, a.participant_id, a.answer, a.words, a.said_at).order_by(a.id)


def _plan_voices() -> sa.Select[Any]:
    v = _voice.c
    found = sa.select(v.conference_id, v.about, v.participant_id, v.answer, v.words, v.written_at)
    return found.where(v.matter == "plan").order_by(v.id)


def _move_agreements(before: str, after: str, rows: sa.Select[Any], insert: Any) -> None:
    """Copy agreements from one table to the other. Their words are encrypted again, as they are bound to a column."""
    connection = op.get_bind()
    keyring = keyring_of(connection.dialect)
    for row in connection.execute(rows).mappings().all():
        words = keyring.open(row["words"], before) if row["words"] else b""
        connection.execute(insert(dict(row), words, lambda said: keyring.seal(said, after)))


def _insert_voice(row: dict[str, Any], words: bytes, seal: Any) -> Any:
    said = {"matter": "plan", "about": row.pop("presentation"), "words": seal(words) if words else None}
    at = row.pop("said_at")
    return _voice.insert().values(**{**row, **said, "said_on": at.date(), "written_at": at})


def _insert_agreement(row: dict[str, Any], words: bytes, seal: Any) -> Any:
    said = {"presentation": row.pop("about"), "said_at": row.pop("written_at"), "words": seal(words)}
    return _agreement.insert().values(**{**row, **said})
