"""Content at rest: authenticated encryption of columns, the keyed index by which names are found again, and signatures
of what lives on paper.

A value is AES-256-GCM under the first content key, bound to its column; every content key decrypts, so keys rotate.
What this does not stop: whoever holds the keys reads all, and a value can be moved between rows of one column.
"""

import hashlib
import hmac
import json
import os
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_HEADER_BYTES = _KEY_ID_BYTES + _NONCE_BYTES


class Unreadable(Exception):  # noqa: N818 - says what the content is
    """Content cannot be decrypted: the key is not there, or somebody changed it."""


class Keyring:
    """The content keys (32 bytes each, newest first) and the key of the blind index."""

    def __init__(self, content_keys: Iterable[bytes], index_key: bytes) -> None:
        keys = [(hashlib.sha256(key).digest()[:_KEY_ID_BYTES], AESGCM(key)) for key in content_keys]
        self._newest_id, self._newest = keys[0]
        self._by_id = dict(keys)
        self._index_key = index_key
        # A key of its own, from the one that never rotates: another cookie key must not kill what hangs on fridges.
        self._signing_key = hmac.digest(index_key, b"ekc: signatures", "sha256")

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt, bound to `context`: it opens with the same context only."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._newest_id + nonce + self._newest.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt what `seal` made. Raises Unreadable."""
        key_id, nonce, encrypted = sealed[:_KEY_ID_BYTES], sealed[_KEY_ID_BYTES:_HEADER_BYTES], sealed[_HEADER_BYTES:]
        cipher = self._by_id.get(key_id)
        if cipher is None:
            raise Unreadable("the key of this content is not among the content keys")
        try:
            return cipher.decrypt(nonce, encrypted, context.encode())
        except InvalidTag:
            raise Unreadable("this content was changed, or belongs elsewhere") from None

    def is_newest(self, sealed: bytes) -> bool:
        """Whether a value is encrypted under the newest key."""
        return sealed[:_KEY_ID_BYTES] == self._newest_id

    def index_keys(self, name: str) -> frozenset[int]:
        """The keys under which a name is found: of each of its words and their beginnings of two letters and more."""
        return frozenset(self.index_key(word[:n]) for word in search_words(name) for n in range(2, len(word) + 1))

    def index_key(self, beginning: str) -> int:
        """The key of one normalised word or beginning: a signed 64-bit number."""
        digest = hmac.digest(self._index_key, beginning.encode(), "sha256")
        return int.from_bytes(digest[:8], signed=True)

    def signature(self, content: bytes, context: str) -> bytes:
        """16 bytes that nobody without the keys can make for this content in this context."""
        return hmac.digest(self._signing_key, context.encode() + b"\0" + content, "sha256")[:16]

    def fingerprint(self, text: str) -> bytes:
        """Always the same for one text, and telling whoever lacks the key nothing about it: 32 bytes."""
        return hmac.digest(self._index_key, b"\0" + text.encode(), "sha256")  # no word of a name begins so


def search_words(name: str) -> tuple[str, ...]:
    """The words of a name as they are searched: lower case, without accents, letters and digits only."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    plain = plain.replace("ı", "i").replace("ø", "o").replace("ł", "l").replace("ß", "ss")
    return tuple("".join(c if c.isalnum() else " " for c in plain).split())


def attach_keyring(dialect: Dialect, keyring: Keyring) -> None:
    """Give the columns of one engine their keys."""
    dialect.ekc_keyring = keyring  # type: ignore[attr-defined]


def keyring_of(source: Session | Dialect) -> Keyring:
    """The keys of the engine behind a session."""
    dialect = source if isinstance(source, Dialect) else source.get_bind().dialect
    keyring: Keyring = dialect.ekc_keyring  # type: ignore[attr-defined]
    return keyring


class SealedColumn(TypeDecorator[Any]):
    """An encrypted column. `context` is its table and column, once and for all."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else keyring_of(dialect).seal(self.encode(value), self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Decrypt on the way out."""
        return None if value is None else self.decode(keyring_of(dialect).open(value, self.context))

    def encode(self, value: Any) -> bytes:
        """A value as bytes."""
        raise NotImplementedError

    def decode(self, plain: bytes) -> Any:
        """And back."""
        raise NotImplementedError


class SealedText(SealedColumn):
    """A column of text, encrypted."""

    cache_ok = True

    def encode(self, value: str) -> bytes:
        """Text as UTF-8."""
        return value.encode()

    def decode(self, plain: bytes) -> str:
        """Text from UTF-8."""
        return plain.decode()


class SealedDate(SealedColumn):
    """A column of days, encrypted: dates of birth."""

    cache_ok = True

    def encode(self, value: date) -> bytes:
        """A day as ISO 8601."""
        return value.isoformat().encode()

    def decode(self, plain: bytes) -> date:
        """A day from ISO 8601."""
        return date.fromisoformat(plain.decode())


class SealedBytes(SealedColumn):
    """A column of bytes, encrypted: issued documents."""

    cache_ok = True

    def encode(self, value: bytes) -> bytes:
        """As they are."""
        return value

    def decode(self, plain: bytes) -> bytes:
        """As they were."""
        return plain


class SealedJSON(SealedColumn):
    """A column of JSON, encrypted: lists of words, the draft and the versions of a plan."""

    cache_ok = True

    def encode(self, value: Any) -> bytes:
        """Canonical JSON."""
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def decode(self, plain: bytes) -> Any:
        """What the JSON says."""
        return json.loads(plain)
