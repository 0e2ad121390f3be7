"""The audit: append-only, hash-chained, one chain a case and one for the rest. Who did or saw what, when, and why.

The database refuses to change or delete a line (triggers made by the migrations); the chain shows it if somebody did
all the same. Names and reasons are encrypted; the hash covers them as stored, so proving a chain needs no key.
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
_SYSTEM_CHAIN = "system"  # the chain of what belongs to no case
_RECORDED = "audit"  # in the session: that a line was added


class ActorKind(StrEnum):
    """As what somebody acts."""

    ACCOUNT = "account"
    PARTICIPANT = "participant"
    PUBLIC = "public"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: an account of staff, a participant by personal link, somebody unknown, or the system."""

    kind: ActorKind
    id: int | None = None
    name: str = ""


PUBLIC = Actor(ActorKind.PUBLIC)
SYSTEM = Actor(ActorKind.SYSTEM)


class AuditHead(Base):
    """The end of each chain; its row is locked while a line is added."""

    __tablename__ = "audit_head"

    chain: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditEvent(Base):
    """One line. `detail` is encrypted JSON."""

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
    """Add a line, in the caller's transaction. `action` is a code like `circle.added`; `detail` may hold content."""
    chain = f"case:{conference_id}" if conference_id else _SYSTEM_CHAIN
    _add(session, chain, actor, at, action, conference_id, detail)


def record_unknown(
    session: Session, actor: Actor, at: datetime, conference_id: int | None, **detail: str | int
) -> None:
    """Add a line about a try to open a case that somebody may not know of; `conference_id` is None if there is none.

    Both kinds stand in the chain of what belongs to no case: the same lock and the same statements, so that how long
    the answer takes tells nothing. The number of the case leads its people to the line all the same.
    """
    _add(session, _SYSTEM_CHAIN, actor, at, "case.refused", conference_id, detail)


def has_recorded(session: Session) -> bool:
    """Whether a line was added with this session. To an action the line is its last word: refused, it added none."""
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
            pass  # somebody else began the chain at this moment
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
    """The hash of a line: SHA-256 over the hash before it and all that it says. The chain of a case names the case."""
    said: list[str | int | None] = [chain, seq, at.isoformat(), str(kind), actor, action, (sealed or b"").hex()]
    if chain == _SYSTEM_CHAIN and conference_id is not None:
        said.append(conference_id)
    return hashlib.sha256(before + json.dumps(said).encode()).digest()


def read_detail(session: Session, event: AuditEvent | Row[*tuple[Any, ...]]) -> dict[str, str | int]:
    """What a line says in words; of a row, its column `detail`."""
    if event.detail is None:
        return {}
    detail: dict[str, str | int] = json.loads(keyring_of(session).open(event.detail, _CONTEXT))
    return detail


def broken_chains(session: Session) -> Iterator[str]:
    """The chains that were tampered with: a line changed, added or taken out, or an end that does not fit."""
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
