"""Statements of both dialects are compared by what they ask (`tests/plugins/statements.py`)."""

import pytest

from tests.plugins.statements import parts

SAME = [
    (
        "SELECT a.id FROM a WHERE a.n = ? AND a.is_open = 1",
        "SELECT a.id FROM a WHERE a.n = %(n_1)s::INTEGER AND a.is_open",
    ),
    ("SELECT a.id FROM a WHERE a.id IN (?, ?)", "SELECT a.id FROM a WHERE a.id IN (%(id_1_1)s::INTEGER)"),
    (
        "SELECT a.id FROM a WHERE a.id IN (SELECT 1 FROM (SELECT 1) WHERE 1!=1)",
        "SELECT a.id FROM a WHERE a.id IN (NULL) AND (1 != 1)",
    ),
    ('SELECT "match".id FROM "match" LIMIT ? OFFSET ?', "SELECT match.id FROM match LIMIT %(param_1)s::INTEGER"),
    ("SELECT a.id FROM a WHERE a.id = ?", "SELECT a.id FROM a WHERE a.id = %(id_1)s::INTEGER FOR UPDATE"),
    ("INSERT INTO a (n, m) VALUES (?, ?) RETURNING id", "INSERT INTO a (n, m) VALUES (%(n)s, %(m)s) RETURNING a.id"),
    (
        "INSERT INTO a (n) VALUES (?), (?)",
        "INSERT INTO a (n) SELECT p0::INTEGER FROM (VALUES (%(n__0)s, 0), (%(n__1)s, 1)) AS imp_sen(p0, sen_counter) "
        "ORDER BY sen_counter",
    ),
    ("UPDATE a SET n=? WHERE a.m IS NOT ?", "UPDATE a SET n=%(n)s WHERE a.m IS DISTINCT FROM %(m_1)s::INTEGER"),
    ("UPDATE a SET n=?, at=? WHERE a.id = ?", "UPDATE a SET n=%(n)s, at=%(at)s WHERE a.id = %(a_id)s::INTEGER"),
]
OTHER = [
    ("SELECT a.id FROM a WHERE a.n = ?", "SELECT a.id FROM a WHERE a.n > ?"),
    ("SELECT a.id FROM a WHERE a.is_open = 1", "SELECT a.id FROM a WHERE a.is_open = 0"),
    ("SELECT a.id FROM a ORDER BY a.n", "SELECT a.id FROM a"),
    ("INSERT INTO a (n) VALUES (?)", "INSERT INTO a (n) VALUES (?) ON CONFLICT (n) DO NOTHING"),
    ("INSERT INTO a (n) VALUES (?)", "INSERT INTO a (n) SELECT b.n FROM b"),
    ("UPDATE a SET n=a.n + ? WHERE a.id = ?", "UPDATE a SET n=a.n - ? WHERE a.id = ?"),
    ("DELETE FROM a WHERE a.id = ?", "DELETE FROM a"),
]


@pytest.mark.parametrize(("sqlite", "postgresql"), SAME)
def test_the_same_question_is_the_same(sqlite: str, postgresql: str) -> None:
    assert list(parts(sqlite)) == list(parts(postgresql))


@pytest.mark.parametrize(("one", "another"), OTHER)
def test_another_question_is_another(one: str, another: str) -> None:
    assert list(parts(one)) != list(parts(another))


def test_of_what_writes_each_column_counts() -> None:
    assert list(parts("UPDATE a SET n=?, at=? WHERE a.id = ?")) == [
        "UPDATE a.n=?",
        "UPDATE a.at=?",
        "UPDATE a WHERE a.id = ?",
    ]
