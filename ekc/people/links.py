"""Personal links: their tokens, making and revoking them, in the caller's transaction. Who may: `conferences/actions`.

A token names link, case and person, is random beside that, and is signed: one that was made up is refused before the
database is asked. Only its hash is kept. Whoever holds it is asked for something else as well, once on each device:
`people/actions/link_verification.py`.
"""

import re
import secrets
import struct
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from ekc.core.crypto import Keyring, keyring_of, words
from ekc.core.outbox import OutboxMessage
from ekc.core.tokens import hash_token
from ekc.people.models import LinkDevice, PersonalLink, SignIn

#: Wrong answers a link bears, on whatever device; after them it opens through the coordinator alone.
TRIES = 5
#: The key of the mail with a link in the outbox.
MAIL_KEY = "link:{link_id}"
#: For so long somebody waits for their coordinator to let them in; then they ask anew.
WAITS = timedelta(hours=1)
CODE_DIGITS = 6
_NAMED = struct.Struct(">III")  # link, case, person
_RANDOM = 16  # bytes; the signature has as many
_TOKEN = re.compile(r"[A-Za-z0-9_-]{59}")
_LINK, _DEVICE = "personal_link", "link_device"  # what is signed


class LinkTokenPayload(NamedTuple):
    """The signed content of a personal link's token."""

    link_id: int
    conference_id: int
    participant_id: int


@dataclass(frozen=True, slots=True)
class Check:
    """What is asked on a new device: a question, else the code. With nothing to compare, only the coordinator lets in.

    `answer_hash` is the argon2 hash of what `plain` makes of the answer.
    """

    question: str = ""
    answer_hash: str | None = None


def new_code() -> str:
    """An entrance code: six digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def plain(answer: str) -> str:
    """An answer as it is compared: without case, accents, spaces and signs; digits of any script."""
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in answer)
    return "".join(words(digits))


def read_token(keyring: Keyring, token: str) -> LinkTokenPayload | None:
    """The payload of a token; None where the signature is not ours. No database is asked."""
    if not _TOKEN.fullmatch(token):
        return None
    content = urlsafe_b64decode(token + "=")
    signed = content[:-_RANDOM]
    good = secrets.compare_digest(keyring.signature(signed, _LINK), content[-_RANDOM:])
    return LinkTokenPayload(*_NAMED.unpack_from(signed, _RANDOM)) if good and _text(content) == token else None


def device_key(keyring: Keyring, link_id: int, device_id: int) -> str:
    """What the cookie of a device holds, for one link."""
    signature = keyring.signature(f"{link_id}:{device_id}".encode(), _DEVICE)
    return f"{device_id}-{_text(signature)}"


def read_device_key(keyring: Keyring, link_id: int, key: str) -> int | None:
    """The device that a cookie names; None where it is not ours, or that of another link."""
    number = key.partition("-")[0]
    if not re.fullmatch(r"[0-9]{1,9}", number):
        return None
    good = device_key(keyring, link_id, int(number))
    return int(number) if secrets.compare_digest(good.encode(), key.encode(errors="replace")) else None


def new_link(
    session: Session,
    at: datetime,
    *,
    conference_id: int,
    participant_id: int,
    made_by: int | None,
    days: int = 60,
    check: Check = Check(),
    note: str | None = None,
) -> str:
    """Make a link; its token is known now and never again. Does not commit."""
    link = PersonalLink(
        participant_id=participant_id,
        conference_id=conference_id,
        token_hash=secrets.token_bytes(32),  # until the link has a number, which the token names
        question=check.question or None,
        answer_hash=check.answer_hash,
        made_by=made_by,
        made_at=at,
        expires_at=at + timedelta(days=days),
        note=note,
    )
    session.add(link)
    session.flush()
    signed = secrets.token_bytes(_RANDOM) + _NAMED.pack(link.id, conference_id, participant_id)
    token = _text(signed + keyring_of(session).signature(signed, _LINK))
    link.token_hash = hash_token(token)
    session.flush()
    return token


def mail_key(link_id: int) -> str:
    """Under which key the mail with a link waits in the outbox."""
    return MAIL_KEY.format(link_id=link_id)


def revoke(session: Session, at: datetime, *, link_id: int | None = None, participant_id: int | None = None) -> int:
    """End one link, or all links of a participant; how many were still open. Does not commit.

    With a link end its devices, whoever waits to be let in, and its sign-ins; a mail with it that is not sent yet is
    taken back. The caller has made sure that they belong to the case. Raises ValueError unless told which.
    """
    if (link_id is None) == (participant_id is None):
        raise ValueError("say either which link or whose links")
    which = PersonalLink.id == link_id if link_id is not None else PersonalLink.participant_id == participant_id
    ended = session.scalars(
        update(PersonalLink)
        .where(which, PersonalLink.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(PersonalLink.id)
    ).all()
    end_devices(session, at, session.scalars(select(LinkDevice.id).where(LinkDevice.link_id.in_(ended))).all())
    session.execute(update(SignIn).where(SignIn.link_id.in_(ended), SignIn.ended_at.is_(None)).values(ended_at=at))
    unsent = (OutboxMessage.key.in_([mail_key(one) for one in ended]), OutboxMessage.sent_at.is_(None))
    session.execute(delete(OutboxMessage).where(*unsent))
    return len(ended)


def ask_on_new_devices(session: Session, which: ColumnElement[bool]) -> list[int]:
    """Of these links, let nobody in on a new device by a code or an answer: whoever made them knows both.

    Devices that were let in stay so. Links that ended are among them, or a new one would ask the same as they did.
    The cases whose links were changed. Does not commit.
    """
    asks = (which, PersonalLink.answer_hash.is_not(None))
    changed = update(PersonalLink).where(*asks).values(question=None, answer_hash=None)
    return sorted(set(session.scalars(changed.returning(PersonalLink.conference_id))))


def end_devices(session: Session, at: datetime, device_ids: Sequence[int]) -> None:
    """End devices: they are asked anew, and whoever is in on one is out. Does not commit."""
    for kind, which in ((LinkDevice, LinkDevice.id), (SignIn, SignIn.link_device_id)):
        session.execute(update(kind).where(which.in_(device_ids), kind.ended_at.is_(None)).values(ended_at=at))


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
