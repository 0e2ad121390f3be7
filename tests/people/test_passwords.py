"""Passwords: what is refused, and that a check says yes to the one right thing."""

import pytest

from ekc.core.errors import Refusal
from ekc.people.passwords import hashed, is_outdated, matches, refuse_weak

CHEAP = (1, 8, 1)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("elevenchars", "Choose a password of at least %(shortest)s characters."),
        ("x" * 201, "Choose a password of at most %(longest)s characters."),
        ("Noor@Example.org ", "Choose a password that is not your mail address."),
    ],
)
def test_a_weak_password_is_refused(password: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_weak(password, "noor@example.org")

    assert refused.value.message == sentence


def test_twelve_characters_are_enough() -> None:
    refuse_weak("twelve chars", "noor@example.org")


def test_long_passwords_are_allowed() -> None:
    for length in (64, 200):
        refuse_weak(("a plan of our own " * 20)[:length], "noor@example.org")


def test_only_the_same_password_matches() -> None:
    stored = hashed("a plan of our own", CHEAP)

    tries = ["a plan of our own", "A plan of our own", "", "a plan of our own\0", "\ud800"]
    assert [matches(password, stored, CHEAP) for password in tries] == [True, False, False, False, False]


def test_the_same_letters_match_however_a_device_writes_them() -> None:
    assert matches("cafe\u0301 om de hoek", hashed("caf\u00e9 om de hoek", CHEAP), CHEAP)


def test_nobody_has_no_password() -> None:
    tries = ["", "the password of nobody", "None"]

    assert [matches(password, None, CHEAP) for password in tries] == [False, False, False]


def test_a_hash_of_another_cost_is_outdated() -> None:
    stored = hashed("a plan of our own", CHEAP)

    assert (is_outdated(stored, CHEAP), is_outdated(stored, (2, 8, 1))) == (False, True)
    assert matches("a plan of our own", stored, (2, 8, 1))
