"""The identity behind a request or action (`Visitor`, `By`). What it may do with a case: `conferences/access.py`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from ekc.core.audit import PUBLIC, SYSTEM, Actor, record, record_each
from ekc.core.clock import local_date
from ekc.workflow.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person behind a request: staff by account, a participant by personal link, or an unknown person."""

    actor: Actor
    account_id: int | None = None
    roles: frozenset[Role] = frozenset()  # roles across the organisation; roles in a case: `conferences/access.py`
    regions: frozenset[int] = frozenset()  # regions they manage
    municipalities: frozenset[int] = frozenset()  # municipalities whose cases they follow as social care manager
    home_region: int | None = None  # region of the account
    conference_id: int | None = None  # conference of the personal link
    participant_id: int | None = None  # owner of the personal link
    language: str | None = None  # of the account
    mail_language: str | None = None  # of whoever came by personal link, for a browser whose own we do not have
    leaves_on: date | None = None  # last day on which the account can be used
    sign_in_id: int | None = None  # the current sign-in
    expires_in: int | None = None  # on a shared device: seconds until the sign-in ends if it is not used

    @property
    def known(self) -> bool:
        """Whether the visitor is identified, by account or by personal link."""
        return self.account_id is not None or self.participant_id is not None


NOBODY = Visitor(PUBLIC)
#: The program itself, for commands and nightly jobs. It holds no role, so it cannot open a case.
PROGRAM = Visitor(SYSTEM)


def has_left(leaves_on: date | None, timezone: str, at: datetime) -> bool:
    """Whether the last day has passed in this time zone (that of the account's region)."""
    return leaves_on is not None and local_date(at, timezone) > leaves_on


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, when, and in which database session: the first argument of every action."""

    session: Session
    visitor: Visitor
    at: datetime
    #: What the form that was sent wants looked at under the lock (`core/forms.py`, `core/form_numbers.py`).
    checks: list[Callable[[], None]] = field(default_factory=list, compare=False)

    def check_form(self) -> None:
        """Run the checks of the form, once. `lock_case` calls this; other actions do, when they have locked."""
        while self.checks:
            self.checks.pop(0)()

    @property
    def actor(self) -> Actor:
        """The actor that the audit records."""
        return self.visitor.actor

    def record(self, action: str, conference_id: int | None = None, **detail: str | int) -> None:
        """Add an event to the audit; see `core.audit.record`."""
        record(self.session, self.actor, self.at, action, conference_id, **detail)

    def record_each(self, action: str, cases: Iterable[int], **detail: str | int) -> None:
        """Add the same event to the audit of each of these cases; see `core.audit.record_each`."""
        record_each(self.session, self.actor, self.at, action, cases, **detail)


@dataclass(frozen=True, slots=True)
class Office:
    """A role across the organisation, limited to a region (managers) or municipality (care managers)."""

    role: Role
    region_id: int | None = None
    municipality: str | None = None
