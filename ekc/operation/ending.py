"""Ending everything that lets somebody in: a restored database knows nothing of what was ended after it was made."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, update
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.calendars.models import CalendarFeed
from ekc.core.db import Base
from ekc.core.outbox import UNSENT, OutboxMessage, Way
from ekc.links.models import LinkDevice, PersonalLink
from ekc.signin.models import Invitation, KnownDevice, Passkey, RecoveryCode, SignIn

#: Tables with what lets somebody in, and what each is called.
ENDED: dict[type[Base], str] = {
    SignIn: "sign-ins",
    PersonalLink: "personal links",
    LinkDevice: "devices of personal links",
    Invitation: "invitations",
    Account: "passwords",
    Passkey: "passkeys",
    RecoveryCode: "recovery codes",
    KnownDevice: "known devices",
    CalendarFeed: "addresses of calendars",
}


def end_all_access(session: Session, at: datetime, nobodys_hash: str) -> dict[str, int]:
    """End what lets somebody in, and unsent emails and texts with a link; returns how many of each. Does not commit.

    `nobodys_hash`: of a password that nobody knows. Whoever had a password can then ask for a new one.

    What remains: second factors, which let nobody in alone, and identities at providers, who know who works there.
    """
    ends: dict[type[Base], Any] = {
        SignIn: update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=at),
        PersonalLink: update(PersonalLink).where(PersonalLink.revoked_at.is_(None)).values(revoked_at=at),
        LinkDevice: update(LinkDevice).where(LinkDevice.ended_at.is_(None)).values(ended_at=at),
        Invitation: update(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        .values(revoked_at=at),
        Account: update(Account).where(Account.password_hash.is_not(None)).values(password_hash=nobodys_hash),
        Passkey: delete(Passkey),
        RecoveryCode: delete(RecoveryCode),
        KnownDevice: delete(KnownDevice),
        CalendarFeed: delete(CalendarFeed),
    }
    counts = {what: _count(session, ends[kind]) for kind, what in ENDED.items()}
    has_link = or_(OutboxMessage.link.is_not(None), OutboxMessage.way == Way.TEXT)  # in its words
    unsent = delete(OutboxMessage).where(has_link, *UNSENT)
    return {**counts, "emails and text messages with a link": _count(session, unsent)}


def _count(session: Session, statement: Any) -> int:
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return cast(CursorResult[Any], done).rowcount
