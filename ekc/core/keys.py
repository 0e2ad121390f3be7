"""The keys of a database: a fingerprint of each key under which it was written, so that no other is used on it."""

from sqlalchemy import LargeBinary, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import ConfigError
from ekc.core.crypto import keyring_of
from ekc.core.db import Base
from ekc.core.transaction import writing

FOREIGN = (
    "The keys in the key file are not those of this database. Put back the copy of the key file that belongs to it; "
    "new keys cannot read anything in it."
)
LACKING = (
    "The key file lacks a key with which this database was written. Put back the newest copy of the key file, the same "
    "on each machine."
)


class KnownKey(Base):
    """A key under which the database was written."""

    __tablename__ = "known_key"

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    encrypts: Mapped[bool]  # a content key; otherwise the index key


def recognise_keys(session: Session) -> None:
    """Make sure that the keys of this program are those of the database, and remember a content key that is new.

    Raises ConfigError. A database without any known key takes these.
    """
    keyring = keyring_of(session)
    known = {key.fingerprint: key.encrypts for key in session.scalars(select(KnownKey))}
    session.rollback()
    if known and known.get(keyring.index_fingerprint) is not False:
        raise ConfigError(FOREIGN)
    if {mark for mark, encrypts in known.items() if encrypts} - set(keyring.content_fingerprints):
        raise ConfigError(LACKING)
    used = {keyring.index_fingerprint: False, keyring.content_fingerprints[0]: True}
    try:
        if new := [KnownKey(fingerprint=mark, encrypts=used[mark]) for mark in used if mark not in known]:
            with writing(session):
                session.add_all(new)
                session.flush()
    except IntegrityError:  # another program, with the same keys, was first
        recognise_keys(session)
