"""What a change of part leaves, ages that are estimated, how one joins from afar, and whom a mail says to ring."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_MARKS = ("came_as_professional", "no_stands")
_CAME = """
update participant set came_as_professional = true where part not in ('referrer', 'professional') and exists (
  select 1 from stretch s where s.participant_id = participant.id and s.corrected_at is null
  and s.part in ('referrer', 'professional')
)
"""
_TRACES = ("part", "removed", "no_stands")


def _words(table: str, name: str, column: str, others: tuple[str, ...], *, allowed: bool) -> None:
    """Let a column hold these words too, or no longer."""
    found = sa.inspect(op.get_bind()).get_check_constraints(table)
    check = next(one["sqltext"] for one in found if one["name"] == name)
    words = [one for one in re.findall(r"'(\w+)'", check) if one not in others] + [*others] * allowed
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(name), type_="check")
        batch.create_check_constraint(op.f(name), sa.text(f"{column} IN ({', '.join(map(repr, words))})"))


def upgrade() -> None:
    op.add_column("participant", sa.Column("born_until", sa.LargeBinary))
    for mark in _MARKS:
        op.add_column("participant", sa.Column(mark, sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(_CAME)
    op.add_column("trace", sa.Column("reason", sa.LargeBinary))
    op.add_column("outbox_message", sa.Column("ring", sa.LargeBinary))
    op.add_column("meeting", sa.Column("joining", sa.LargeBinary))
    _words("notice", "ck_notice_noticekind", "kind", ("part",), allowed=True)
    _words("trace", "ck_trace_tracekind", "kind", _TRACES, allowed=True)


def downgrade() -> None:
    op.execute("delete from notice where kind = 'part'")
    op.execute(f"delete from trace where kind in ({', '.join(map(repr, _TRACES))})")  # noqa: S608 - of our own words
    _words("trace", "ck_trace_tracekind", "kind", _TRACES, allowed=False)
    _words("notice", "ck_notice_noticekind", "kind", ("part",), allowed=False)
    for table, columns in (
        ("meeting", ("joining",)),
        ("outbox_message", ("ring",)),
        ("trace", ("reason",)),
        ("participant", ("born_until", *_MARKS)),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
