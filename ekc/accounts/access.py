"""Who somebody is, as the product sees them: the visitor. What they may do with a case: `conferences/access.py`."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from ekc.core.audit import PUBLIC, SYSTEM, Actor, record
from ekc.core.clock import local_date
from ekc.workflow.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who asks for something: staff by account, a participant by personal link, or nobody we know."""

    actor: Actor
    account_id: int | None = None
    roles: frozenset[Role] = frozenset()  # across the organisation
    regions: frozenset[int] = frozenset()  # in which they are regional manager
    municipalities: frozenset[str] = frozenset()  # of which they are social care manager
    home_region: int | None = None  # of the account
    conference_id: int | None = None  # to which a personal link leads
    participant_id: int | None = None  # to whom it belongs
    language: str | None = None
    leaves_on: date | None = None  # the last day of the account
    sign_in_id: int | None = None  # by which they are here now
    expires_in: int | None = None  # on a device that others use too: seconds without use until it forgets them

    @property
    def known(self) -> bool:
        """Whether we know who this is."""
        return self.account_id is not None or self.participant_id is not None


NOBODY = Visitor(PUBLIC)
#: The program itself, for commands and nightly work; holds no role, so it opens no case.
PROGRAM = Visitor(SYSTEM)


def has_left(leaves_on: date | None, timezone: str, at: datetime) -> bool:
    """Whether somebody's last day is over, in the time zone of their region."""
    return leaves_on is not None and local_date(at, timezone) > leaves_on


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, when, and in which database session: the first argument of every action."""

    session: Session
    visitor: Visitor
    at: datetime

    @property
    def actor(self) -> Actor:
        """Who acts, as the audit names them."""
        return self.visitor.actor

    def record(self, action: str, conference_id: int | None = None, **detail: str | int) -> None:
        """Add a line to the audit, as `core.audit.record` does."""
        record(self.session, self.actor, self.at, action, conference_id, **detail)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One of the cast of the demo, whom anybody may be with one click: by account, or by personal link."""

    name: str
    line: str  # who they are and what they have to do
    account_id: int | None = None
    link_id: int | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """A role across the organisation, and the region (managers) or municipality (care managers) for which it holds."""

    role: Role
    region_id: int | None = None
    municipality: str | None = None
