"""Settings, read once from the environment (`EKC_...`) and from the key file that `ekc init-keys` makes."""

import json
import os
import re
import secrets
import tomllib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email.headerregistry import Address
from email.policy import SMTP
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from cattrs import BaseValidationError, Converter, ForbiddenExtraKeysError, override
from cattrs.cols import is_sequence

from ekc.core.clock import utc_now
from ekc.core.codec import faults
from ekc.workflow.profiles import PROFILES

T = TypeVar("T")


class ConfigError(Exception):
    """A setting is missing or invalid; the message says which, and what to do."""


class NoKeyFile(ConfigError):  # noqa: N818 - it says what is so
    """There is no key file."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """An OpenID Connect provider: a municipality or other organisation whose staff sign in with their account there."""

    key: str  # part of URLs registered at the provider, so do not change it
    name: str  # shown on the button
    issuer: str
    client_id: str
    client_secret: Annotated[str, override(rename="secret_file")] = field(repr=False)  # read from that file
    domains: tuple[str, ...]  # mail domains it may assert
    email_claim: str = "email"
    verified_claim: str = "email_verified"
    second_factor: bool = True  # its sign-in counts as two factors
    acr: tuple[str, ...] = ()  # if set, the token must have one of these for two factors,
    amr: tuple[str, ...] = ()  # or one of these


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """The mail server (SMTP submission) and the sender of mails."""

    host: str
    port: int
    security: str  # tls (implicit), starttls, none (loopback only), or postbox (the demonstration's; no server)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: Address  # its display name is the signature of each mail
    client: str = ""  # what this service calls itself there (HELO); else the name of this machine
    connect_timeout: float = 20  # seconds until the server has to have greeted us
    timeout: float = 60  # seconds for each of its replies after that


@dataclass(frozen=True, kw_only=True)
class TextGateway:
    """The HTTP service that sends text messages. Without an address: the post box of the demonstration."""

    address: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # sent with each, such as the sender


@dataclass(frozen=True, kw_only=True)
class AccessibilityStatement:
    """What the organisation that runs the service declares on `/accessibility`; Dutch public bodies must."""

    organisation: str
    email: str
    phone: str
    status: str  # A complies, B complies in part, C first measures taken, D does not comply
    signed_on: date
    signed_by: str  # a function, such as "municipal secretary"; no name
    report: str = ""  # address of the report of the audit


#: In the demonstration nothing leaves the machine: its addresses may exist.
POSTBOX = MailServer(
    host="", port=0, security="postbox", sender=Address("Own Plan", username="plan", domain="example.org")
)
#: Everybody knows the passwords of the demonstration, so guessing them need not be slow.
DEMO_COST = (1, 8, 1)
#: (scheme, query) of EKC_MAIL_URL: security and default port.
_MAIL = {("smtps", ""): ("tls", 465), ("smtp", "tls=starttls"): ("starttls", 587), ("smtp", ""): ("none", 25)}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one running program. Secrets never appear in a repr or log."""

    database_url: str = field(repr=False)  # may contain a password
    secret_key: str = field(repr=False)  # signs cookies and CSRF tokens
    content_keys: tuple[bytes, ...] = field(repr=False)  # 32 bytes each; the first encrypts, all decrypt
    index_key: bytes = field(repr=False)  # for the blind index, signatures of links, and throttling
    instance: Path  # folder for the key file and databases
    demo: bool = False
    secure_cookies: bool = True
    base_url: str = "http://127.0.0.1:8000"  # of links in mails and on paper
    proxies: int = 0  # number of our own proxies, whose X-Forwarded headers are trusted
    password_cost: tuple[int, int, int] = (3, 65536, 4)  # argon2: passes, KiB, lanes
    providers: tuple[Provider, ...] = ()  # of single sign-on
    accessibility: AccessibilityStatement | None = None  # without one, the page says that it is missing
    contact: str = ""  # how to reach the service: shown where nobody else can be named; empty: not said
    mail: MailServer | None = None  # without one, mails wait in the outbox
    texts: TextGateway | None = None  # without one, the words are shown to be copied
    metrics: str = ""  # host:port on which figures are shown; empty: none are counted
    backup_key: str = ""  # public key of age, to which backups are encrypted
    queue_url: str = field(default="", repr=False)  # hands jobs to workers; without one, workers look for them
    countries: tuple[str, ...] = tuple(PROFILES)  # codes of the profiles in which cases can be registered
    registrations_an_hour: int = 20  # public registrations from one network
    refusals_an_hour: int = 60  # refused case pages for one visitor, who is then signed out
    second_factor_required: bool = False  # for single-factor sign-ins
    clock: Callable[[], datetime] = utc_now

    @property
    def provider_names(self) -> dict[str, str]:
        """The names of the providers by issuer."""
        return {provider.issuer: provider.name for provider in self.providers}


def key_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the key file is."""
    return Path(environ.get("EKC_KEYS") or _instance(environ) / "keys.json")


def database_url(environ: Mapping[str, str] = os.environ) -> str:
    """The address of the database."""
    name = "demo.sqlite" if environ.get("EKC_DEMO", "") == "1" else "ekc.sqlite"
    return environ.get("EKC_DATABASE_URL") or f"sqlite:///{_instance(environ) / name}"


def _instance(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("EKC_INSTANCE", "instance")).resolve()


def make_keys(path: Path) -> bool:
    """Make the key file, readable by its owner only; False if it exists already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    secret = secrets.token_urlsafe(48)
    _write_keys(handle, {"secret_key": secret, "content_keys": [_random_key()], "index_key": _random_key()})
    return True


def add_next_key(path: Path) -> None:
    """Add a content key that decrypts and does not encrypt yet. Raises ConfigError if there is one."""
    keys = _read_keys(path)
    if "next_content_key" in keys:
        raise ConfigError(f"{path} has a next content key already. Bring it into use with: bin/ekc use-key")
    _replace_keys(path, {**keys, "next_content_key": _random_key()})


def use_next_key(path: Path) -> None:
    """Let the content key that was added encrypt from now on. Raises ConfigError if there is none."""
    keys = _read_keys(path)
    if "next_content_key" not in keys:
        raise ConfigError(f"{path} has no next content key. Add one with: bin/ekc new-key")
    following = keys.pop("next_content_key")
    _replace_keys(path, {**keys, "content_keys": [following, *keys["content_keys"]]})


def _random_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def _read_keys(path: Path) -> dict[str, Any]:
    try:
        keys: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        raise NoKeyFile(
            f"There is no key file at {path}. If this service has run before, put back the copy of it: new keys read "
            "nothing. A new service makes its keys with: bin/ekc init-keys"
        ) from None
    except ValueError:
        raise ConfigError(f"The key file {path} cannot be read. Put back a copy of it.") from None
    return keys


def _replace_keys(path: Path, keys: dict[str, Any]) -> None:
    draft = path.with_name(f"{path.name}.new")
    _write_keys(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), keys)
    draft.replace(path)


def _write_keys(handle: int, keys: dict[str, Any]) -> None:
    with os.fdopen(handle, "w") as file:
        json.dump(keys, file, indent=2)
        file.flush()
        os.fsync(handle)


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises ConfigError."""
    path = key_file(environ)
    keys = _read_keys(path)
    try:
        following = [keys["next_content_key"]] if "next_content_key" in keys else []
        content_keys = tuple(b64decode(key, validate=True) for key in (*keys["content_keys"], *following))
        index_key = b64decode(keys["index_key"], validate=True)
        secret_key = str(keys["secret_key"])
    except (KeyError, TypeError, ValueError):
        raise ConfigError(f"The key file {path} cannot be read. Put back a copy of it.") from None
    if not keys["content_keys"] or any(len(key) != 32 for key in (*content_keys, index_key)) or len(secret_key) < 32:
        raise ConfigError(f"A key in {path} has the wrong length. Put back a copy of the file.")
    instance, demo = _instance(environ), environ.get("EKC_DEMO", "") == "1"
    base_url = environ.get("EKC_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    secure = base_url.startswith("https://")
    return Settings(
        database_url=database_url(environ),
        secret_key=secret_key,
        content_keys=content_keys,
        index_key=index_key,
        instance=instance,
        demo=demo,
        password_cost=DEMO_COST if demo else Settings.password_cost,
        secure_cookies=secure,
        base_url=base_url,
        # By default required for a real service, which uses HTTPS, but not for trying the product locally.
        second_factor_required=_read_choice(
            environ, "EKC_SECOND_FACTOR", {"required": True, "optional": False}, secure and not demo
        ),
        contact=environ.get("EKC_CONTACT", "").strip(),
        accessibility=_read_statement(environ.get("EKC_ACCESSIBILITY", "")),
        countries=_read_countries(environ.get("EKC_COUNTRIES", "")),
        proxies=_read_choice(environ, "EKC_PROXIES", {str(number): number for number in range(10)}, 0),
        providers=load_providers(Path(environ["EKC_OIDC"])) if environ.get("EKC_OIDC") else (),
        mail=POSTBOX if demo else _load_mail(environ, base_url),
        texts=TextGateway(address="") if demo else load_texts(environ.get("EKC_SMS_URL", "")),
        metrics=_read_metrics(environ.get("EKC_METRICS", "").strip()),
        backup_key=environ.get("EKC_BACKUP_KEY", "").strip(),
        queue_url=_read_queue(environ.get("EKC_QUEUE_URL") or f"sqlite:///{_queue_file(instance, demo)}"),
    )


def _read_choice(environ: Mapping[str, str], name: str, choices: Mapping[str, T], without: T) -> T:
    value = environ.get(name, "")
    if value and value not in choices:
        raise ConfigError(f"{name} is {value!r}. Set it to one of {', '.join(choices)}, or leave it out.")
    return choices[value] if value else without


def _read_countries(value: str) -> tuple[str, ...]:
    """The codes in EKC_COUNTRIES, separated by commas; without any, all countries. Raises ConfigError."""
    codes = tuple(dict.fromkeys(code.strip() for code in value.split(",") if code.strip()))
    if unknown := [code for code in codes if code not in PROFILES]:
        raise ConfigError(f"EKC_COUNTRIES names {unknown[0]!r}. Set it to some of {', '.join(PROFILES)}, with commas.")
    return codes or tuple(PROFILES)


def _queue_file(instance: Path, demo: bool) -> Path:
    return instance / ("demo-queue.sqlite" if demo else "queue.sqlite")


def _read_queue(address: str) -> str:
    """The address in EKC_QUEUE_URL. Raises ConfigError, without the address, which may contain a password."""
    if not address.startswith(("sqlite:///", "postgresql://", "redis://", "rediss://")):
        raise ConfigError("EKC_QUEUE_URL has to begin with sqlite:///, postgresql://, redis:// or rediss://.")
    return address


def _read_metrics(address: str) -> str:
    """The address in EKC_METRICS. Raises ConfigError."""
    host, _, port = address.rpartition(":")
    if address and not (host and port.isdecimal() and 0 < int(port) < 65536):
        raise ConfigError("EKC_METRICS has to be an address and a port, such as 127.0.0.1:9100.")
    return address


def _load_mail(environ: Mapping[str, str], base_url: str) -> MailServer | None:
    """The mail server, to which we call ourselves as the service is called. Raises ConfigError.

    The name of a machine is often one that no other machine finds (`localhost`, `web1`), which servers may refuse.
    """
    found = load_mail(environ.get("EKC_MAIL_URL", ""), environ.get("EKC_MAIL_FROM", ""))
    host = urlsplit(base_url).hostname or ""
    if found is None or not base_url.startswith("https://") or "." not in host or not host.isascii():
        return found
    return replace(found, client=host)


def load_mail(address: str, sender: str) -> MailServer | None:
    """Parse EKC_MAIL_URL and EKC_MAIL_FROM. Raises ConfigError, without the URL, which may contain a password."""
    if not address and not sender:
        return None
    if not (address and sender):
        raise ConfigError("Mails need both EKC_MAIL_URL and EKC_MAIL_FROM. Set the other one too, or leave both out.")
    try:
        read = SMTP.header_factory("From", sender)
        [named] = read.addresses
        valid = not read.defects and named.addr_spec.isascii()
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError('EKC_MAIL_FROM has to be one name and address, such as: "Own Plan <plan@example.org>".')
    try:
        parts = urlsplit(address)
        security, port = _MAIL[parts.scheme, parts.query]
        host, port = parts.hostname or "", parts.port or port
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
    except (KeyError, ValueError):
        host = ""
    if not host or parts.path or parts.fragment or not (user + password).isascii() or bool(user) != bool(password):
        raise ConfigError(
            "EKC_MAIL_URL has to look like smtps://user:password@host, or smtp://user:password@host?tls=starttls. "
            "In user and password, write each sign that is no letter or digit as % and its code, such as %40 for @."
        )
    if security == "none" and not is_loopback_host(host):
        raise ConfigError(
            "EKC_MAIL_URL names another machine, without TLS. Begin it with smtps://, or add ?tls=starttls."
        )
    return MailServer(host=host, port=port, security=security, user=user, password=password, sender=named)


def load_texts(address: str) -> TextGateway | None:
    """Parse EKC_SMS_URL. Raises ConfigError, without the URL, which may contain a password."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if (
        not host
        or parts.fragment
        or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback_host(host)))
    ):
        raise ConfigError("EKC_SMS_URL has to look like https://user:password@host/path?from=OwnPlan.")
    place = f"[{host}]" if ":" in host else host
    return TextGateway(
        address=f"{parts.scheme}://{place}{f':{port}' if port else ''}{parts.path}",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        fields=tuple(parse_qsl(parts.query)),
    )


def _read_statement(name: str) -> AccessibilityStatement | None:
    """The statement in the TOML file that EKC_ACCESSIBILITY names. Raises ConfigError."""
    if not name:
        return None
    try:
        statement = _FILES.structure(tomllib.loads(Path(name).read_text()), AccessibilityStatement)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"The file {name}, named by EKC_ACCESSIBILITY, cannot be read: {error}") from None
    except BaseValidationError as error:
        raise ConfigError(f"{name}, named by EKC_ACCESSIBILITY: {_describe_faults(list(faults(error)))}") from None
    if statement.status not in ("A", "B", "C", "D"):
        raise ConfigError(f"{name}, named by EKC_ACCESSIBILITY: the status must be A, B, C or D.")
    if statement.report and not statement.report.startswith("https://"):
        raise ConfigError(f"{name}, named by EKC_ACCESSIBILITY: the address of the report must begin with https://.")
    return statement


def load_providers(path: Path) -> tuple[Provider, ...]:
    """The providers in a TOML file, one table each. Raises ConfigError."""
    try:
        return tuple(_provider(path, key, table) for key, table in tomllib.loads(path.read_text()).items())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"The file {path}, named by EKC_OIDC, cannot be read: {error}") from None


def _provider(path: Path, key: str, table: Any) -> Provider:
    try:
        return _read_provider(path.parent, key, table)
    except BaseValidationError as error:
        wrong = _describe_faults(list(faults(error)))
    except ConfigError as error:
        wrong = str(error)
    except (OSError, UnicodeDecodeError) as error:
        wrong = f"its secret cannot be read: {error}"
    raise ConfigError(f"[{key}] in {path}: {wrong}")


def _read_provider(folder: Path, key: str, table: Any) -> Provider:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", key) or not isinstance(table, dict):
        raise ConfigError("each provider is a table; name it with small letters, digits and dashes.")
    if "key" in table:
        raise ConfigError("there is no setting key.")
    provider = _FILES.structure({**table, "key": key}, Provider)
    if not provider.domains:
        raise ConfigError("it names no domains, so it could vouch for nobody.")
    if not is_secure_url(provider.issuer):
        raise ConfigError("the issuer must begin with https://.")
    secret = (folder / provider.client_secret).read_text().strip()
    if not secret:
        raise ConfigError("its secret is empty.")
    return replace(provider, client_secret=secret, domains=tuple(domain.lower() for domain in provider.domains))


def _describe_faults(found: list[tuple[tuple[str | int, ...], Exception]]) -> str:
    if missing := sorted(fault.args[0] for _, fault in found if isinstance(fault, KeyError)):
        return f"it lacks {', '.join(missing)}."
    path, fault = found[0]
    if isinstance(fault, ForbiddenExtraKeysError):
        return f"there is no setting {min(fault.extra_fields)}."
    return f"{path[0]} must be {fault}."


def _hook(what: str, fits: Callable[[Any], bool], made: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """A cattrs hook for values for which `fits` is true; `what` describes them in the error message."""

    def read(value: Any, _: Any) -> Any:
        if not fits(value):
            raise ValueError(what)
        return made(value)

    return read


def _is_nonempty_string(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_list_of_strings(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_nonempty_string, value))


_FILES = Converter(forbid_extra_keys=True)
_FILES.register_structure_hook(str, _hook("a word", _is_nonempty_string, str))
_FILES.register_structure_hook_func(is_sequence, _hook("a list of words", _is_list_of_strings, tuple))
_FILES.register_structure_hook(
    date, _hook("a day such as 2026-11-30", lambda value: type(value) is date, lambda day: day)
)
_FILES.register_structure_hook(bool, _hook("true or false", lambda value: isinstance(value, bool), bool))


def is_secure_url(address: str) -> bool:
    """Whether a URL uses HTTPS, or HTTP to this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) if parts.scheme == "https" else parts.scheme == "http" and is_loopback_host(host)


def is_loopback_host(host: str) -> bool:
    """Whether a host name or address is a loopback one."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
