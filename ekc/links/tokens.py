"""Tokens of personal links, their codes and answers: creating, parsing and comparing. No database."""

import re
import secrets
import struct
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from ekc.core.crypto import Keyring
from ekc.core.language import gettext, using
from ekc.names import words
from ekc.workflow.vocabulary import N_

#: Wrong answers for each link, on all devices; after these a new device needs the coordinator's approval.
MAX_ATTEMPTS = 5
#: How long a request for the coordinator's approval, and an unused approval, are valid.
APPROVAL_LIFETIME = timedelta(hours=1)
CODE_DIGITS = 6
_PAYLOAD = struct.Struct(">III")  # ids of link, conference, participant
_RANDOM_BYTES = 16  # the signature has the same length
_TOKEN = re.compile(r"[A-Za-z0-9_-]{59}")
_LINK_CONTEXT = "personal_link"  # of signatures
#: Key of the mail with a link in the outbox, and of the text message.
MAIL_KEY, TEXT_KEY = "link:{link_id}", "link-text:{link_id}"


class LinkTokenPayload(NamedTuple):
    """The signed content of a personal link's token."""

    link_id: int
    conference_id: int
    participant_id: int


@dataclass(frozen=True, slots=True)
class Check:
    """How a new device is verified: by an answer to the question, or by the entrance code if there is no question.

    `answer_hash`: Argon2 hash of the code or the normalised answer; None: the coordinator has to approve the device.
    """

    question: str = ""
    answer_hash: str | None = None


#: The coordinator has to approve each new device.
NOTHING_ASKED = Check()


#: Shown as words where the family compares two screens: a word for each digit of the number of a device that waits.
_TENS = (
    *(N_("apple"), N_("boat"), N_("cloud"), N_("drum"), N_("fish")),
    *(N_("house"), N_("key"), N_("lamp"), N_("moon")),
)
_UNITS = (
    *(N_("bridge"), N_("bread"), N_("cup"), N_("egg"), N_("flower")),
    *(N_("glove"), N_("horse"), N_("ring"), N_("shoe"), N_("tree")),
)


def compared_words(language: str, number: int) -> str:
    """The two words for the number of a device that waits, from 10 to 99, in the language of the case.

    It is the same on both screens, whatever language a reader has chosen.
    """
    tens, units = divmod(number, 10)
    with using(language):
        return f"{gettext(_TENS[tens - 1])} – {gettext(_UNITS[units])}"


def outbox_keys(link_id: int) -> tuple[str, str]:
    """The keys of the mail and of the text message with this link in the outbox."""
    return MAIL_KEY.format(link_id=link_id), TEXT_KEY.format(link_id=link_id)


def new_entrance_code() -> str:
    """An entrance code: six digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def normalize_answer(answer: str) -> str:
    """Normalise an answer for comparison: without case, accents, spaces and punctuation; digits in ASCII."""
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in answer)
    return "".join(words(digits))


def new_token(keyring: Keyring, payload: LinkTokenPayload) -> str:
    """A signed token: random bytes, and the ids of link, conference and participant."""
    signed = secrets.token_bytes(_RANDOM_BYTES) + _PAYLOAD.pack(*payload)
    return _base64url(signed + keyring.signature(signed, _LINK_CONTEXT))


def read_token(keyring: Keyring, token: str) -> LinkTokenPayload | None:
    """The payload of a token; None if its format or signature is wrong."""
    if not _TOKEN.fullmatch(token):
        return None
    content = urlsafe_b64decode(token + "=")
    signed = content[:-_RANDOM_BYTES]
    good = secrets.compare_digest(keyring.signature(signed, _LINK_CONTEXT), content[-_RANDOM_BYTES:])
    canonical = _base64url(content) == token
    return LinkTokenPayload(*_PAYLOAD.unpack_from(signed, _RANDOM_BYTES)) if good and canonical else None


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
