"""Encryption at rest: values decrypt only with their key and context; names are found by prefixes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from ekc.core.crypto import Keyring, SealedColumn, Unreadable
from ekc.core.db import Base
from ekc.schema import metadata
from tests import build
from tests.cast import Cast
from tests.clock import START

LETTERS = "abcdefghijklmnopqrstuvwxyz"
OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_sealed_opens(plain: bytes, context: str) -> None:
    keys = Keyring([NEW], INDEX)
    assert keys.open(keys.seal(plain, context), context) == plain


def test_it_opens_nowhere_else() -> None:
    sealed = Keyring([NEW], INDEX).seal(b"Linda", "participant.name")
    with pytest.raises(Unreadable):
        Keyring([NEW], INDEX).open(sealed, "participant.relation")
    with pytest.raises(Unreadable):
        Keyring([OLD], INDEX).open(sealed, "participant.name")
    with pytest.raises(Unreadable):
        Keyring([NEW], INDEX).open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "participant.name")


def test_keys_rotate() -> None:
    old = Keyring([OLD], INDEX).seal(b"Linda", "x")
    both = Keyring([NEW, OLD], INDEX)
    assert both.open(old, "x") == b"Linda"
    assert (both.is_newest(old), both.is_newest(both.seal(b"Linda", "x"))) == (False, True)


def test_the_same_name_is_never_the_same_twice() -> None:
    keys = Keyring([NEW], INDEX)
    assert keys.seal(b"Linda", "x") != keys.seal(b"Linda", "x")


def test_a_name_is_found_by_its_first_letters() -> None:
    keys = Keyring([NEW], INDEX)
    found = keys.index_keys("Saïd El Amrani", 1)
    begin = ("sa", "sai", "said", "el", "am", "amr", "amra")
    assert found == {keys.index_key(one, 1) for one in begin}
    assert keys.index_key("amrani", 1) == keys.index_key("amra", 1)
    assert Keyring([NEW], b"j" * 32).index_keys("Saïd El Amrani", 1).isdisjoint(found)
    assert keys.index_keys("Saïd El Amrani", 2).isdisjoint(found)
    assert keys.index_keys("X 王小明", 1) == {keys.index_key(one, 1) for one in ("x", "王", "王小", "王小明")}


def test_the_keys_of_names_are_short() -> None:
    keys = Keyring([NEW], INDEX)
    many = {
        keys.index_key(f"{first}{second}{third}", 1) for first in LETTERS for second in LETTERS for third in LETTERS
    }
    assert 0 <= min(many) < max(many) < 2**20
    assert len(many) < len(LETTERS) ** 3  # others share a key


def test_nothing_of_a_case_is_readable_in_the_database(engine: Engine, db_session: Session, cast: Cast) -> None:
    build.case_in_evaluation(db_session, cast, START)
    said = ("Marieke", "Kees", "marieke@example.org", "alone", "Waalkade", "fridge", "Youth protection", "grandmother")
    with engine.connect() as connection:
        readable = {
            (table.name, word)
            for table in metadata.sorted_tables
            for row in connection.execute(text(f'select * from "{table.name}"'))  # noqa: S608 - our own names
            for word in said
            if word.encode()
            in b" ".join(str(v).encode() if not isinstance(v, bytes | memoryview) else bytes(v) for v in row)
        }
    assert readable == set()


#: Columns that moved with their values, which stay bound to the place where they were sealed.
MOVED = {f"step_words.{name}": f"phase_change.{name}" for name in ("reason", "overrides")}


def test_each_sealed_column_is_bound_to_its_own_place() -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedColumn):
                place = f"{table.name}.{column.name}"
                assert column.type.context == MOVED.get(place, place)
