"""Single sign-on (OpenID Connect): the way to somebody's organisation, and believing what comes back from there.

Authorization code with PKCE, state and nonce; identity tokens signed with a key pair only. What a provider publishes
is kept for an hour. Each question waits five seconds and is asked once; the libraries are loaded with the first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from config import Provider, is_safe

SECONDS = (5, 5)  # to be connected, and between two pieces of an answer
_KEPT = timedelta(hours=1)
_SILENT = timedelta(seconds=15)  # one that did not answer is not asked again for so long
_LEEWAY = 60  # seconds that its clock may differ from ours
_LONGEST_SUBJECT = 255
_LONGEST_CODE = 4096
_LONGEST_WORD = 40
_SIGNED = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]


class NotBelieved(Exception):  # noqa: N818 - says what became of the answer
    """What came back is no proof of who somebody is; the words are for the log and name no person."""


class OutOfReach(NotBelieved):
    """The provider cannot be asked now."""


class Declined(NotBelieved):
    """The provider sent somebody back without letting them in: they did not want to, or something is wrong there."""

    def __init__(self, code: str) -> None:
        super().__init__(f"it says {code[:_LONGEST_WORD]}" if code.isidentifier() else "it says no")
        self.by_somebody = code == "access_denied"


@dataclass(frozen=True, slots=True)
class Asked:
    """What we sent somebody on their way with, and expect back."""

    nonce: str
    verifier: str  # of PKCE
    returns_to: str  # our address


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as a provider knows them."""

    issuer: str
    subject: str
    email: str | None  # lower case; only if the provider vouches for it, and may
    second_factor: bool  # whether its sign-in counts as two factors


@dataclass(frozen=True, slots=True)
class _Place:
    """What a provider publishes of itself."""

    read_at: datetime
    authorization: str
    token: str
    end_session: str | None
    names_itself: bool  # in every answer (RFC 9207)
    secret_by: str  # how our secret is shown to it
    keys: Any


_places: dict[str, _Place] = {}
_silent: dict[str, datetime] = {}


def way_there(provider: Provider, at: datetime, asked: Asked, state: str) -> str:
    """The address at which somebody signs in with their organisation. Raises NotBelieved."""
    place = _place(provider, at)
    with _line(provider, at, place, asked) as line:
        address, _ = line.create_authorization_url(
            place.authorization, state=state, nonce=asked.nonce, code_verifier=asked.verifier
        )
    return str(address)


def way_out(provider: Provider, at: datetime, returns_to: str) -> str | None:
    """The address at which they sign out there too, if there is one. Raises NotBelieved.

    We keep no identity token that could go along, so the provider may ask whether it is meant.
    """
    end = _place(provider, at).end_session
    if end is None:
        return None
    asks = urlencode({"client_id": provider.client_id, "post_logout_redirect_uri": returns_to})
    return f"{end}{'&' if urlsplit(end).query else '?'}{asks}"


def whom(provider: Provider, at: datetime, asked: Asked, code: str, issuer: str | None) -> Known:
    """Who came back with this code. Raises NotBelieved.

    `issuer` is who says that it sent them: what one provider gave is not taken to another (mix-up, RFC 9207).
    """
    if not 0 < len(code) <= _LONGEST_CODE:
        raise NotBelieved("no code")
    place = _place(provider, at)
    if issuer != provider.issuer and (issuer is not None or place.names_itself):
        raise NotBelieved("another issuer")
    with _line(provider, at, place, asked) as line:
        given = line.fetch_token(
            place.token,
            grant_type="authorization_code",
            code=code,
            code_verifier=asked.verifier,
            allow_redirects=False,
        )
        return _known(provider, _claims(provider, place, at, given, asked.nonce))


def _claims(provider: Provider, place: _Place, at: datetime, given: dict[str, Any], nonce: str) -> dict[str, Any]:
    """What the identity token says, once it is proven that it is for us and of now."""
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415
    from joserfc.errors import InvalidKeyIdError  # noqa: PLC0415

    token = given["id_token"]
    try:
        read = _decoded(token, place.keys)
    except InvalidKeyIdError:  # a new key: what it publishes is read once more
        read = _decoded(token, _read(provider, at).keys)
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "sub": {"essential": True},
    }
    expected = {"nonce": nonce, "client_id": provider.client_id, "access_token": given.get("access_token")}
    claims = CodeIDToken(read.claims, read.header, options, expected)
    claims.validate(now=int(at.timestamp()), leeway=_LEEWAY)
    return dict(claims)


def _decoded(token: str, keys: Any) -> Any:
    from joserfc import jwt  # noqa: PLC0415
    from joserfc.jwk import KeySet  # noqa: PLC0415
    from joserfc.jws import JWSRegistry  # noqa: PLC0415

    rules = JWSRegistry(algorithms=_SIGNED, strict_check_header=False)
    return jwt.decode(token, KeySet.import_key_set(keys), registry=rules)


def _known(provider: Provider, claims: dict[str, Any]) -> Known:
    subject = claims["sub"]
    if len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
        raise NotBelieved("subject")
    email = str(claims.get(provider.email_claim, "")).strip().lower()
    vouched = str(claims.get(provider.verified_claim)).lower() in {"true", "1"}
    may = vouched and email.rpartition("@")[2] in provider.domains
    return Known(provider.issuer, subject, email if may else None, _is_strong(provider, claims))


def _is_strong(provider: Provider, claims: dict[str, Any]) -> bool:
    """Whether the provider's sign-in counts as two factors: by setting, and if the token must say so, it does."""
    said = claims.get("acr") in provider.acr or any(method in provider.amr for method in claims.get("amr") or [])
    return provider.second_factor and (said or not (provider.acr or provider.amr))


def _place(provider: Provider, at: datetime) -> _Place:
    kept = _places.get(provider.issuer)
    return kept if kept and timedelta() <= at - kept.read_at < _KEPT else _read(provider, at)


def _read(provider: Provider, at: datetime) -> _Place:
    """Read what a provider publishes of itself, and keep it."""
    with _line(provider, at) as line:
        said = _get(line, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if said["issuer"] != provider.issuer:
            raise NotBelieved("it calls itself otherwise")
        ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        end = said.get("end_session_endpoint")
        place = _Place(
            read_at=at,
            authorization=_safe(said["authorization_endpoint"]),
            token=_safe(said["token_endpoint"]),
            end_session=_safe(end) if end else None,
            names_itself=said.get("authorization_response_iss_parameter_supported") is True,
            secret_by="client_secret_basic" if "client_secret_basic" in ways else "client_secret_post",
            keys=_get(line, _safe(said["jwks_uri"])),
        )
    _places[provider.issuer] = place
    return place


def _safe(address: str) -> str:
    if not is_safe(address):
        raise NotBelieved("an address without TLS")
    return address


def _get(line: Any, address: str) -> Any:
    answer = line.get(address, withhold_token=True, allow_redirects=False)
    answer.raise_for_status()
    return answer.json()


@contextmanager
def _line(provider: Provider, at: datetime, place: _Place | None = None, asked: Asked | None = None) -> Iterator[Any]:
    """A line to a provider. Whatever goes wrong on it raises NotBelieved: all that comes from there others wrote."""
    from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415
    from requests import ConnectionError, HTTPError, Timeout  # noqa: PLC0415

    silent = _silent.get(provider.issuer)
    if silent and timedelta() <= at - silent < _SILENT:
        raise OutOfReach("silent")
    try:
        with OAuth2Session(
            provider.client_id,
            provider.client_secret,
            token_endpoint_auth_method=place.secret_by if place else None,
            scope="openid email",
            redirect_uri=asked.returns_to if asked else None,
            code_challenge_method="S256",
            default_timeout=SECONDS,
        ) as line:
            yield line
    except NotBelieved:
        raise
    except (ConnectionError, Timeout) as error:
        _silent[provider.issuer] = at
        raise OutOfReach(type(error).__name__) from None
    except HTTPError as error:
        raise OutOfReach(type(error).__name__) from None
    except Exception as error:  # of three libraries, on what others wrote
        what = (type(error).__name__, *(str(getattr(error, part, "")) for part in ("error", "claim")))
        raise NotBelieved(" ".join(filter(str.isidentifier, what))) from None
