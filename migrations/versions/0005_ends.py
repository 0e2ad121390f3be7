"""Ends: words of steps that can be destroyed, the round of a meeting, what people said for the round before.

Two reasons to stop and one step are new. The words of a step leave the append-only table of steps.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STEPS = "'reconvene', 'close'"
_NEW_STEPS = "'reconvene', 'close', 'main_person_gone'"
_REASONS = "'not_safe', 'other'"
_NEW_REASONS = "'not_safe', 'died', 'left', 'other'"
#: Table, name of the check, words before and after.
_CHECKS = (
    ("phase_change", "step", _STEPS, _NEW_STEPS),
    ("private_round", "step", _STEPS, _NEW_STEPS),
    ("conference", "stopreason", _REASONS, _NEW_REASONS),
    ("voice", "stopreason", _REASONS, _NEW_REASONS),
)
_COLUMNS = {"phase_change": "step", "private_round": "ended_by", "conference": "stop_reason", "voice": "reason_code"}
_ATTENDS = "in_person part phone video letter spokesperson no excluded"


def upgrade() -> None:
    for table, name, old, new in _CHECKS:
        _change_words(table, name, old, new)
    op.create_table(
        "step_words",
        sa.Column("change_id", sa.Integer, sa.ForeignKey("phase_change.id"), primary_key=True, autoincrement=False),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("overrides", sa.LargeBinary, nullable=False),
    )
    op.execute(
        "insert into step_words (change_id, reason, overrides) "
        "select id, reason, overrides from phase_change where overrides is not null"
    )
    op.drop_column("phase_change", "reason")
    op.drop_column("phase_change", "overrides")
    op.add_column("meeting", sa.Column("round", sa.Integer, nullable=False, server_default="1"))
    op.add_column("safety_concern", sa.Column("arrangement_before", sa.LargeBinary))
    attends = sa.Enum(*_ATTENDS.split(), name="attends_before", native_enum=False, create_constraint=True, length=32)
    op.add_column("participant", sa.Column("informed_before_on", sa.Date))
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("participant", sa.Column("attends_before", attends))
        return
    words = ", ".join(f"'{word}'" for word in _ATTENDS.split())
    op.execute(
        "alter table participant add column attends_before varchar(32) "
        f"constraint ck_participant_attends_before check (attends_before IN ({words}))"
    )


def downgrade() -> None:
    _drop_triggers()
    op.add_column("phase_change", sa.Column("reason", sa.LargeBinary))
    op.add_column("phase_change", sa.Column("overrides", sa.LargeBinary))
    op.execute(
        "update phase_change set (reason, overrides) = "
        "(select w.reason, w.overrides from step_words as w where w.change_id = phase_change.id)"
    )
    op.drop_table("step_words")
    _make_triggers()
    op.drop_column("meeting", "round")
    op.drop_column("safety_concern", "arrangement_before")
    with op.batch_alter_table("participant") as participant:
        participant.drop_constraint(op.f("ck_participant_attends_before"), type_="check")
        participant.drop_column("informed_before_on")
        participant.drop_column("attends_before")
    for table, name, old, new in _CHECKS:
        _change_words(table, name, new, old)


def _change_words(table: str, name: str, old: str, new: str) -> None:
    """Change the words that a check allows. SQLite documents changing the text of its schema for that."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        check = f"ck_{table}_{name}"
        found = bind.scalar(
            sa.text(
                "select pg_get_constraintdef(oid) from pg_constraint where conname = :check "
                "and conrelid = cast(:table as regclass)"
            ),
            {"check": check, "table": table},
        )
        words = [word.split("'")[1] for word in str(found).split("ARRAY[")[1].split("]")[0].split(",")]
        column = _COLUMNS[table]
        before, after = (part.replace("'", "").split(", ") for part in (old, new))
        kept = [word for word in words if word not in before] + after
        op.execute(f"alter table {table} drop constraint {check}")
        quoted = ", ".join(f"'{word}'" for word in kept)
        op.execute(f"alter table {table} add constraint {check} check ({column} in ({quoted}))")
        return
    version = bind.scalar(sa.text("pragma schema_version")) or 0
    bind.execute(sa.text("pragma writable_schema = on"))
    bind.execute(
        sa.text("update sqlite_master set sql = replace(sql, :old, :new) where type = 'table' and name = :table"),
        {"old": old, "new": new, "table": table},
    )
    bind.execute(sa.text(f"pragma schema_version = {int(version) + 1}"))
    bind.execute(sa.text("pragma writable_schema = off"))


def _drop_triggers() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop trigger phase_change_append_only on phase_change")
        return
    for verb in ("update", "delete"):
        op.execute(f"drop trigger phase_change_no_{verb}")


def _make_triggers() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "create trigger phase_change_append_only before update or delete on phase_change "
            "for each row execute function ekc_refuse_change()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"create trigger phase_change_no_{verb} before {verb} on phase_change "
            "begin select raise(abort, 'phase_change is append-only'); end"
        )
