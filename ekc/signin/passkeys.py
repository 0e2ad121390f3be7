"""Passkeys (WebAuthn): the options for a browser, and verification of its responses. Storing them: `actions/`.

User verification (fingerprint, face or the device's PIN) is always required, so a passkey counts as two factors. The
library is imported when the first passkey is used.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

#: In characters. A response with an attestation certificate is far smaller.
MAX_RESPONSE_LENGTH = 16_384
_HANDLE_BYTES = 32  # bytes
_MAX_CREDENTIAL_ID = 1023  # bytes (WebAuthn)


class InvalidPasskeyError(Exception):
    """The browser's response is malformed, or not valid for this site. The message is a code for the audit."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The WebAuthn relying party: passkeys work for this address only, which protects against phishing."""

    id: str  # host
    origin: str  # as browsers send it


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that a device has just created."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    handle: bytes


@dataclass(frozen=True, slots=True)
class Assertion:
    """An authentication assertion, parsed but not yet verified."""

    credential_id: bytes
    handle: bytes | None  # user handle
    response: dict[str, Any]


def relying_party(base_url: str) -> RelyingParty | None:
    """The relying party for a base URL; None where browsers refuse passkeys: without TLS, and for an IP address."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    if not host or (parts.scheme != "https" and host != "localhost") or _is_ip_address(host):
        return None
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != usual else ""
    return RelyingParty(host, f"{parts.scheme}://{host}{port}")


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def new_handle() -> bytes:
    """A user handle for an account: random, so that it identifies nobody."""
    return secrets.token_bytes(_HANDLE_BYTES)


def registration_options(
    party: RelyingParty, challenge: bytes, handle: bytes, email: str, name: str, known: Iterable[bytes]
) -> dict[str, Any]:
    """The options with which a browser creates a passkey; not on an authenticator that holds one of `known`."""
    from webauthn import generate_registration_options  # noqa: PLC0415
    from webauthn.helpers import options_to_json_dict  # noqa: PLC0415
    from webauthn.helpers.structs import (  # noqa: PLC0415
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.id,
        user_name=email,
        user_display_name=name,
        user_id=handle,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json_dict(options)


def authentication_options(party: RelyingParty, challenge: bytes) -> dict[str, Any]:
    """The options with which a browser signs in by any passkey of this site."""
    from webauthn import generate_authentication_options  # noqa: PLC0415
    from webauthn.helpers import options_to_json_dict  # noqa: PLC0415
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

    required = UserVerificationRequirement.REQUIRED
    return options_to_json_dict(
        generate_authentication_options(rp_id=party.id, challenge=challenge, user_verification=required)
    )


def verify_registration(party: RelyingParty, challenge: bytes, handle: bytes, text: str) -> NewPasskey:
    """Verify that a device created a passkey for this challenge. Raises InvalidPasskeyError."""
    from webauthn import verify_registration_response  # noqa: PLC0415

    answer = _parse_object(text)
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:  # untrusted input, on which the library raises many types
        raise InvalidPasskeyError(type(error).__name__) from None
    if len(made.credential_id) > _MAX_CREDENTIAL_ID:
        raise InvalidPasskeyError("long")
    return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count, handle)


def parse_assertion(text: str) -> Assertion:
    """Parse an assertion without verifying it. Raises InvalidPasskeyError if it is malformed."""
    from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415

    answer = _parse_object(text)
    try:
        read = parse_authentication_credential_json(answer)
    except Exception as error:
        raise InvalidPasskeyError(type(error).__name__) from None
    return Assertion(read.raw_id, read.response.user_handle, answer)


def verify_assertion(party: RelyingParty, challenge: bytes, public_key: bytes, answer: Assertion) -> int:
    """Verify the signature over the challenge; returns the signature counter. Raises InvalidPasskeyError."""
    from webauthn import verify_authentication_response  # noqa: PLC0415

    try:
        proven = verify_authentication_response(
            credential=answer.response,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,  # compared by `is_cloned`, once the signature is verified
            require_user_verification=True,
        )
    except Exception as error:
        raise InvalidPasskeyError(type(error).__name__) from None
    return proven.new_sign_count


def is_cloned(stored: int, received: int) -> bool:
    """Whether the signature counter did not grow, which indicates a cloned key. Synced passkeys stay at 0."""
    return (stored > 0 or received > 0) and received <= stored


def _parse_object(text: str) -> dict[str, Any]:
    if len(text) > MAX_RESPONSE_LENGTH:
        raise InvalidPasskeyError("long")
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidPasskeyError("form") from None
    if not isinstance(answer, dict):
        raise InvalidPasskeyError("form")
    return answer
