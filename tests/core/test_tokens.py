"""Random tokens: their format, and that only their hash is stored."""

from hashlib import sha256

from ekc.core.tokens import hash_token, is_token, new_token


def test_a_token_is_random_and_has_its_form() -> None:
    made = {new_token() for _ in range(100)}

    assert len(made) == 100
    assert all(is_token(token) for token in made)
    assert [is_token(text) for text in ("", "a" * 42, "a" * 44, "a" * 42 + "é", "a" * 43 + "\n")] == [False] * 5


def test_what_is_kept_of_a_token() -> None:
    assert hash_token("abc") == hash_token(b"abc") == sha256(b"abc").digest()
    assert len(hash_token("\ud800")) == 32  # whatever a browser sends
