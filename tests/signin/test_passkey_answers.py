"""Verification of WebAuthn responses: any input is accepted or refused, without an unexpected error."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ekc.signin.passkeys import (
    InvalidPasskeyError,
    NewPasskey,
    RelyingParty,
    authentication_options,
    is_cloned,
    parse_assertion,
    registration_options,
    relying_party,
    verify_assertion,
    verify_registration,
)
from tests.signin.softkey import SoftKey

US = RelyingParty("localhost", "http://localhost")
CHALLENGE, HANDLE = b"c" * 32, b"h" * 32
NEW = registration_options(US, CHALLENGE, HANDLE, "noor@example.org", "Noor", [])
WHO = authentication_options(US, CHALLENGE)
KEY = SoftKey(handle=HANDLE)
MADE = verify_registration(US, CHALLENGE, HANDLE, KEY.made(NEW))


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("https://plan.example.org", RelyingParty("plan.example.org", "https://plan.example.org")),
        ("https://Plan.example.org:443/", RelyingParty("plan.example.org", "https://plan.example.org")),
        ("https://plan.example.org:8443", RelyingParty("plan.example.org", "https://plan.example.org:8443")),
        ("http://localhost:8000", RelyingParty("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
        ("http://plan.example.org", None),
        ("", None),
    ],
)
def test_by_which_address_passkeys_know_us(address: str, party: RelyingParty | None) -> None:
    assert relying_party(address) == party


def test_a_sound_answer_is_believed() -> None:
    answer = parse_assertion(KEY.answer(WHO, count=3))

    assert NewPasskey(KEY.credential_id, MADE.public_key, 0, HANDLE) == MADE
    assert (answer.credential_id, answer.handle) == (KEY.credential_id, HANDLE)
    assert verify_assertion(US, CHALLENGE, MADE.public_key, answer) == 3


def test_a_count_that_does_not_grow_tells_of_a_copy() -> None:
    assert [is_cloned(*counts) for counts in ((0, 0), (0, 1), (1, 2), (1, 1), (2, 1), (1, 0))] == [
        False,
        False,
        False,
        True,
        True,
        True,
    ]


_words = st.one_of(st.text(max_size=30), st.sampled_from(["AAAA", "", "=", "public-key", "platform"]))
_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_words, inner, max_size=3)),
    max_leaves=6,
)
_parts = ("id", "rawId", "type", "response", "authenticatorAttachment")
_inner = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle", "transports")
_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@st.composite
def changed(draw: st.DrawFn, sound: str) -> str:
    """A sound answer in which something is replaced, left out, cut off or garbled."""
    answer: dict[str, Any] = json.loads(sound)
    for parts, names in ((answer["response"], _inner), (answer, _parts)):
        for name in draw(st.lists(st.sampled_from(names), max_size=2)):
            kept = parts.get(name)
            how = draw(st.sampled_from(["cut", "garble", "drop", "other"]))
            if how == "drop":
                parts.pop(name, None)
            elif how == "other" or not isinstance(kept, str) or not kept:
                parts[name] = draw(_values)
            else:
                at = draw(st.integers(0, len(kept) - 1))
                parts[name] = kept[:at] + (draw(st.sampled_from(_letters)) + kept[at + 1 :] if how == "garble" else "")
    return json.dumps(answer)


def any_like(sound: str) -> st.SearchStrategy[str]:
    return st.one_of(changed(sound), _values.map(json.dumps), st.text(max_size=60))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(any_like(KEY.made(NEW)))
def test_whatever_is_said_to_be_new(sent: str) -> None:
    try:
        made = verify_registration(US, CHALLENGE, HANDLE, sent)
    except InvalidPasskeyError:
        return
    assert made.handle == HANDLE


@settings(max_examples=400, deadline=None, derandomize=True)
@given(any_like(KEY.answer(WHO)))
def test_whatever_is_said_to_be_an_answer(sent: str) -> None:
    try:
        answer = parse_assertion(sent)
        count = verify_assertion(US, CHALLENGE, MADE.public_key, answer)
    except InvalidPasskeyError:
        return
    assert count == 0
