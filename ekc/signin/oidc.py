"""OpenID Connect client: the authorization request, and verification of the provider's response (ADR 0022).

Authorization code flow with PKCE, state and nonce; only asymmetric signatures are accepted. Provider metadata is cached
for an hour, but nobody is sent to a provider that did not answer within the last minute. Requests time out after five
seconds and are not retried. Authlib is imported with the first sign-in.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from config import Provider, is_secure_url

TIMEOUT = (5, 5)  # seconds: to connect, and between two bytes
_METADATA_LIFETIME = timedelta(hours=1)
_SEEN_LATELY = timedelta(minutes=1)
_RETRY_AFTER = timedelta(seconds=15)  # a provider that did not answer is not asked again before
_LEEWAY = 60  # seconds of clock skew
_MAX_SUBJECT = 255
_MAX_CODE = 4096
_MAX_ERROR = 40
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]


class OIDCError(Exception):
    """The response does not prove an identity. The message is a code for the log and names no person."""


class ProviderUnavailableError(OIDCError):
    """The provider cannot be reached now."""


class AuthorizationDeniedError(OIDCError):
    """The provider returned an error: the user cancelled, or the provider failed."""

    def __init__(self, code: str) -> None:
        super().__init__(f"it says {code[:_MAX_ERROR]}" if code.isidentifier() else "it says no")
        self.by_user = code == "access_denied"


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """The parameters of an authorization request, needed to verify its response."""

    nonce: str
    verifier: str  # PKCE
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class OIDCIdentity:
    """The identity that a provider asserts."""

    issuer: str
    subject: str
    email: str | None  # lower case; None unless the provider verified it and may assert its domain
    why_no_email: str  # a code for the log
    second_factor: bool  # whether the sign-in counts as two factors


@dataclass(frozen=True, slots=True)
class _ProviderMetadata:
    """The parts of a provider's discovery document that we use, and its keys."""

    read_at: datetime
    authorization: str
    token: str
    userinfo: str | None
    end_session: str | None
    sends_issuer: bool  # `iss` is in every authorization response (RFC 9207)
    client_auth_method: str  # client_secret_basic or client_secret_post
    keys: Any


_metadata_cache: dict[str, _ProviderMetadata] = {}
_unavailable_since: dict[str, datetime] = {}


def authorization_url(provider: Provider, at: datetime, request: AuthorizationRequest, state: str) -> str:
    """The provider's address to which the browser is redirected to sign in. Raises OIDCError."""
    metadata = _metadata(provider, at, _SEEN_LATELY)
    with _client(provider, at, metadata, request) as client:
        address, _ = client.create_authorization_url(
            metadata.authorization, state=state, nonce=request.nonce, code_verifier=request.verifier
        )
    return str(address)


def is_silent(provider: Provider, at: datetime) -> bool:
    """Whether this process could not reach a provider when somebody last tried, within the last minute."""
    since = _unavailable_since.get(provider.issuer)
    return since is not None and timedelta() <= at - since < _SEEN_LATELY


def find_provider(provider: Provider, at: datetime) -> None:
    """Ask a provider for its addresses and keys. Raises OIDCError."""
    _fetch_metadata(provider, at)


def end_session_url(provider: Provider, at: datetime, redirect_uri: str) -> str | None:
    """The provider's address for signing out there too; None if it has none. Raises OIDCError.

    We keep no ID token to send as a hint, so the provider may ask for confirmation.
    """
    end = _metadata(provider, at).end_session
    if end is None:
        return None
    asks = urlencode({"client_id": provider.client_id, "post_logout_redirect_uri": redirect_uri})
    return f"{end}{'&' if urlsplit(end).query else '?'}{asks}"


def fetch_identity(
    provider: Provider, at: datetime, request: AuthorizationRequest, code: str, issuer: str | None
) -> OIDCIdentity:
    """Exchange an authorization code and verify the ID token. Raises OIDCError.

    `issuer`: the `iss` parameter of the response, against mix-up of providers (RFC 9207).
    """
    if not 0 < len(code) <= _MAX_CODE:
        raise OIDCError("no code")
    metadata = _metadata(provider, at)
    if issuer != provider.issuer and (issuer is not None or metadata.sends_issuer):
        raise OIDCError("another issuer")
    with _client(provider, at, metadata, request) as client:
        token = client.fetch_token(
            metadata.token,
            grant_type="authorization_code",
            code=code,
            code_verifier=request.verifier,
            allow_redirects=False,
        )
        claims = _claims(provider, metadata, at, token, request.nonce)
        if provider.email_claim not in claims and metadata.userinfo:
            claims |= _address_from_userinfo(client, provider, metadata.userinfo, claims["sub"])
        return _identity_of(provider, claims)


def _claims(
    provider: Provider, metadata: _ProviderMetadata, at: datetime, token: dict[str, Any], nonce: str
) -> dict[str, Any]:
    """Verify the ID token (signature, issuer, audience, times, nonce, at_hash) and return its claims."""
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415
    from joserfc.errors import InvalidKeyIdError  # noqa: PLC0415

    id_token = token["id_token"]
    try:
        read = _decode(id_token, metadata.keys)
    except InvalidKeyIdError:  # key rollover: fetch the keys again
        read = _decode(id_token, _fetch_metadata(provider, at).keys)
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "sub": {"essential": True},
    }
    expected = {"nonce": nonce, "client_id": provider.client_id, "access_token": token.get("access_token")}
    claims = CodeIDToken(read.claims, read.header, options, expected)
    claims.validate(now=int(at.timestamp()), leeway=_LEEWAY)
    return dict(claims)


def _address_from_userinfo(client: Any, provider: Provider, address: str, subject: str) -> dict[str, Any]:
    """The claims about the mail address, which some providers give only there. Raises OIDCError for another person."""
    answer = client.get(address, allow_redirects=False)
    answer.raise_for_status()
    said = answer.json()
    if said["sub"] != subject:
        raise OIDCError("userinfo of another subject")
    return {name: said[name] for name in (provider.email_claim, provider.verified_claim) if name in said}


def _decode(token: str, keys: Any) -> Any:
    from joserfc import jwt  # noqa: PLC0415
    from joserfc.jws import JWSRegistry  # noqa: PLC0415

    registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
    return jwt.decode(token, _usable(keys), registry=registry)


def _usable(published: Any) -> Any:
    """The keys that we can use: a provider may publish others too, such as one on a curve that we do not know."""
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import JWKRegistry, KeySet  # noqa: PLC0415

    known = []
    for key in published["keys"]:
        with suppress(JoseError, KeyError, ValueError):
            known.append(JWKRegistry.import_key(key))
    return KeySet(known)


def _identity_of(provider: Provider, claims: dict[str, Any]) -> OIDCIdentity:
    subject = claims["sub"]
    if len(subject) > _MAX_SUBJECT or not subject.isprintable():
        raise OIDCError("subject")
    email = str(claims.get(provider.email_claim, "")).strip().lower()
    verified = str(claims.get(provider.verified_claim)).lower() in {"true", "1"}
    why = ""
    if not email:
        why = f"no claim {provider.email_claim}"
    elif not verified:
        why = f"claim {provider.verified_claim} is not true"
    elif email.rpartition("@")[2] not in provider.domains:
        why = "address of another domain"
    return OIDCIdentity(provider.issuer, subject, None if why else email, why, _is_two_factor(provider, claims))


def _is_two_factor(provider: Provider, claims: dict[str, Any]) -> bool:
    """Whether the sign-in counts as two factors: by the provider's settings, and by acr or amr if these are set."""
    proven = claims.get("acr") in provider.acr or any(method in provider.amr for method in claims.get("amr") or [])
    return provider.second_factor and (proven or not (provider.acr or provider.amr))


def _metadata(provider: Provider, at: datetime, lifetime: timedelta = _METADATA_LIFETIME) -> _ProviderMetadata:
    cached = _metadata_cache.get(provider.issuer)
    return cached if cached and timedelta() <= at - cached.read_at < lifetime else _fetch_metadata(provider, at)


def _fetch_metadata(provider: Provider, at: datetime) -> _ProviderMetadata:
    """Fetch the discovery document and the keys, and cache both."""
    with _client(provider, at) as client:
        document = _get_json(client, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if document["issuer"] != provider.issuer:
            raise OIDCError("it calls itself otherwise")
        methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        end, userinfo = document.get("end_session_endpoint"), document.get("userinfo_endpoint")
        metadata = _ProviderMetadata(
            read_at=at,
            authorization=_https_only(document["authorization_endpoint"]),
            token=_https_only(document["token_endpoint"]),
            userinfo=_https_only(userinfo) if userinfo else None,
            end_session=_https_only(end) if end else None,
            sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
            client_auth_method="client_secret_basic" if "client_secret_basic" in methods else "client_secret_post",
            keys=_get_json(client, _https_only(document["jwks_uri"])),
        )
    _metadata_cache[provider.issuer] = metadata
    _unavailable_since.pop(provider.issuer, None)
    return metadata


def _https_only(address: str) -> str:
    if not is_secure_url(address):
        raise OIDCError("an address without TLS")
    return address


def _get_json(client: Any, address: str) -> Any:
    answer = client.get(address, withhold_token=True, allow_redirects=False)
    answer.raise_for_status()
    return answer.json()


@contextmanager
def _client(
    provider: Provider,
    at: datetime,
    metadata: _ProviderMetadata | None = None,
    request: AuthorizationRequest | None = None,
) -> Iterator[Any]:
    """An HTTP client for a provider. Every failure inside raises OIDCError, because responses are untrusted input."""
    from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415
    from requests import ConnectionError, HTTPError, Timeout  # noqa: PLC0415

    since = _unavailable_since.get(provider.issuer)
    if since and timedelta() <= at - since < _RETRY_AFTER:
        raise ProviderUnavailableError("silent")
    try:
        with OAuth2Session(
            provider.client_id,
            provider.client_secret,
            token_endpoint_auth_method=metadata.client_auth_method if metadata else None,
            scope="openid email",
            redirect_uri=request.redirect_uri if request else None,
            code_challenge_method="S256",
            default_timeout=TIMEOUT,
        ) as client:
            # One authority for mail and single sign-on; requests has a list of its own.
            client.verify = os.environ.get("SSL_CERT_FILE") or client.verify
            yield client
    except OIDCError:
        raise
    except (ConnectionError, Timeout, HTTPError) as error:
        if metadata is None:
            _unavailable_since[provider.issuer] = at
        else:  # what somebody came back with may be why: whoever comes next asks whether it is there
            _metadata_cache.pop(provider.issuer, None)
        raise ProviderUnavailableError(type(error).__name__) from None
    except Exception as error:  # three libraries raise unrelated types on untrusted input
        what = (type(error).__name__, *(str(getattr(error, part, "")) for part in ("error", "claim")))
        raise OIDCError(" ".join(filter(str.isidentifier, what))) from None
