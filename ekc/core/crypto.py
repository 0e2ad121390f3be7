"""Encryption of content at rest, the blind index for searching names, and signatures of tokens.

Values are encrypted with AES-256-GCM under the first content key and bound to their column. Every content key decrypts,
so keys can be rotated. Not prevented: reading by a holder of the keys, and moving a value between rows of one column.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from ekc.names import is_known_by_one, words_to_find

KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_HEADER_BYTES = KEY_ID_BYTES + _NONCE_BYTES
#: The index holds few letters under short keys, so that equal keys do not tell that two people share a surname.
_INDEXED_LETTERS, _INDEX_BITS = 4, 20
_FINGERPRINT = b"ekc: fingerprint"


class Unreadable(Exception):  # noqa: N818 - describes the content
    """Content cannot be decrypted: its key is missing, or it was changed."""


class Keyring:
    """The content keys (32 bytes each, newest first) and the key of the blind index."""

    def __init__(self, content_keys: Iterable[bytes], index_key: bytes) -> None:
        content_keys = list(content_keys)
        keys = [(hashlib.sha256(key).digest()[:KEY_ID_BYTES], AESGCM(key)) for key in content_keys]
        #: By which a database knows its keys again, without saying anything about them (`keys.py`).
        self.content_fingerprints = [hmac.digest(key, _FINGERPRINT, "sha256")[:16] for key in content_keys]
        self.index_fingerprint = hmac.digest(index_key, _FINGERPRINT, "sha256")[:16]
        self._newest_id, self._newest = keys[0]
        self._by_id = dict(keys)
        self._index_key = index_key
        # Derived from the index key, which never rotates, because printed links must stay valid.
        self._signing_key = hmac.digest(index_key, b"ekc: signatures", "sha256")

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt, bound to `context`: decryption needs the same context."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._newest_id + nonce + self._newest.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt a value from `seal`. Raises Unreadable."""
        key_id, nonce, encrypted = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:_HEADER_BYTES], sealed[_HEADER_BYTES:]
        cipher = self._by_id.get(key_id)
        if cipher is None:
            raise Unreadable("the key of this content is not among the content keys")
        try:
            return cipher.decrypt(nonce, encrypted, context.encode())
        except InvalidTag:
            raise Unreadable("this content was changed, or belongs elsewhere") from None

    def is_newest(self, sealed: bytes) -> bool:
        """Whether a value is encrypted under the newest key."""
        return sealed[:KEY_ID_BYTES] == self._newest_id

    def index_keys(self, name: str, region_id: int) -> frozenset[int]:
        """The index keys of a name in a region: of the first two, three and four letters of each word.

        Of one letter only where that is the whole word, or a sign, as in Chinese.
        """
        ends = range(1, _INDEXED_LETTERS + 1)
        return frozenset(
            self.index_key(word[:n], region_id)
            for word in words_to_find(name)
            for n in ends
            if word[n - 1 :] and (n > 1 or is_known_by_one(word))
        )

    def index_key(self, beginning: str, region_id: int) -> int:
        """The index key of a normalised word or its beginning; other words have it too, so compare what was found."""
        said = f"{region_id}\0{beginning[:_INDEXED_LETTERS]}"
        return int.from_bytes(hmac.digest(self._index_key, said.encode(), "sha256")[:4]) >> (32 - _INDEX_BITS)

    def signature(self, content: bytes, context: str) -> bytes:
        """The signature of content in a context: HMAC-SHA-256, cut to 16 bytes."""
        return hmac.digest(self._signing_key, context.encode() + b"\0" + content, "sha256")[:16]

    def fingerprint(self, text: str) -> bytes:
        """A deterministic keyed hash of a text (HMAC-SHA-256, 32 bytes)."""
        return hmac.digest(self._index_key, b"\0" + text.encode(), "sha256")  # the prefix separates it from index keys


def attach_keyring(dialect: Dialect, keyring: Keyring) -> None:
    """Attach the keyring to an engine's dialect, where encrypted columns look it up."""
    dialect.ekc_keyring = keyring  # type: ignore[attr-defined]


def keyring_of(source: Session | Dialect) -> Keyring:
    """The keyring of a session's engine."""
    dialect = source if isinstance(source, Dialect) else (source.bind or source.get_bind()).dialect
    keyring: Keyring = dialect.ekc_keyring  # type: ignore[attr-defined]
    return keyring


class SealedColumn(TypeDecorator[Any]):
    """An encrypted column. `context`: its table and column; never change it, as stored values are bound to it."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Encrypt."""
        return None if value is None else keyring_of(dialect).seal(self.encode(value), self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Decrypt. Raises Unreadable."""
        return self.result_processor(dialect)(value)

    def result_processor(self, dialect: Dialect, coltype: object = None) -> Callable[[bytes | None], Any]:
        """Decrypts each value of a result, without the calls around `process_result_value`: a page reads a thousand."""
        context, decode, opened = self.context, self.decode, keyring_of(dialect).open

        def process(value: bytes | None) -> Any:
            return None if value is None else decode(opened(value, context))

        return process

    def encode(self, value: Any) -> bytes:
        """Convert a value to bytes."""
        raise NotImplementedError

    def decode(self, plain: bytes) -> Any:
        """Convert bytes to a value."""
        raise NotImplementedError


class SealedText(SealedColumn):
    """An encrypted column of text."""

    cache_ok = True

    def encode(self, value: str) -> bytes:
        """To UTF-8."""
        return value.encode()

    def decode(self, plain: bytes) -> str:
        """From UTF-8."""
        return plain.decode()


class SealedDate(SealedColumn):
    """An encrypted column of dates."""

    cache_ok = True

    def encode(self, value: date) -> bytes:
        """To ISO 8601."""
        return value.isoformat().encode()

    def decode(self, plain: bytes) -> date:
        """From ISO 8601."""
        return date.fromisoformat(plain.decode())


class SealedBytes(SealedColumn):
    """An encrypted column of bytes."""

    cache_ok = True

    def encode(self, value: bytes) -> bytes:
        """Unchanged."""
        return value

    def decode(self, plain: bytes) -> bytes:
        """Unchanged."""
        return plain


class SealedJSON(SealedColumn):
    """An encrypted column of JSON."""

    cache_ok = True

    def encode(self, value: Any) -> bytes:
        """To canonical JSON."""
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def decode(self, plain: bytes) -> Any:
        """From JSON."""
        return json.loads(plain)
