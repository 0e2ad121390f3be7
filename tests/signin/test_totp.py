"""Generating and parsing one-time codes and recovery codes."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from pyotp import TOTP

from ekc.signin.totp import digits, grouped, is_totp, matching_step, new_recovery_codes, new_secret, provisioning_uri

#: The secret and codes of RFC 6238, appendix B, of which apps show the last six digits.
RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
MOMENTS = st.integers(1_600_000_000, 3_700_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def test_codes_are_those_of_the_standard() -> None:
    codes = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"}

    assert {at: matching_step(RFC, code, datetime.fromtimestamp(at, UTC)) for at, code in codes.items()} == {
        at: at // 30 for at in codes
    }


@given(at=MOMENTS, off=st.integers(-4, 4))
def test_a_clock_may_be_half_a_minute_early_or_late(at: datetime, off: int) -> None:
    app = TOTP(new_secret())
    here = int(at.timestamp()) // 30
    near = {app.generate_otp(here + step) for step in (-1, 0, 1)}

    step = matching_step(app.secret, app.generate_otp(here + off), at)

    if abs(off) <= 1:
        assert step == here + off
    else:
        assert (step is not None) == (app.generate_otp(here + off) in near)  # one in 300,000 is the same by chance


@given(typed=st.text(max_size=40), at=MOMENTS)
def test_whatever_is_typed_is_read(typed: str, at: datetime) -> None:
    kept = digits(typed)

    assert kept == "" or (kept.isascii() and kept.isdigit())
    assert is_totp(typed) == (len(kept) == 6)
    assert matching_step(RFC, typed, at) in (None, *(int(at.timestamp()) // 30 + step for step in (-1, 0, 1)))


def test_a_code_is_read_however_it_is_typed() -> None:
    typed = ("123 456", "123-456", " 123456 ", "\u0661\u0662\u0663\u0664\u0665\u0666")

    assert {digits(text) for text in typed} == {"123456"}


def test_ten_recovery_codes_each_begin_with_their_mark() -> None:
    made = new_recovery_codes()

    assert [code[0] for code in made] == list("0123456789")
    assert {len(code) for code in made} == {12}
    assert grouped(made[0]).replace(" ", "") == made[0]
    assert len({code[1:] for _ in range(20) for code in new_recovery_codes()}) == 200


def test_an_app_is_told_whose_code_it_makes() -> None:
    assert provisioning_uri(RFC, "noor@example.org", "Own Plan") == (
        f"otpauth://totp/Own%20Plan:noor%40example.org?secret={RFC}&issuer=Own%20Plan"
    )
    assert {len(new_secret()) for _ in range(5)} == {32}
