"""Reading personal links."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from ekc.accounts.access import Visitor, has_left
from ekc.accounts.models import Account, Region
from ekc.core.clock import local_date
from ekc.core.crypto import keyring_of
from ekc.core.outbox import OutboxMessage, Way
from ekc.core.reading import read_rows
from ekc.core.tokens import hash_token
from ekc.links.models import Confirmed, PersonalLink, confirmation_method
from ekc.links.queries.life import LIFE, LIFE_COLUMNS, NOT_REVOKED, access_is_over, case_table, life_facts, lives, works
from ekc.links.tokens import MAX_ATTEMPTS, outbox_keys, read_token
from ekc.workflow.link_life import LinkFacts, LinkLife, link_life


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A personal link as it is shown, without its token, which is not stored."""

    id: int
    participant_id: int
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None  # first use
    handed_over: tuple[str, ...]  # paper, mail, message
    question: str | None
    has_answer: bool
    tries: int
    tried_at: datetime | None
    made_by: int | None  # account
    facts: LinkFacts
    timezone: str

    def life(self, at: datetime) -> LinkLife:
        """How long it works, unless it is revoked."""
        return link_life(self.facts, local_date(at, self.timezone))

    def is_live(self, at: datetime) -> bool:
        """Whether it works: it is not revoked, and its owner's last task is not longer ago than that."""
        return self.revoked_at is None and local_date(at, self.timezone) <= self.life(at).until

    @property
    def is_locked(self) -> bool:
        """Whether too many wrong answers were given, so that new devices need the coordinator's approval.

        Also after another coordinator took over, who has no answer or code of it: somebody has to ask its owner.
        """
        return self.tries >= MAX_ATTEMPTS

    @property
    def asks(self) -> Confirmed:
        """How a new device is verified."""
        return confirmation_method(self.question, self.has_answer)


#: Of a link: it was printed.
ON_PAPER = PersonalLink.handed_over.contains("paper")


def on_paper_by(session: Session, conference_id: int, account_ids: Collection[int]) -> dict[int, int]:
    """Whose printed slips, of links that were not revoked, name one of these accounts: the account by participant."""
    made = (PersonalLink.conference_id == conference_id, PersonalLink.made_by.in_(account_ids), ON_PAPER, NOT_REVOKED)
    rows = session.execute(select(PersonalLink.participant_id, PersonalLink.made_by).where(*made))
    return {row.participant_id: row.made_by for row in rows if row.made_by is not None}


def live_link(session: Session, at: datetime, link_id: int) -> PersonalLink | None:
    """The link with this id; None if it was revoked or has ended."""
    link = session.scalar(select(PersonalLink).where(PersonalLink.id == link_id, NOT_REVOKED))
    return link if link is not None and lives(session, at, link.id, link.expires_at) else None


def link_of_token(session: Session, at: datetime, token: str, lock: bool = False) -> PersonalLink | None:
    """The link of a token; None if the signature is wrong, or the link was revoked or has ended.

    `lock`: lock the row, for use inside `writing`.
    """
    bound = read_token(keyring_of(session), token)
    if bound is None:
        return None
    its = (
        PersonalLink.id == bound.link_id,
        PersonalLink.conference_id == bound.conference_id,
        PersonalLink.participant_id == bound.participant_id,
        PersonalLink.token_hash == hash_token(token),
        NOT_REVOKED,
    )
    # First what decides, in one statement that decrypts nothing: whatever is wrong with a link, it costs the same.
    lives = select(PersonalLink.expires_at, LIFE).join(LIFE, LIFE.c.link_id == PersonalLink.id).where(*its)
    row = session.execute(lives).one_or_none()
    if row is None or not works(row, row.expires_at, at):
        return None
    wanted = select(PersonalLink).where(*its)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return without_former_codes(session, at, session.scalar(wanted))


def without_former_codes(session: Session, at: datetime, link: PersonalLink | None) -> PersonalLink | None:
    """The link, without code or answer if its maker, who knows it, no longer coordinates the case at `at`.

    New devices then need the coordinator's approval. Nothing is written: the nightly job deletes what is unused.
    """
    if link is not None and link.answer_hash is not None and link.made_by is not None:
        access = select(
            case_table.c.profile, case_table.c.timezone, case_table.c.tasks_ended_on, case_table.c.coordinator_id
        )
        case = session.execute(access.where(case_table.c.id == link.conference_id)).one()
        left = select(Account.leaves_on, Region.timezone).join(Region, Region.id == Account.region_id)
        maker = session.execute(left.where(Account.id == link.made_by)).one()
        over = case.coordinator_id == link.made_by and access_is_over(case, at)
        if has_left(maker.leaves_on, maker.timezone, at) or over:
            set_committed_value(link, "question", None)
            set_committed_value(link, "answer_hash", None)
    return link


_STORED = tuple(one.name for one in fields(LinkRow) if one.name not in {"has_answer", "facts", "timezone"})
_LINKS = (
    select(
        *(getattr(PersonalLink, name) for name in _STORED),
        PersonalLink.answer_hash,
        *(LIFE.c[name] for name in LIFE_COLUMNS),
    )
    .join(LIFE, LIFE.c.link_id == PersonalLink.id)
    .order_by(PersonalLink.id.desc())
)
_OF_CASE = _LINKS.where(PersonalLink.conference_id == bindparam("case"))
_OF_PARTICIPANT = _LINKS.where(PersonalLink.participant_id == bindparam("participant"))


def links_of(session: Session, conference_id: int) -> list[LinkRow]:
    """All links of a case, also revoked ones and those that have ended, newest first."""
    return [_link_row(row) for row in read_rows(session, _OF_CASE, {"case": conference_id})]


def links_of_participant(session: Session, participant_id: int) -> list[LinkRow]:
    """All links of a participant, newest first."""
    return [_link_row(row) for row in read_rows(session, _OF_PARTICIPANT, {"participant": participant_id})]


def links_without_code(session: Session, at: datetime, conference_id: int, visitor: Visitor) -> list[LinkRow]:
    """The valid links that somebody else made and that ask for approval, so that the visitor knows no code of them.

    In the order of the circle. Without those that are locked: a new code would unlock them unasked.
    """
    live = (row for row in links_of(session, conference_id) if row.is_live(at) and not row.is_locked)
    theirs = (row for row in live if row.asks is Confirmed.COORDINATOR and row.made_by != visitor.account_id)
    return sorted(theirs, key=lambda row: row.participant_id)


def _link_row(row: Row[*tuple[Any, ...]]) -> LinkRow:
    stored: dict[str, Any] = {name: getattr(row, name) for name in _STORED}
    stored["handed_over"] = tuple(filter(None, row.handed_over.split(",")))
    facts = life_facts(row, row.expires_at)
    return LinkRow(**stored, has_answer=row.answer_hash is not None, facts=facts, timezone=row.timezone)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The mail or text message with a link that did not arrive: it waits to be sent, or is `lost` for good."""

    way: Way
    lost: bool


_LOST = or_(OutboxMessage.given_up_at.is_not(None), OutboxMessage.returned_at.is_not(None))
_UNDELIVERED = select(OutboxMessage.key, OutboxMessage.way, _LOST).where(
    OutboxMessage.conference_id == bindparam("case"), or_(OutboxMessage.sent_at.is_(None), _LOST)
)
_IDS_OF_CASE = select(PersonalLink.id).where(PersonalLink.conference_id == bindparam("case"))


def undelivered(session: Session, conference_id: int) -> dict[int, tuple[Undelivered, ...]]:
    """What did not arrive, by link: the mail, the text message or both."""
    found = {
        key: Undelivered(way, bool(lost)) for key, way, lost in session.execute(_UNDELIVERED, {"case": conference_id})
    }
    links = session.scalars(_IDS_OF_CASE, {"case": conference_id})
    return {one: tuple(found[key] for key in outbox_keys(one) if key in found) for one in links}


_NEWEST = (
    select(PersonalLink)
    .where(PersonalLink.conference_id == bindparam("case"), PersonalLink.participant_id == bindparam("person"))
    .order_by(PersonalLink.id.desc())
    .limit(1)
)


def newest_link(session: Session, at: datetime, conference_id: int, participant_id: int) -> PersonalLink | None:
    """The newest link of a participant, also if it was revoked or has ended."""
    found = session.scalar(_NEWEST, {"case": conference_id, "person": participant_id})
    return without_former_codes(session, at, found)
