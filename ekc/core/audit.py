"""The audit: who did or saw what, when and why. Append-only and hash-chained: a chain for each case, one for the rest.

Database triggers (made by the migrations) refuse changes and deletions; the chain reveals them if they happen anyway.
Details are encrypted. The hash covers them as stored, so verifying a chain needs no key.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, LargeBinary, Row, String, Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from ekc.core.crypto import keyring_of
from ekc.core.db import Base, enum_column

_CONTEXT = "audit_event.detail"
_GENESIS_HASH = b"\0" * 32
_SYSTEM_CHAIN = "system"  # events that belong to no case
_RECORDED = "audit"  # key in `session.info`: an event was added


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


class AuditHead(Base):
    """The last event of each chain; its row is locked while an event is added."""

    __tablename__ = "audit_head"

    chain: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


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
_SELECT_HEAD = select(_head.c.seq, _head.c.hash).where(_of_chain).with_for_update()
_INSERT_EVENT = insert(_event)
_UPDATE_HEAD = update(_head).where(_of_chain).values(seq=bindparam("last"), hash=bindparam("link"))


def record(
    session: Session, actor: Actor, at: datetime, action: str, conference_id: int | None = None, **detail: str | int
) -> None:
    """Add an event, in the caller's transaction. `action`: a code like `circle.added`; `detail` may hold content."""
    chain = f"case:{conference_id}" if conference_id else _SYSTEM_CHAIN
    _add(session, chain, actor, at, action, conference_id, detail)


def record_unknown(
    session: Session, actor: Actor, at: datetime, conference_id: int | None, **detail: str | int
) -> None:
    """Add an event about an attempt to open a case that the actor may not know of; None: there is no such case.

    Both go into the system chain, with the same lock and statements, so that response times do not reveal which cases
    exist. The access log of the case finds the event by `conference_id`.
    """
    _add(session, _SYSTEM_CHAIN, actor, at, "case.refused", conference_id, detail)


def has_recorded(session: Session) -> bool:
    """Whether an event was added with this session. Actions add theirs last, so a refused action has added none."""
    return _RECORDED in session.info


def _add(
    session: Session,
    chain: str,
    actor: Actor,
    at: datetime,
    action: str,
    conference_id: int | None,
    detail: Mapping[str, str | int],
) -> None:
    head = session.execute(_SELECT_HEAD, {"of": chain}).one_or_none()
    if head is None:
        try:
            with session.begin_nested():
                session.execute(insert(_head), {"chain": chain, "seq": 0, "hash": _GENESIS_HASH})
        except IntegrityError:
            pass  # created by a concurrent transaction
        head = session.execute(_SELECT_HEAD, {"of": chain}).one()
    seq, before = head.seq + 1, head.hash
    about = {k: v for k, v in {"actor": actor.name, **detail}.items() if v != ""}
    sealed = keyring_of(session).seal(json.dumps(about, ensure_ascii=False).encode(), _CONTEXT) if about else None
    link = chain_hash(before, chain, seq, at, actor.kind, actor.id, action, conference_id, sealed)
    line = {
        "chain": chain,
        "seq": seq,
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "action": action,
        "conference_id": conference_id,
        "detail": sealed,
        "hash": link,
    }
    session.execute(_INSERT_EVENT, line)
    session.execute(_UPDATE_HEAD, {"of": chain, "last": seq, "link": link})
    session.info[_RECORDED] = True


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
    """The SHA-256 over the previous hash and all values of an event.

    `conference_id` is included in the system chain only; the name of a case's chain contains it already.
    """
    said: list[str | int | None] = [chain, seq, at.isoformat(), str(kind), actor, action, (sealed or b"").hex()]
    if chain == _SYSTEM_CHAIN and conference_id is not None:
        said.append(conference_id)
    return hashlib.sha256(before + json.dumps(said).encode()).digest()


def read_detail(session: Session, event: AuditEvent | Row[*tuple[Any, ...]]) -> dict[str, str | int]:
    """The decrypted details of an event, or of a row with a column `detail`."""
    if event.detail is None:
        return {}
    detail: dict[str, str | int] = json.loads(keyring_of(session).open(event.detail, _CONTEXT))
    return detail


def broken_chains(session: Session) -> Iterator[str]:
    """The names of chains that were tampered with: an event changed, added or removed, or a head that does not fit."""
    heads = {head.chain: (head.seq, head.hash) for head in session.execute(select(AuditHead.__table__))}
    chain, seq, before, broken = "", 0, _GENESIS_HASH, set[str]()
    ends: dict[str, tuple[int, bytes]] = {}
    events = select(AuditEvent).order_by(AuditEvent.chain, AuditEvent.seq).execution_options(yield_per=1000)
    for event in session.scalars(events):
        if event.chain != chain:
            chain, seq, before = event.chain, 0, _GENESIS_HASH
        seq += 1
        said = (event.at, event.actor_kind, event.actor_id, event.action, event.conference_id, event.detail)
        link = chain_hash(before, chain, event.seq, *said)
        if event.seq != seq or link != event.hash:
            broken.add(chain)
        seq, before = event.seq, event.hash
        ends[chain] = (seq, before)
    broken |= {chain for chain in heads.keys() | ends.keys() if heads.get(chain) != ends.get(chain)}
    yield from sorted(broken)
