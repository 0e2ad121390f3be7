"""The tables of kinds: what contradicts itself is refused at start, and every row is used."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ekc.core.outbox import Audience, MailRule, Recipient, queue
from ekc.kinds import MAIL_MODULES, MAILS, check_kinds
from ekc.people.mails import INVITATION, PASSWORD_CHANGED
from ekc.workflow.vocabulary import Part
from tests.architecture.sources import ROOT, modules
from tests.clock import START

WELCOME = next(rule for rule in MAILS if rule.name == "welcome")


def test_our_tables_hold_together() -> None:
    check_kinds()

    assert len(MAILS) > 30


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (replace(PASSWORD_CHANGED, parts=frozenset({Part.CHILD})), "parts belong to a mail to the circle"),
        (replace(WELCOME, parts=frozenset()), "parts belong to a mail to the circle"),
        (replace(WELCOME, key="{case}:welcome:{to}"), "by which it is taken back"),
        (replace(WELCOME, key="welcome:{case}:{round}:{to}"), "by which it is taken back"),
        (replace(PASSWORD_CHANGED, audience=Audience.OVERSIGHT), "has to end with {to}"),
        (replace(PASSWORD_CHANGED, key="password"), "always the same"),
        (replace(PASSWORD_CHANGED, subject="%(name)s goes"), "names nobody"),
        (replace(PASSWORD_CHANGED, body="The sky is blue."), "not in the catalogue of nl: The sky is blue."),
    ],
)
def test_a_wrong_mail_is_refused(wrong: MailRule, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_kinds([wrong])


def test_two_mails_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two mails are called welcome"):
        check_kinds([WELCOME, WELCOME])


def test_a_mail_has_a_link_where_its_row_says_so(db_session: Session) -> None:
    with pytest.raises(ValueError, match="needs a link"):
        queue(db_session, INVITATION, Recipient(1, "els@example.org", "en"), START, invitation=1)


# every mail is a row, and every row is sent ------------------------------------------------------------------------

SOURCES = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in modules()}


def called(name: str) -> list[str]:
    """The module of each call of something of this name."""
    calls = [
        (path, node.func) for path, tree in SOURCES.items() for node in ast.walk(tree) if isinstance(node, ast.Call)
    ]
    return [path for path, func in calls if isinstance(func, ast.Name) and func.id == name]


def test_every_mail_is_a_row_that_is_gathered() -> None:
    assert {Path(module).name for module in called("MailRule")} == {"mails.py"}
    assert len(called("MailRule")) == len(MAILS)
    assert called("OutboxMessage") == ["ekc/core/outbox.py"]


def test_every_mail_is_sent() -> None:
    rows = {id(rule): name for module in MAIL_MODULES for name, rule in vars(module).items() if rule in MAILS}
    trees = [tree for path, tree in SOURCES.items() if Path(path).name != "mails.py"]
    used = {
        name for tree in trees for node in ast.walk(tree) for name in (getattr(node, "id", 0), getattr(node, "attr", 0))
    }

    assert [name for name in rows.values() if name not in used] == []
