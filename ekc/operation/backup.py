"""A backup: one file with the whole database, encrypted to a public key.

Its first line says what it holds (`Manifest`); the rest is a SQLite file, or what `pg_dump` writes. Both are in the
format of age if EKC_BACKUP_KEY is set, so that neither this program nor its keys are needed to open it:
`age -d -i identity.txt FILE | tail -n +2`. The key file of the service is not in it.
"""

import hashlib
import hmac
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ekc import schema
from ekc.core.crypto import Keyring, keyring_of
from ekc.core.keys import KnownKey
from ekc.operation.postgresql_tools import BackupError, run_tool

_FIRST_WORD = "ekc-backup-1"
_AGE_BEGINS = b"age-encryption.org/"
_PIECE = 2**20
_NAMES = re.compile(r"ekc-\d{8}T\d{6}Z\.backup(\.age)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds. It is signed with the keys of the service: anybody can encrypt to a public key."""

    made_at: str  # ISO 8601, UTC
    database: str  # sqlite or postgresql
    revision: str
    keys: list[str]  # fingerprints, in hexadecimal
    size: int
    sha256: str
    signature: str = ""  # in hexadecimal

    @property
    def instant(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)

    def signed(self, keyring: Keyring) -> "Manifest":
        """The same with its signature."""
        said = json.dumps(asdict(replace(self, signature="")), sort_keys=True)
        return replace(self, signature=keyring.signature(said.encode(), "backup").hex())

    def is_signed(self, keyring: Keyring) -> bool:
        """Whether a service with these keys made it."""
        return hmac.compare_digest(self.signed(keyring).signature.encode(), self.signature.encode())


def make_backup(
    session: Session, folder: Path, recipient: str, at: datetime, *, beside: Path, keep: int | None = None
) -> Path:
    """Write a backup into a folder; returns its file. `keep`: how many backups stay there, the older ones go.

    `recipient`: an age public key; empty: it is not encrypted. What is not encrypted yet lies in a folder of the
    service (`beside`): the one of the backups is copied to other machines.
    """
    engine = session.get_bind().engine
    file = folder / f"ekc-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.backup{'.age' if recipient else ''}"
    if file.exists():
        raise BackupError(f"There is a backup {file} already.")
    prefix = ".ekc-backup-"
    with (
        TemporaryDirectory(dir=beside, prefix=prefix) as working,
        TemporaryDirectory(dir=folder, prefix=prefix) as near,
    ):
        dump, draft = Path(working) / "dump", Path(near) / "backup"
        _dump(engine, dump)
        manifest = Manifest(
            made_at=at.isoformat(),
            database=engine.dialect.name,
            revision=schema.newest_revision(),
            keys=sorted(mark.hex() for mark in session.scalars(select(KnownKey.fingerprint))),
            size=dump.stat().st_size,
            sha256=_digest(dump),
        ).signed(keyring_of(session))
        _write(manifest, dump, draft, recipient)
        draft.replace(file)
    if keep is not None:
        _forget_older(folder, keep)
    return file


def _write(manifest: Manifest, dump: Path, draft: Path, recipient: str) -> None:
    plain = dump.with_name("plain")
    with dump.open("rb") as source, plain.open("wb") as target:
        target.write(f"{_FIRST_WORD} {json.dumps(asdict(manifest))}\n".encode())
        shutil.copyfileobj(source, target, _PIECE)
    dump.unlink()
    if recipient:
        import pyrage  # noqa: PLC0415 - commands and web processes do without

        try:
            with plain.open("rb") as clear, draft.open("wb") as target:
                pyrage.encrypt_io(clear, target, [pyrage.x25519.Recipient.from_str(recipient)])
        except pyrage.RecipientError:
            raise BackupError(
                "EKC_BACKUP_KEY is no public key of age, which begins with age1. Make one with: bin/ekc backup-key FILE"
            ) from None
    else:
        shutil.move(plain, draft)
    draft.chmod(0o600)
    with draft.open("rb") as written:
        os.fsync(written.fileno())


def _forget_older(folder: Path, keep: int) -> None:
    made = sorted(file for file in folder.iterdir() if _NAMES.fullmatch(file.name))
    for file in made[: max(0, len(made) - keep)]:
        file.unlink()


@contextmanager
def opened_backup(file: Path, identity: Path | None, working: Path) -> Iterator[tuple[Manifest, Path]]:
    """What a backup says of itself, and the dump in it, in a folder. Raises BackupError unless it is whole."""
    plain, dump = working / "plain", working / "dump"
    _decrypt(file, identity, plain)
    with plain.open("rb") as source:
        word, _, said = source.readline().partition(b" ")
        if word.decode(errors="replace") != _FIRST_WORD:
            raise BackupError(f"{file} is no backup of this program.")
        try:
            manifest = Manifest(**json.loads(said))
        except (TypeError, ValueError):
            raise BackupError(f"{file} is damaged. Take another copy of it.") from None
        with dump.open("wb") as target:
            shutil.copyfileobj(source, target, _PIECE)
    plain.unlink()
    if (dump.stat().st_size, _digest(dump)) != (manifest.size, manifest.sha256):
        raise BackupError(f"{file} is damaged, or only a part of it is here. Take another copy of it.")
    yield manifest, dump


def _decrypt(file: Path, identity: Path | None, plain: Path) -> None:
    with file.open("rb") as source:
        encrypted = source.read(len(_AGE_BEGINS)) == _AGE_BEGINS
    if not encrypted:
        shutil.copyfile(file, plain)
        return
    if identity is None:
        raise BackupError(f"{file} is encrypted. Name the file with the secret key with --identity.")
    import pyrage  # noqa: PLC0415

    try:
        [secret] = [line for line in identity.read_text().splitlines() if line and not line.startswith("#")]
        with file.open("rb") as source, plain.open("wb") as target:
            pyrage.decrypt_io(source, target, [pyrage.x25519.Identity.from_str(secret)])
    except (pyrage.IdentityError, ValueError):
        raise BackupError(f"{identity} holds no secret key of age.") from None
    except (pyrage.DecryptError, OSError):
        raise BackupError(f"{file} cannot be opened with this secret key, or is damaged.") from None


def make_backup_key(file: Path) -> str:
    """Write a new secret key of age, readable by its owner only; returns the public key. Raises BackupError."""
    import pyrage  # noqa: PLC0415

    identity = pyrage.x25519.Identity.generate()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupError(f"There is a file {file} already. It stays as it is.") from None
    with os.fdopen(handle, "w") as opened:
        opened.write(f"# public key: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _dump(engine: Engine, dump: Path) -> None:
    if engine.dialect.name == "sqlite":
        _copy_sqlite(Path(engine.url.database or ""), dump)
    else:
        run_tool(engine.url, "pg_dump", "--format=custom", f"--file={dump}")


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that may be written to meanwhile, with what is only in its log (`-wal`) so far."""
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as read, closing(sqlite3.connect(target)) as kept:
        read.backup(kept)
        kept.execute("PRAGMA journal_mode=DELETE")  # one file
