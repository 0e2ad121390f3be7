"""Which professional reads the plan: each main person's own answer, in place of one setting for all of them.

And who wrote a follow-up down; of those before, staff alone read and correct them.

What was set becomes the answer of each main person; of a case whose plan was never presented nobody had set anything.
Going down, the strictest answer is the setting, and none is "nothing".
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MAIN_PERSONS = "m.conference_id = p.conference_id and m.part = 'main_person' and m.removed_at is null"
_TO_VOICES = f"""
insert into voice (conference_id, matter, about, participant_id, answer, said_on, written_at)
select p.conference_id, 'reading', p.id, m.id,
  case p.plan_sharing when 'all' then 'yes' else 'part' end, date(c.phase_since), c.phase_since
from participant p join conference c on c.id = p.conference_id join participant m on {_MAIN_PERSONS}
where p.part in ('referrer', 'professional') and p.plan_sharing <> 'nothing' and c.presentation > 0
"""  # noqa: S608 - of our own words
_FROM_VOICES = f"""
update participant set plan_sharing = coalesce((
  select case min(case v.answer when 'yes' then 2 when 'part' then 1 else 0 end)
    when 2 then 'all' when 1 then 'concerns' else 'nothing' end
  from participant m left join voice v on v.participant_id = m.id and v.matter = 'reading' and v.about = participant.id
  where {_MAIN_PERSONS.replace("p.", "participant.")}
), 'nothing') where part in ('referrer', 'professional')
"""  # noqa: S608


def _checks(table: str) -> dict[str, str]:
    found = sa.inspect(op.get_bind()).get_check_constraints(table)
    return {str(check["name"]): check["sqltext"] for check in found}


@contextmanager
def _altered(table: str, name: str, check: str | None) -> Iterator[BatchOperations]:
    """A table of which one check changes too, or goes."""
    had = name in _checks(table)
    with op.batch_alter_table(table) as batch:
        if had:
            batch.drop_constraint(op.f(name), type_="check")
        yield batch
        if check:
            batch.create_check_constraint(op.f(name), sa.text(check))


def _word(table: str, name: str, column: str, word: str, *, allowed: bool) -> None:
    """Let a column hold one word more, or no longer."""
    words = [one for one in re.findall(r"'(\w+)'", _checks(table)[name]) if one != word] + [word] * allowed
    with _altered(table, name, f"{column} IN ({', '.join(map(repr, words))})"):
        pass


def upgrade() -> None:
    _word("voice", "ck_voice_voicematter", "matter", "reading", allowed=True)
    _word("notice", "ck_notice_noticekind", "kind", "reading", allowed=True)
    op.execute(_TO_VOICES)
    with _altered("participant", "ck_participant_plansharing", None) as table:
        table.drop_column("plan_sharing")
    with op.batch_alter_table("follow_up") as table:
        table.add_column(sa.Column("written_by", sa.Integer))
        table.create_foreign_key(op.f("fk_follow_up_written_by"), "participant", ["written_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("follow_up") as table:
        table.drop_constraint(op.f("fk_follow_up_written_by"), type_="foreignkey")
        table.drop_column("written_by")
    check = "plan_sharing IN ('nothing', 'concerns', 'all')"
    with _altered("participant", "ck_participant_plansharing", check) as table:
        table.add_column(sa.Column("plan_sharing", sa.String(32), nullable=False, server_default="concerns"))
    op.execute(_FROM_VOICES)
    op.execute("delete from voice where matter = 'reading'")
    op.execute("delete from notice where kind = 'reading'")
    _word("notice", "ck_notice_noticekind", "kind", "reading", allowed=False)
    _word("voice", "ck_voice_voicematter", "matter", "reading", allowed=False)
