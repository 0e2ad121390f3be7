"""What somebody says about their safety is a safety concern; what people wish and take back leaves a trace.

A wish to stop because it does not feel safe becomes a safety concern of that person without an arrangement. Others
that stand count as wishes about which the other main persons were asked.
"""

import sqlalchemy as sa
from alembic import op

from ekc.core.crypto import keyring_of

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_STEPS = (
    "take_on open_conference begin_private_time ask_for_information come_out go_back agree_plan another_day "
    "plan_without_conference no_plan stop revise_plan reconvene close main_person_gone"
)
_TRACES = (
    "stop_wished stop_taken_back again_wished again_taken_back asked answered not_safe safety_answered consent_given "
    "consent_withdrawn attends"
)
_ATTENDS = "in_person part phone video letter spokesperson no excluded"
_TO_CONCERNS = (
    """
    insert into safety_concern (conference_id, participant_id, said_at, said_with)
    select conference_id, participant_id, written_at, 'stop' from voice
    where matter = 'stopping' and answer = 'yes' and reason_code = 'not_safe'
    """,
    "delete from voice where matter = 'stopping' and answer = 'yes' and reason_code = 'not_safe'",
    "update voice set asked_at = written_at where matter in ('stopping', 'again') and answer = 'yes'",
)
#: Of each person the last time that they said so, unless they wish for something in that round already.
_TO_VOICES = """
    insert into voice (conference_id, matter, about, participant_id, answer, reason_code, said_on, written_at)
    select s.conference_id, 'stopping', c.round, s.participant_id, 'yes', 'not_safe',
      date(max(s.said_at)), max(s.said_at)
    from safety_concern s join conference c on c.id = s.conference_id
    where s.said_with = 'stop' and s.arrangement is null and not exists (
      select 1 from voice v where v.conference_id = s.conference_id and v.matter = 'stopping' and v.about = c.round
      and v.participant_id = s.participant_id
    )
    group by s.conference_id, c.round, s.participant_id
"""
#: Those of which the wish says all that there was.
_SAID_BY_WISH = """
    delete from safety_concern where concern is null and arrangement is null and said_with = 'stop' and exists (
      select 1 from voice v where v.conference_id = safety_concern.conference_id and v.reason_code = 'not_safe'
      and v.participant_id = safety_concern.participant_id
    )
"""
_NO_WORDS = "It does not feel safe."


def _words(name: str, words: str) -> sa.Enum:
    return sa.Enum(*words.split(), name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table("safety_concern") as table:
        table.alter_column("concern", existing_type=sa.LargeBinary, nullable=True)
        table.add_column(sa.Column("said_at", _INSTANT))
        table.add_column(sa.Column("said_with", _words("step", _STEPS)))
    with op.batch_alter_table("voice") as table:
        table.add_column(sa.Column("asked_at", _INSTANT))
        table.add_column(sa.Column("spoken_at", _INSTANT))
        table.add_column(sa.Column("spoken", sa.LargeBinary))
    op.create_table(
        "trace",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("kind", _words("tracekind", _TRACES), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("attends", _words("attends", _ATTENDS)),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
        sa.Index(None, "conference_id"),
    )
    for statement in _TO_CONCERNS:
        op.execute(statement)


def downgrade() -> None:
    """Traces, and what was said about wishes, have no table to go back to, and are lost."""
    op.execute(_TO_VOICES)
    op.execute(_SAID_BY_WISH)
    op.drop_table("trace")
    with op.batch_alter_table("voice") as table:
        for name in ("spoken", "spoken_at", "asked_at"):
            table.drop_column(name)
    connection = op.get_bind()
    said = keyring_of(connection.dialect).seal(_NO_WORDS.encode(), "safety_concern.concern")
    connection.execute(sa.text("update safety_concern set concern = :said where concern is null"), {"said": said})
    with op.batch_alter_table("safety_concern") as table:
        table.drop_constraint(op.f("ck_safety_concern_step"), type_="check")
        table.drop_column("said_with")
        table.drop_column("said_at")
        table.alter_column("concern", existing_type=sa.LargeBinary, nullable=False)
