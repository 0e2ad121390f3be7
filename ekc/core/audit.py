"""The audit: who did or saw what, when and why. Append-only and hash-chained: a chain for each case, one for the rest.

Database triggers (made by the migrations) refuse changes and deletions; the chain reveals them if they happen anyway.
Details are encrypted, and hashed as stored. Each head holds a keyed MAC over its whole chain, so that nobody builds one
without the keys. `set_down` writes the heads to a file outside the database: a chain that was cut together with its
head, or removed, does not fit it.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from ekc.core.crypto import Keyring, keyring_of
from ekc.core.db import Base, enum_column

DETAIL_CONTEXT = "audit_event.detail"
_GENESIS_HASH = b"\0" * 32
_GENESIS_MAC = b"\0" * 16
_HEADS = "audit heads"  # context of the signature of the file
_SYSTEM_CHAIN = "system"  # events that belong to no case
_RECORDED = "audit"  # key in `session.info`: an event was added
_ENDS = "audit_heads"  # key in `info` of a connection: a transaction, and the heads that it has locked


#: The action of the one line a day that the family's own looks in private time leave.
PRIVATE_LOOKS = "case.read_in_private_time"


class ActorKind(StrEnum):
    """The kinds of actors."""

    ACCOUNT = "account"
    PARTICIPANT = "participant"
    PUBLIC = "public"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account of staff, a participant by personal link, the public, or the system."""

    kind: ActorKind
    id: int | None = None
    name: str = ""


PUBLIC = Actor(ActorKind.PUBLIC)
SYSTEM = Actor(ActorKind.SYSTEM)


class _LastEvent(NamedTuple):
    """The last event of a chain, as of this transaction."""

    chain: str
    seq: int
    hash: bytes
    mac: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain, as it was set down outside the database."""

    seq: int
    hash: bytes


class AuditHead(Base):
    """The last event of each chain; its row is locked while an event is added."""

    __tablename__ = "audit_head"

    chain: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(LargeBinary(16))


class AuditEvent(Base):
    """One event. `detail` is encrypted JSON."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "conference_id", "at"),)

    chain: Mapped[str] = mapped_column(ForeignKey("audit_head.chain"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind))
    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(48))
    conference_id: Mapped[int | None]
    detail: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


_head, _event = cast(Table, AuditHead.__table__), cast(Table, AuditEvent.__table__)
_of_chain = _head.c.chain == bindparam("of")
_SELECT_HEAD = select(_head.c.chain, _head.c.seq, _head.c.hash, _head.c.mac).where(_of_chain).with_for_update()
#: In the order of the numbers of the cases, so that two who add to several chains at once do not deadlock.
_SELECT_HEADS = (
    select(_head.c.chain, _head.c.seq, _head.c.hash, _head.c.mac)
    .where(_head.c.chain.in_(bindparam("chains", expanding=True)))
    .order_by(func.length(_head.c.chain), _head.c.chain)
    .with_for_update()
)
_INSERT_EVENT = insert(_event)
_NEW_END: dict[str, Any] = {"seq": bindparam("last"), "hash": bindparam("link"), "mac": bindparam("sign")}
_UPDATE_HEAD = update(_head).where(_of_chain).values(_NEW_END)


def record(
    session: Session, actor: Actor, at: datetime, action: str, conference_id: int | None = None, **detail: str | int
) -> None:
    """Add an event, in the caller's transaction. `action`: a code like `circle.added`; `detail` may hold content."""
    _add(session, {_chain_of(conference_id): conference_id}, actor, at, action, detail)


def record_each(
    session: Session, actor: Actor, at: datetime, action: str, cases: Iterable[int], **detail: str | int
) -> None:
    """Add the same event to each of these cases, in three statements for all of them."""
    _add(session, {_chain_of(one): one for one in cases}, actor, at, action, detail)


def _chain_of(conference_id: int | None) -> str:
    return f"case:{conference_id}" if conference_id else _SYSTEM_CHAIN


def record_unknown(
    session: Session, actor: Actor, at: datetime, conference_id: int | None, **detail: str | int
) -> None:
    """Add an event about an attempt to open a case that the actor may not know of; None: there is no such case.

    Both go into the system chain, with the same lock and statements, so that response times do not reveal which cases
    exist. The access log of the case finds the event by `conference_id`.
    """
    _add(session, {_SYSTEM_CHAIN: conference_id}, actor, at, "case.refused", detail)


def has_recorded(session: Session) -> bool:
    """Whether an event was added with this session. Actions add theirs last, so a refused action has added none."""
    return _RECORDED in session.info


def has_event(session: Session, at: datetime, action: str, conference_id: int) -> bool:
    """Whether a case has an event of this action at this instant."""
    same = (_event.c.conference_id == conference_id, _event.c.at == at, _event.c.action == action)
    return session.scalar(select(exists().where(*same))) is True


def _add(
    session: Session,
    chains: Mapping[str, int | None],
    actor: Actor,
    at: datetime,
    action: str,
    detail: Mapping[str, str | int],
) -> None:
    """Add an event to each chain, about the case that is given with it."""
    if not chains:
        return
    session.flush()
    connection = session.connection()  # asked itself, as by `read_rows`: each page and each action adds a line
    heads = _heads(connection, chains)
    # In the order of `_SELECT_HEADS`.
    for chain in sorted(chains.keys() - {head.chain for head in heads}, key=lambda chain: (len(chain), chain)):
        try:
            with session.begin_nested():
                session.execute(insert(_head), {"chain": chain, "seq": 0, "hash": _GENESIS_HASH, "mac": _GENESIS_MAC})
        except IntegrityError:
            pass  # created by a concurrent transaction
    if len(heads) < len(chains):
        heads = _heads(connection, chains)
    about = json.dumps({k: v for k, v in {"actor": actor.name, **detail}.items() if v != ""}, ensure_ascii=False)
    keyring = keyring_of(session)
    lines, ends, new = [], [], dict[str, _LastEvent]()
    for head in heads:
        seq, conference_id = head.seq + 1, chains[head.chain]
        sealed = keyring.seal(about.encode(), DETAIL_CONTEXT) if about != "{}" else None
        link = chain_hash(head.hash, head.chain, seq, at, actor.kind, actor.id, action, conference_id, sealed)
        lines.append(
            {
                "chain": head.chain,
                "seq": seq,
                "at": at,
                "actor_kind": actor.kind,
                "actor_id": actor.id,
                "action": action,
                "conference_id": conference_id,
                "detail": sealed,
                "hash": link,
            }
        )
        end = _LastEvent(head.chain, seq, link, chain_mac(keyring, head.mac, link))
        ends.append({"of": end.chain, "last": end.seq, "link": end.hash, "sign": end.mac})
        new[end.chain] = end
    connection.execute(_INSERT_EVENT, lines)
    connection.execute(_UPDATE_HEAD, ends)
    _kept(connection).update(new)
    session.info[_RECORDED] = True


def _kept(connection: Connection) -> dict[str, _LastEvent]:
    """The heads that this transaction, or this savepoint, has locked and written: nobody else changes them meanwhile.

    After a savepoint they are read again, as it may have been rolled back, or others may have written in it.
    """
    now = connection.get_nested_transaction() or connection.get_transaction()
    within, kept = cast(tuple[Any, dict[str, _LastEvent]], connection.info.get(_ENDS, (None, {})))
    if now is None or within is not now:
        kept = {}
        connection.info[_ENDS] = (now, kept)
    return kept


def _heads(connection: Connection, chains: Collection[str]) -> Sequence[_LastEvent | Row[str, int, bytes, bytes]]:
    """The heads of chains, locked until commit."""
    kept = _kept(connection)
    if all(one in kept for one in chains):
        return [kept[one] for one in chains]
    if len(chains) == 1:  # by far most often; a list is written anew at each execution
        return connection.execute(_SELECT_HEAD, {"of": next(iter(chains))}).all()
    return connection.execute(_SELECT_HEADS, {"chains": list(chains)}).all()


def chain_hash(
    before: bytes,
    chain: str,
    seq: int,
    at: datetime,
    kind: str,
    actor: int | None,
    action: str,
    conference_id: int | None,
    sealed: bytes | None,
) -> bytes:
    """The SHA-256 over the previous hash and all values of an event."""
    said = [chain, seq, at.isoformat(), str(kind), actor, action, (sealed or b"").hex(), conference_id]
    return hashlib.sha256(before + json.dumps(said).encode()).digest()


def chain_mac(keyring: Keyring, before: bytes, link: bytes) -> bytes:
    """The MAC of a chain that ends with the hash `link`; `before`: the MAC without it.

    A MAC is only ever extended, never made from the hashes that are there. So a chain that somebody built without the
    keys stays broken, whatever is added to it later.
    """
    return keyring.signature(before + link, "audit_head.mac")


def read_detail(session: Session, event: AuditEvent | Row[*tuple[Any, ...]]) -> dict[str, str | int]:
    """The decrypted details of an event, or of a row with a column `detail`."""
    if event.detail is None:
        return {}
    detail: dict[str, str | int] = json.loads(keyring_of(session).open(event.detail, DETAIL_CONTEXT))
    return detail


#: All events, chain by chain, each with the head of its chain.
_CHAINS = (
    select(
        *(_event.c[name] for name in ("chain", "seq", "at", "actor_kind", "actor_id", "action", "conference_id")),
        *(_event.c.detail, _event.c.hash),
        *(_head.c.seq.label("last"), _head.c.hash.label("end"), _head.c.mac),
    )
    .outerjoin_from(_event, _head, _head.c.chain == _event.c.chain)
    .order_by(_event.c.chain, _event.c.seq)
    .execution_options(yield_per=5000)
)
_EMPTY_CHAINS = select(_head.c.chain).where(~exists().where(_event.c.chain == _head.c.chain))


def broken_chains(session: Session, kept: Mapping[str, Head] | None = None) -> Iterator[str]:
    """The names of chains that were tampered with: an event changed, added or removed, or a head that does not fit.

    `kept`: heads that were set down earlier. A chain without such an event was cut, rebuilt or removed since. One chain
    after the other is read, so that memory does not grow with the audit.
    """
    keyring, kept = keyring_of(session), kept or {}
    broken, found = set(session.scalars(_EMPTY_CHAINS)), set[str]()
    for chain, events in groupby(session.execute(_CHAINS), key=itemgetter(0)):
        seq, before, mac, whole, was = 0, _GENESIS_HASH, _GENESIS_MAC, True, kept.get(chain)
        for event in events:
            _, number, *said, digest, last, end, sign = event
            seq += 1
            whole &= number == seq and digest == chain_hash(before, chain, number, *said)
            seq, before, mac = number, digest, chain_mac(keyring, mac, digest)
            if was is not None and was.seq == seq and was.hash == before:
                found.add(chain)
        if not whole or (seq, before, mac) != (last, end, sign):
            broken.add(chain)
    yield from sorted(broken | (kept.keys() - found))


def set_down(session: Session, file: Path, at: datetime) -> int:
    """Write the head of each chain to a file outside the database, signed; returns how many."""
    chains = session.execute(select(_head.c.chain, _head.c.seq, _head.c.hash).order_by(_head.c.chain)).all()
    heads = {one.chain: [one.seq, one.hash.hex()] for one in chains}
    written = json.dumps({"at": at.isoformat(), "heads": heads})
    signature = keyring_of(session).signature(written.encode(), _HEADS).hex()
    draft = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(f"{written}\n{signature}\n")
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
    return len(heads)


def read_set_down(keyring: Keyring, file: Path) -> dict[str, Head] | None:
    """The heads that were set down; None without a file. Raises ValueError if the program did not write the file."""
    try:
        written, _, signature = file.read_text().strip().partition("\n")
    except FileNotFoundError:
        return None
    if not hmac.compare_digest(signature.encode(), keyring.signature(written.encode(), _HEADS).hex().encode()):
        raise ValueError("the heads were not written by this program, or under another key")
    return {chain: Head(seq, bytes.fromhex(digest)) for chain, (seq, digest) in json.loads(written)["heads"].items()}
