"""Time-based one-time passwords (TOTP, RFC 6238) and recovery codes: how they are generated, parsed and verified.

Both are digits, so that any keypad types them in any language. Who owns them, and whether one was used: `actions`.
"""

import secrets
import unicodedata
from datetime import datetime
from hmac import compare_digest

from pyotp import TOTP, random_base32

_STEP_SECONDS = 30  # a step: for so long an app shows one code
_DRIFT_STEPS = 1  # steps that a clock may be early or late
_TOTP_DIGITS = 6  # digits
_RECOVERY_DIGITS = 12  # digits, the mark among them: 36 bits are left to guess


def new_secret() -> str:
    """What an app and we will both know: 160 bits, as base32."""
    return random_base32()


def provisioning_uri(secret: str, email: str, service: str) -> str:
    """The secret as apps read it, from a QR code or a link."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=service)


def digits(typed: str) -> str:
    """The digits of what was typed, without spaces and dashes, in whatever script."""
    return "".join(str(unicodedata.decimal(c)) for c in typed if c.isdecimal())


def is_totp(typed: str) -> bool:
    """Whether this looks like a code of an app, rather than one on paper."""
    return len(digits(typed)) == _TOTP_DIGITS


def matching_step(secret: str, typed: str, at: datetime) -> int | None:
    """The time step of which this is the code, if it is now, the one before or the one after; None for any other."""
    code, now, app = digits(typed), int(at.timestamp()) // _STEP_SECONDS, TOTP(secret)
    steps = range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1)
    return max((step for step in steps if compare_digest(app.generate_otp(step), code)), default=None)


def new_recovery_codes() -> list[str]:
    """Ten codes, the first digit of each being its mark."""
    return [f"{mark}{secrets.randbelow(10 ** (_RECOVERY_DIGITS - 1)):0{_RECOVERY_DIGITS - 1}}" for mark in range(10)]


def grouped(code: str) -> str:
    """A code or secret as people read and type it: in groups of four."""
    return " ".join(code[n : n + 4] for n in range(0, len(code), 4))
