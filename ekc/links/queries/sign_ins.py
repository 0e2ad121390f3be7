"""The sign-in by personal link."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.core.audit import Actor, ActorKind
from ekc.core.reading import read_row
from ekc.core.tokens import hash_token
from ekc.links.models import LinkDevice, PersonalLink
from ekc.links.queries.life import lives
from ekc.links.queries.mail_language import MAIL_LANGUAGE_COLUMNS, mail_language
from ekc.signin.models import SignIn
from ekc.signin.queries import NOT_ENDED, SIGN_IN_COLUMNS, CurrentSignIn, is_unexpired, time_left

_link, _device, _sign_in = PersonalLink.__table__, LinkDevice.__table__, SignIn.__table__
_LINK_SIGN_IN = (
    select(
        _link.c.id,
        _link.c.participant_id,
        _link.c.conference_id,
        _link.c.expires_at,
        _sign_in.c.shared,
        *SIGN_IN_COLUMNS,
        *MAIL_LANGUAGE_COLUMNS,
    )
    .select_from(
        _sign_in.join(_link, _link.c.id == _sign_in.c.link_id).outerjoin(
            _device, _device.c.id == _sign_in.c.link_device_id
        )
    )
    .where(
        *NOT_ENDED,
        _link.c.revoked_at.is_(None),
        or_(_sign_in.c.link_device_id.is_(None), _device.c.ended_at.is_(None)),
    )
)


def link_sign_in(session: Session, at: datetime, token: str) -> CurrentSignIn | None:
    """The sign-in by personal link with this token; None if it timed out or was ended, or its link or device was.

    Without the name of the participant, which belongs to the circle (`conferences`).
    """
    row = read_row(session, _LINK_SIGN_IN, {"token_hash": hash_token(token)})
    if row is None or not is_unexpired(row, at) or not lives(session, at, row.id, row.expires_at):
        return None
    left = time_left(row, at)
    visitor = Visitor(
        Actor(ActorKind.PARTICIPANT, row.participant_id),
        conference_id=row.conference_id,
        participant_id=row.participant_id,
        mail_language=mail_language(row),
        sign_in_id=row.sign_in_id,
        expires_in=int(left.total_seconds()) if row.shared else None,
    )
    return CurrentSignIn(visitor, row.method, row.began_at, row.seen_at, left)
