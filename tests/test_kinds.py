"""The tables of mails and documents: invalid rows are refused at start, and every row is used."""

import ast
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ekc.access_log.document import ACCESS_LOG, DayText
from ekc.core.documents import DocumentRule
from ekc.core.language import LANGUAGES
from ekc.core.outbox import Audience, Link, MailRule, Recipient, TextRule, Written, queue
from ekc.journey.mails import END_MAILS, END_MAILS_WITH_PLAN
from ekc.kinds import DOCUMENT_MODULES, DOCUMENTS, MAIL_MODULES, MAILS, TEXTS, check_kinds
from ekc.links.mails import PERSONAL_LINK, PERSONAL_LINK_TEXT
from ekc.signin.mails import PASSWORD_CHANGED
from ekc.staff.mails import INVITATION
from ekc.workflow.vocabulary import Activity, Part
from tests.architecture.sources import ROOT, modules
from tests.clock import START

WELCOME = next(rule for rule in MAILS if rule.name == "welcome")


def test_our_tables_hold_together() -> None:
    check_kinds()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (replace(PASSWORD_CHANGED, parts=frozenset({Part.CHILD})), "parts belong to an email to the circle"),
        (replace(WELCOME, parts=frozenset()), "parts belong to an email to the circle"),
        (replace(WELCOME, key="{case}:welcome:{to}"), "by which it is taken back"),
        (replace(WELCOME, key="welcome:{case}:{round}:{to}"), "by which it is taken back"),
        (replace(WELCOME, opens=""), "says which page it leads to"),
        (replace(WELCOME, opens=Activity.SEE_CASE), "somebody who gets it never may see_case"),
        (replace(PASSWORD_CHANGED, audience=Audience.OVERSIGHT), "has to end with {to}"),
        (replace(PASSWORD_CHANGED, key="password"), "always the same"),
        (replace(PASSWORD_CHANGED, subject="%(name)s goes"), "names nobody"),
        (replace(PASSWORD_CHANGED, body="The sky is blue."), "not in the catalogue of nl: The sky is blue."),
    ],
)
def test_a_wrong_mail_is_refused(wrong: MailRule, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_kinds([wrong])


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (replace(PERSONAL_LINK_TEXT, key="text"), "always the same"),
        (replace(PERSONAL_LINK_TEXT, words="The page we spoke about"), "name the link, %.address.s, and its last day"),
        (replace(PERSONAL_LINK_TEXT, subject="The sky is blue."), "not in the catalogue of nl: The sky is blue."),
        (replace(PERSONAL_LINK_TEXT, name="welcome"), "two emails are called welcome"),
    ],
)
def test_a_wrong_text_message_is_refused(wrong: TextRule, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_kinds([WELCOME], texts=[wrong])


def test_a_text_message_has_words_of_its_own_and_a_mail_has_not(db_session: Session) -> None:
    link = Link("https://plan.example.org/l/x", START)
    to = Recipient(1, "0612345678", "en")
    for rule, written, why in (
        (PERSONAL_LINK_TEXT, None, "written for each reader"),
        (PERSONAL_LINK, Written("Look."), "its own"),
    ):
        with pytest.raises(ValueError, match=f"the words of {rule.name} are {why}"):
            queue(db_session, rule, to, START, link=link, written=written, link_id=1)


def test_two_mails_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two emails are called welcome"):
        check_kinds([WELCOME, WELCOME])


LIST: DocumentRule[Any] = ACCESS_LOG


@dataclass(frozen=True)
class Changeable:
    language: str
    lines: list[str]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (replace(LIST, activity="see_opened"), "nobody has the activity see_opened"),
        (replace(LIST, values=DayText), "a dataclass with a language"),
        (replace(LIST, values=Changeable), "plain values"),
        (replace(LIST, template="access_log/gone.html"), "there is no gone.html"),
        (replace(LIST, stylesheets=("gone.css",)), "there is no gone.css"),
        (replace(LIST, attachment=bytes), "an attachment has a name"),
        (replace(LIST, unprintable="The plan is ready"), "has no %"),
        (replace(LIST, unprintable="Broken. (%(why)s)"), "not in the catalogue of nl: Broken"),
    ],
)
def test_a_wrong_document_is_refused(wrong: DocumentRule[Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_kinds(documents=[wrong])


def test_two_documents_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two papers or exports are called access_log"):
        check_kinds(documents=[ACCESS_LOG, ACCESS_LOG])


def test_a_mail_has_a_link_where_its_row_says_so(db_session: Session) -> None:
    with pytest.raises(ValueError, match="needs a link"):
        queue(db_session, INVITATION, Recipient(1, "els@example.org", "en"), START, invitation=1)


# every kind is a row that is gathered and used --------------------------------------------------------------------


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    """All of the product's code, with the module of each piece."""
    sources = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in modules()}
    return [(path, node) for path, tree in sources.items() for node in ast.walk(tree)]


def called(name: str) -> list[str]:
    """The module of each call of something of this name."""
    calls = [(path, node.func) for path, node in nodes() if isinstance(node, ast.Call)]
    return [path for path, func in calls if isinstance(func, ast.Name) and func.id == name]


#: Those of the table of ends are made from it by one call.
WRITTEN = tuple(rule for rule in MAILS if rule not in (*END_MAILS.values(), *END_MAILS_WITH_PLAN.values()))


@pytest.mark.parametrize(
    ("rule", "where", "gathered"),
    [
        ("MailRule", "mails.py", (*WRITTEN, *list(END_MAILS)[:1])),
        ("TextRule", "mails.py", TEXTS),
        ("DocumentRule", "document.py", DOCUMENTS),
    ],
)
def test_every_kind_is_a_row_that_is_gathered(rule: str, where: str, gathered: tuple[object, ...]) -> None:
    folder = where.removesuffix(".py")
    assert [path for path in called(rule) if Path(path).name != where and Path(path).parent.name != folder] == []
    assert len(called(rule)) == len(gathered)


def test_only_the_outbox_stores_mails() -> None:
    assert called("OutboxMessage") == ["ekc/core/outbox.py"]


def test_every_kind_is_used() -> None:
    everywhere = (*MAIL_MODULES, *DOCUMENT_MODULES)
    kinds = {name for module in everywhere for name, row in vars(module).items() if row in (*MAILS, *TEXTS, *DOCUMENTS)}
    elsewhere = [node for path, node in nodes() if Path(path).name not in ("mails.py", "document.py")]
    used = {getattr(node, name, "") for node in elsewhere for name in ("id", "attr")}

    assert (len(kinds), kinds - used) == (len(WRITTEN) + len(TEXTS) + len(DOCUMENTS), set())


def test_a_language_without_a_compiled_catalogue_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LANGUAGES, "fy", "Frysk")

    with pytest.raises(ValueError, match=r"^There is no compiled catalogue of fy\. Make it with: bin/setup$"):
        check_kinds()
