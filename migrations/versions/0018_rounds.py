"""A round can end without its case, and an old number on paper is owed.

Since when others were asked about a wish is known of those alone that left a trace; of older ones it was never written
down. Going down is not possible where a round was ended.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

#: Table, name of the check, column, the words that it now knows too.
_WORDS = (
    ("notice", "noticekind", "kind", ("paper", "round")),
    ("notice", "end", '"end"', ("round",)),
    ("phase_change", "step", "step", ("no_new_plan", "stop_round")),
    ("private_round", "step", "ended_by", ("no_new_plan", "stop_round")),
    ("safety_concern", "step", "said_with", ("no_new_plan", "stop_round")),
)
_UNTRACED = """
update voice set asked_at = null where asks and not exists (
  select 1 from trace t where t.conference_id = voice.conference_id and t.participant_id = voice.participant_id
  and t.kind in ('stop_wished', 'again_wished', 'asked')
)
"""


def upgrade() -> None:
    for table, name, column, words in _WORDS:
        _change_words(table, name, column, words, known=True)
    for name in ("question_agreed_before_on", "no_bottom_lines_before_on"):
        op.add_column("conference", sa.Column(name, sa.Date))
    op.add_column("meeting", sa.Column("set_aside", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("voice", sa.Column("asks", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("update voice set asks = true where asked_at is not null")
    op.execute(_UNTRACED)


def downgrade() -> None:
    """Where it is unknown since when others were asked, it becomes the last change."""
    op.execute("update voice set asked_at = written_at where asks and asked_at is null")
    op.drop_column("voice", "asks")
    op.drop_column("meeting", "set_aside")
    for name in ("no_bottom_lines_before_on", "question_agreed_before_on"):
        op.drop_column("conference", name)
    op.execute("delete from notice where kind in ('paper', 'round')")
    for table, name, column, words in reversed(_WORDS):
        _change_words(table, name, column, words, known=False)


def _change_words(table: str, name: str, column: str, words: tuple[str, ...], *, known: bool) -> None:
    """Let a check know these words too, or no longer. SQLite documents changing the text of its schema for that."""
    bind, check = op.get_bind(), f"ck_{table}_{name}"
    checks = {str(one["name"]): one["sqltext"] for one in sa.inspect(bind).get_check_constraints(table)}
    old = re.findall(r"'(\w+)'", checks[check])
    new = [word for word in old if word not in words] + list(words) * known
    before, after = (", ".join(f"'{word}'" for word in some) for some in (old, new))
    if bind.dialect.name == "postgresql":
        op.drop_constraint(op.f(check), table, type_="check")
        op.create_check_constraint(op.f(check), table, sa.text(f"{column} in ({after})"))
        return
    version = bind.scalar(sa.text("pragma schema_version")) or 0
    bind.execute(sa.text("pragma writable_schema = on"))
    bind.execute(
        sa.text("update sqlite_master set sql = replace(sql, :old, :new) where type = 'table' and name = :table"),
        {"old": before, "new": after, "table": table},
    )
    bind.execute(sa.text(f"pragma schema_version = {int(version) + 1}"))
    bind.execute(sa.text("pragma writable_schema = off"))
