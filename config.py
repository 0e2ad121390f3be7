"""Settings: everything the program needs to know from outside, read once, typed and frozen.

Values come from the environment (`EKC_...`) and from the key file that `ekc init-keys` makes; nothing is guessed.
"""

import json
import os
import re
import secrets
import tomllib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ekc.core.clock import utc_now

T = TypeVar("T")


class ConfigError(Exception):
    """A setting is missing or makes no sense; the message says which and what to do."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A municipality or another organisation whose people sign in with the account they have there (OpenID Connect)."""

    key: str  # names it in our addresses, so it stays as it is
    name: str  # on the button
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    domains: tuple[str, ...]  # mail addresses it may vouch for end in these
    email_claim: str = "email"
    verified_claim: str = "email_verified"
    second_factor: bool = True  # its sign-in counts as two factors
    acr: tuple[str, ...] = ()  # but only if the token says one of these,
    amr: tuple[str, ...] = ()  # or one of these


_NEEDED = {"name": str, "issuer": str, "client_id": str, "secret_file": str, "domains": list}
_MORE = {"email_claim": str, "verified_claim": str, "second_factor": bool, "acr": list, "amr": list}
_KINDS: dict[type, str] = {str: "a word", list: "a list of words", bool: "true or false"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one running program knows. Keys are secret: they never appear in a repr or a log."""

    database_url: str = field(repr=False)  # may hold a password
    secret_key: str = field(repr=False)  # signs cookies and the tokens of forms
    content_keys: tuple[bytes, ...] = field(repr=False)  # 32 bytes each; the first encrypts, all decrypt
    index_key: bytes = field(
        repr=False
    )  # keys the blind index of names, signatures of links, and what is counted of tries
    instance: Path  # a folder of our own for the key file and caches
    demo: bool = False
    secure_cookies: bool = True
    base_url: str = "http://127.0.0.1:8000"  # how links in letters and mails begin
    proxies: int = 0  # how many of our own stand before us; nobody else is believed about who calls
    password_cost: tuple[int, int, int] = (3, 65536, 4)  # argon2: passes, KiB, lanes
    providers: tuple[Provider, ...] = ()  # of single sign-on
    registrations_an_hour: int = 20  # public registrations from one address
    second_factor_required: bool = False  # of whoever signs in with a password
    clock: Callable[[], datetime] = utc_now


def make_keys(path: Path) -> bool:
    """Make the key file if there is none. True if it was made. Readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = {
        "secret_key": secrets.token_urlsafe(48),
        "content_keys": [b64encode(secrets.token_bytes(32)).decode()],
        "index_key": b64encode(secrets.token_bytes(32)).decode(),
    }
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        json.dump(keys, file, indent=2)
    return True


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises ConfigError with a sentence that says what to do."""
    instance = Path(environ.get("EKC_INSTANCE", "instance")).resolve()
    key_file = Path(environ.get("EKC_KEYS", instance / "keys.json"))
    try:
        keys = json.loads(key_file.read_text())
        content_keys = tuple(b64decode(key, validate=True) for key in keys["content_keys"])
        index_key = b64decode(keys["index_key"], validate=True)
        secret_key = str(keys["secret_key"])
    except FileNotFoundError:
        raise ConfigError(f"There is no key file at {key_file}. Make one with: bin/ekc init-keys") from None
    except (KeyError, TypeError, ValueError):
        raise ConfigError(f"The key file {key_file} cannot be read. Put back a copy of it, or start anew.") from None
    if not content_keys or any(len(key) != 32 for key in (*content_keys, index_key)) or len(secret_key) < 32:
        raise ConfigError(f"A key in {key_file} has the wrong length. Put back a copy of the file.")
    demo = environ.get("EKC_DEMO", "") == "1"
    database = instance / ("demo.sqlite" if demo else "ekc.sqlite")
    base_url = environ.get("EKC_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    secure = base_url.startswith("https://")
    return Settings(
        database_url=environ.get("EKC_DATABASE_URL") or f"sqlite:///{database}",
        secret_key=secret_key,
        content_keys=content_keys,
        index_key=index_key,
        instance=instance,
        demo=demo,
        secure_cookies=secure,
        base_url=base_url,
        # A real service is one that speaks TLS; whoever tries the product at home needs no phone for it.
        second_factor_required=_choice(
            environ, "EKC_SECOND_FACTOR", {"required": True, "optional": False}, secure and not demo
        ),
        proxies=_choice(environ, "EKC_PROXIES", {str(number): number for number in range(10)}, 0),
        providers=load_providers(Path(environ["EKC_OIDC"])) if environ.get("EKC_OIDC") else (),
    )


def _choice(environ: Mapping[str, str], name: str, choices: Mapping[str, T], without: T) -> T:
    said = environ.get(name, "")
    if said and said not in choices:
        raise ConfigError(f"{name} is {said!r}. Set it to one of {', '.join(choices)}, or leave it out.")
    return choices[said] if said else without


def load_providers(path: Path) -> tuple[Provider, ...]:
    """The providers that a TOML file names, a table each. Raises ConfigError with a sentence that says what to do."""
    try:
        return tuple(_provider(path, key, table) for key, table in tomllib.loads(path.read_text()).items())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"The file {path}, named by EKC_OIDC, cannot be read: {error}") from None


def _provider(path: Path, key: str, table: Any) -> Provider:
    wrong = _fault(key, table)
    if wrong is None:
        try:
            secret = (path.parent / table.pop("secret_file")).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            wrong = f"its secret cannot be read: {error}"
        else:
            wrong = None if secret else "its secret is empty."
    if wrong:
        raise ConfigError(f"[{key}] in {path}: {wrong}")
    table["domains"] = [domain.lower() for domain in table["domains"]]
    words: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    return Provider(key=key, client_secret=secret, **words)


def _fault(key: str, table: Any) -> str | None:
    """What is wrong with what a file says of a provider."""
    if not re.fullmatch(r"[a-z0-9-]{1,40}", key) or not isinstance(table, dict):
        return "each provider is a table; name it with small letters, digits and dashes."
    if missing := _NEEDED.keys() - table.keys():
        return f"it lacks {', '.join(sorted(missing))}."
    for name, value in table.items():
        kind = {**_NEEDED, **_MORE}.get(name)
        if kind is None:
            return f"there is no setting {name}."
        words = value if isinstance(value, list) else [value]
        if not isinstance(value, kind) or (kind is not bool and not all(isinstance(w, str) and w for w in words)):
            return f"{name} must be {_KINDS[kind]}."
    if not table["domains"]:
        return "it names no domains, so it could vouch for nobody."
    return None if is_safe(table["issuer"]) else "the issuer must begin with https://."


def is_safe(address: str) -> bool:
    """Whether an address is read over TLS, or never leaves this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return bool(host)
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
