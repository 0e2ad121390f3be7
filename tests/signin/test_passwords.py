"""Passwords: which are refused, and that only the right one matches its hash."""

import subprocess
import sys
from time import process_time

import pytest

from ekc.core.errors import Refusal
from ekc.signin.passwords import ensure_strong, hash_password, needs_rehash, verify_password

CHEAP = (1, 8, 1)
OURS = "Choose a password without your name, your email address or the name of this program."
EASY = "This password is easily guessed. Choose three or four words that have nothing to do with each other."


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("elevenchars", "Choose a password of at least %(shortest)s characters."),
        ("x" * 201, "Choose a password of at most %(longest)s characters."),
        ("Noor@Example.org ", OURS),
        ("noor@example", OURS),
        ("NoorVanDijk12", OURS),
        ("noor van dijk", OURS),
        ("own plan 2026", OURS),
        ("OwnPlanOwnPlan!", EASY),
        ("Eigen Kracht 1", OURS),
        ("password1234", EASY),
        ("P@ssw0rd1234", EASY),
        ("Welkom012345", EASY),
        ("aaaaaaaaaaaaaaaaaaaaaa", EASY),
        ("abcabcabcabc", EASY),
        ("123456789012345678", EASY),
        ("qwertyuiopasdfgh", EASY),
        # as people here choose them
        ("amsterdam2024!", EASY),
        ("Amsterdam2024!!", EASY),
        ("Amsterdam-2024", EASY),
        ("@msterd@m2026", EASY),
        ("madretsma2024", EASY),
        ("zomer2024zomer2024", EASY),
        ("Zomer2025Amsterdam", EASY),
        ("Feyenoord1908!", EASY),
        ("ajax feyenoord", EASY),
        ("Koningsdag27!", EASY),
        ("november december", EASY),
        ("marieke.jan2031", EASY),
        ("stroopwafel12", EASY),
        # known the whole world over
        ("correcthorsebatterystaple", EASY),
        ("Correct horse battery staple", EASY),
        ("correct-horse-battery-staple!", EASY),
        ("Tr0ub4dor and 3", EASY),
        ("zijn of niet zijn", EASY),
    ],
)
def test_a_weak_password_is_refused(password: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        ensure_strong(password, "noor@example.org", "Noor van Dijk")

    assert refused.value.message == sentence


@pytest.mark.parametrize(
    "password",
    [
        "twelve chars",
        "a plan of our own",
        "de kat van de buren",
        "vla fiets wolk",
        "ladder kwartel moeras vilt",
        "schoorsteen-egel-hengel-tapijt",
        "griesmeelkrukastermotregen",
        "de hond blaft naar de maan",
        "kaas hagelslag fiets sneeuw",  # four that many people use are still a lot to try
        "Onze tent lekt in Drenthe",
        "horse staple lantern correct",
        "four wheels and a kettle",
        "Ω≈ç√∫˜µ≤≥÷å∂",
        "z" * 3 + "é🙂 ħ" * 40,
    ],
)
def test_there_are_no_other_rules(password: str) -> None:
    ensure_strong(password, "noor@example.org", "Noor van Dijk")


def test_what_nobody_could_type_is_looked_at_in_a_moment() -> None:
    """Each character stands for several letters, and zxcvbn tries all combinations: 72 of them would take a minute."""
    began = process_time()

    ensure_strong("4@8({[<6930|7$5+%21!" * 10, "noor@example.org", "Noor van Dijk")

    assert process_time() - began < 5


def test_a_word_of_ones_own_name_is_said_to_be_that_though_it_is_a_usual_one_too() -> None:
    with pytest.raises(Refusal) as refused:
        ensure_strong("Amsterdam2024!", "post@example.org", "Anna Amsterdam")

    assert refused.value.message == OURS


def test_the_lists_of_words_are_not_read_at_the_start() -> None:
    asked = "import sys, ekc.app; sys.exit('zxcvbn' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_long_passwords_are_allowed() -> None:
    for length in (64, 200):
        ensure_strong(("a plan of our own " * 20)[:length], "noor@example.org")


def test_only_the_same_password_matches() -> None:
    stored = hash_password("a plan of our own", CHEAP)

    tries = ["a plan of our own", "A plan of our own", "", "a plan of our own\0", "\ud800"]
    assert [verify_password(password, stored, CHEAP) for password in tries] == [True, False, False, False, False]


def test_the_same_letters_match_however_a_device_writes_them() -> None:
    assert verify_password("cafe\u0301 om de hoek", hash_password("caf\u00e9 om de hoek", CHEAP), CHEAP)


def test_nobody_has_no_password() -> None:
    tries = ["", "the password of nobody", "None"]

    assert [verify_password(password, None, CHEAP) for password in tries] == [False, False, False]


def test_a_hash_of_another_cost_is_outdated() -> None:
    stored = hash_password("a plan of our own", CHEAP)

    assert (needs_rehash(stored, CHEAP), needs_rehash(stored, (2, 8, 1))) == (False, True)
    assert verify_password("a plan of our own", stored, (2, 8, 1))
