"""Tokens of personal links and keys of their devices: how they are made, read and compared. No database."""

import re
import secrets
import struct
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from ekc.core.crypto import Keyring, search_words

#: Wrong answers a link bears, on whatever device; after them it opens through the coordinator alone.
MAX_ATTEMPTS = 5
#: For so long somebody waits for their coordinator to let them in; then they ask anew.
APPROVAL_LIFETIME = timedelta(hours=1)
CODE_DIGITS = 6
_PAYLOAD = struct.Struct(">III")  # link, case, person
_RANDOM_BYTES = 16  # bytes; the signature has as many
_TOKEN = re.compile(r"[A-Za-z0-9_-]{59}")
_LINK_CONTEXT, _DEVICE_CONTEXT = "personal_link", "link_device"  # what is signed
#: The key of the mail with a link in the outbox.
MAIL_KEY = "link:{link_id}"


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


#: Nothing is asked: only the coordinator lets in.
NOTHING_ASKED = Check()


def mail_key(link_id: int) -> str:
    """Under which key the mail with a link waits in the outbox."""
    return MAIL_KEY.format(link_id=link_id)


def new_entrance_code() -> str:
    """An entrance code: six digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def normalize_answer(answer: str) -> str:
    """An answer as it is compared: without case, accents, spaces and signs; digits of any script."""
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in answer)
    return "".join(search_words(digits))


def new_token(keyring: Keyring, payload: LinkTokenPayload) -> str:
    """A token: random, naming link, case and person, and signed."""
    signed = secrets.token_bytes(_RANDOM_BYTES) + _PAYLOAD.pack(*payload)
    return _base64url(signed + keyring.signature(signed, _LINK_CONTEXT))


def read_token(keyring: Keyring, token: str) -> LinkTokenPayload | None:
    """The payload of a token; None where the signature is not ours. No database is asked."""
    if not _TOKEN.fullmatch(token):
        return None
    content = urlsafe_b64decode(token + "=")
    signed = content[:-_RANDOM_BYTES]
    good = secrets.compare_digest(keyring.signature(signed, _LINK_CONTEXT), content[-_RANDOM_BYTES:])
    canonical = _base64url(content) == token
    return LinkTokenPayload(*_PAYLOAD.unpack_from(signed, _RANDOM_BYTES)) if good and canonical else None


def device_key(keyring: Keyring, link_id: int, device_id: int) -> str:
    """What the cookie of a device holds, for one link."""
    signature = keyring.signature(f"{link_id}:{device_id}".encode(), _DEVICE_CONTEXT)
    return f"{device_id}-{_base64url(signature)}"


def read_device_key(keyring: Keyring, link_id: int, key: str) -> int | None:
    """The device that a cookie names; None where it is not ours, or that of another link."""
    number = key.partition("-")[0]
    if not re.fullmatch(r"[0-9]{1,9}", number):
        return None
    good = device_key(keyring, link_id, int(number))
    return int(number) if secrets.compare_digest(good.encode(), key.encode(errors="replace")) else None


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
