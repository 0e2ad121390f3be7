"""Time-based one-time passwords (TOTP, RFC 6238) and recovery codes: generating, parsing and verifying.

Both consist of digits, which every keyboard has. Storing them and preventing reuse: `actions/second_factor.py`.
"""

import secrets
import unicodedata
from datetime import datetime
from hmac import compare_digest

from pyotp import TOTP, random_base32

_STEP_SECONDS = 30
_DRIFT_STEPS = 1  # accepted clock skew
_TOTP_DIGITS = 6
_RECOVERY_DIGITS = 12  # including the mark; the other 11 are 36 bits


def new_secret() -> str:
    """A shared secret for an authenticator app: 160 bits, as base32."""
    return random_base32()


def provisioning_uri(secret: str, email: str, service: str) -> str:
    """The `otpauth:` URI with which an app takes over the secret, from a QR code or a link."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=service)


def digits(typed: str) -> str:
    """The typed digits in ASCII: spaces and dashes are removed, digits of other scripts converted."""
    return "".join(str(unicodedata.decimal(c)) for c in typed if c.isdecimal())


def is_totp(typed: str) -> bool:
    """Whether the input has the length of a one-time code; otherwise it is taken for a recovery code."""
    return len(digits(typed)) == _TOTP_DIGITS


def matching_step(secret: str, typed: str, at: datetime) -> int | None:
    """The time step of this code: the current one, the one before or the one after; None if it matches none."""
    code, now, app = digits(typed), int(at.timestamp()) // _STEP_SECONDS, TOTP(secret)
    steps = range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1)
    return max((step for step in steps if compare_digest(app.generate_otp(step), code)), default=None)


def new_recovery_codes() -> list[str]:
    """Ten recovery codes, each beginning with its mark (0 to 9)."""
    return [f"{mark}{secrets.randbelow(10 ** (_RECOVERY_DIGITS - 1)):0{_RECOVERY_DIGITS - 1}}" for mark in range(10)]


def grouped(code: str) -> str:
    """A code or secret in groups of four characters, for reading and typing."""
    return " ".join(code[n : n + 4] for n in range(0, len(code), 4))
