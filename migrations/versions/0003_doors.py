"""Doors: audit with signed heads, append-only rows that cannot be replaced, and an index of names that tells less.

Revision ID: 0003
Revises: 0002
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from ekc.core.crypto import keyring_of

revision = "0003"
down_revision = "0002"

_INSTANT = sa.DateTime(timezone=True)
#: The append-only tables, each with its keys: a row that has one of them may not be replaced.
_APPEND_ONLY = {
    "audit_event": (("chain", "seq"),),
    "phase_change": (("id",), ("conference_id", "number")),
    "plan_version": (("id",), ("conference_id", "number")),
    "issued_document": (("id",), ("version_id", "kind", "language")),
}
_head = sa.table("audit_head", *(sa.column(name) for name in ("chain", "seq", "hash", "mac")))
_event = sa.table(
    "audit_event",
    sa.column("at", _INSTANT),
    *(sa.column(name) for name in ("chain", "seq", "actor_kind", "actor_id", "action", "conference_id")),
    *(sa.column(name, sa.LargeBinary) for name in ("detail", "hash")),
)
_key = sa.table("name_key", *(sa.column(name) for name in ("region_id", "key", "participant_id")))
_Hash = Callable[[bytes, "sa.Row"], bytes]


def upgrade() -> None:
    with op.batch_alter_table("audit_head") as table:
        table.add_column(sa.Column("mac", sa.LargeBinary(16)))
    _chain_again(_without_conference, _with_conference)
    keyring, macs = keyring_of(op.get_bind().dialect), dict[str, bytes]()
    for line in op.get_bind().execute(sa.select(_event.c.chain, _event.c.hash).order_by(_event.c.chain, _event.c.seq)):
        macs[line.chain] = keyring.signature(macs.get(line.chain, b"\0" * 16) + line.hash, "audit_head.mac")
    for chain, mac in macs.items():
        op.execute(_head.update().where(_head.c.chain == chain).values(mac=mac))
    with op.batch_alter_table("audit_head") as table:
        table.alter_column("mac", existing_type=sa.LargeBinary(16), nullable=False)
    _refuse_more()
    _index_names()


def downgrade() -> None:
    op.execute(_key.delete())  # an older program has other keys
    with op.batch_alter_table("conference") as table:
        table.drop_column("searchable")
    if op.get_bind().dialect.name == "postgresql":
        for table in _APPEND_ONLY:
            op.execute(f"drop trigger {table}_no_truncate on {table}")
    else:
        for table in _APPEND_ONLY:
            op.execute(f"drop trigger {table}_no_replace")
    _chain_again(_with_conference, _without_conference)
    with op.batch_alter_table("audit_head") as table:
        table.drop_column("mac")


def _index_names() -> None:
    """Index the names of cases that staff registered, or for which a coordinator was asked."""
    op.add_column("conference", sa.Column("searchable", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(
        "update conference set searchable = true "
        "where exists (select 1 from match where conference_id = conference.id) "
        "or exists (select 1 from audit_event where conference_id = conference.id "
        "and action = 'case.registered' and actor_kind = 'account')"
    )
    op.execute(_key.delete())
    connection, keyring = op.get_bind(), keyring_of(op.get_bind().dialect)
    people = sa.text(
        "select participant.id, region_id, name from participant join conference on conference.id = conference_id "
        "where searchable and removed_at is null"
    )
    for participant_id, region_id, name in connection.execute(people).all():
        keys = keyring.index_keys(keyring.open(bytes(name), "participant.name").decode(), region_id)
        lines = [{"region_id": region_id, "key": key, "participant_id": participant_id} for key in keys]
        if lines:
            connection.execute(_key.insert(), lines)


def _refuse_more() -> None:
    """Refuse what update and delete triggers do not see: REPLACE on SQLite, TRUNCATE on PostgreSQL."""
    for table, keys in _APPEND_ONLY.items():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"create trigger {table}_no_truncate before truncate on {table} "
                "for each statement execute function ekc_refuse_change()"
            )
            continue
        same = (" and ".join(f"{name} = new.{name}" for name in key) for key in keys)
        there = " or ".join(
            f"exists (select 1 from {table} where {one})"  # noqa: S608 - our own names
            for one in same
        )
        op.execute(
            f"create trigger {table}_no_replace before insert on {table} when {there} "
            f"begin select raise(abort, '{table} is append-only'); end"
        )


def _chain_again(known: _Hash, new: _Hash) -> None:
    """Hash every line anew. Refused if a line is not what was written: that has to be looked into first."""
    connection = op.get_bind()
    _let_lines_change(True)
    was, now = dict[str, bytes](), dict[str, bytes]()
    for line in connection.execute(sa.select(_event).order_by(_event.c.chain, _event.c.seq)).all():
        if known(was.get(line.chain, b"\0" * 32), line) != line.hash:
            raise RuntimeError("The audit was changed from outside the product: run verify-audit of the old version.")
        was[line.chain], now[line.chain] = line.hash, new(now.get(line.chain, b"\0" * 32), line)
        here = (_event.c.chain == line.chain, _event.c.seq == line.seq)
        connection.execute(_event.update().where(*here).values(hash=now[line.chain]))
    for chain, link in now.items():
        connection.execute(_head.update().where(_head.c.chain == chain).values(hash=link))
    _let_lines_change(False)


def _let_lines_change(allowed: bool) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"alter table audit_event {'disable' if allowed else 'enable'} trigger audit_event_append_only")
    elif allowed:
        op.execute("drop trigger audit_event_no_update")
    else:
        op.execute(
            "create trigger audit_event_no_update before update on audit_event "
            "begin select raise(abort, 'audit_event is append-only'); end"
        )


def _with_conference(before: bytes, line: "sa.Row") -> bytes:
    return _digest(before, [*_said(line), line.conference_id])


def _without_conference(before: bytes, line: "sa.Row") -> bytes:
    said = _said(line)
    if line.chain == "system" and line.conference_id is not None:
        said.append(line.conference_id)
    return _digest(before, said)


def _digest(before: bytes, said: list[str | int | None]) -> bytes:
    return hashlib.sha256(before + json.dumps(said).encode()).digest()


def _said(line: "sa.Row") -> list[str | int | None]:
    at: datetime = line.at.replace(tzinfo=UTC) if line.at.tzinfo is None else line.at.astimezone(UTC)
    return [
        line.chain,
        line.seq,
        at.isoformat(),
        line.actor_kind,
        line.actor_id,
        line.action,
        (line.detail or b"").hex(),
    ]
