"""The page of the papers of the day in a real browser: with what there is, and with what is missing."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from tests import build
from tests.cast import Cast
from tests.clock import START
from tests.look import Onlooker
from tests.tab import sign_in


@pytest.mark.parametrize("make", [build.prepared_case, build.case_in_setup])
def test_the_page_of_the_papers(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, make: Callable[..., Any]
) -> None:
    case = make(db_session, cast, START)
    sign_in(visitor, cast.noor.actor.name, f"/conferences/{case.id}/papers")
    onlooker.look(visitor, f"papers of {make.__name__}")
    visitor.get_by_role("checkbox", name="Name badges").uncheck()
    assert visitor.locator("input[name=paper]:checked").count() == visitor.locator("input[name=paper]").count() - 1


def test_enter_prints_the_pile_and_not_one_paper(visitor: Page, cast: Cast, db_session: Session) -> None:
    case = build.prepared_case(db_session, cast, START)
    sign_in(visitor, cast.noor.actor.name, f"/conferences/{case.id}/papers")
    visitor.get_by_role("checkbox", name="Name badges").focus()
    with visitor.expect_request(lambda asked: "papers.pdf" in asked.url) as sent:
        visitor.keyboard.press("Enter")
    assert "only=" not in sent.value.url
    assert "paper=badges" in sent.value.url
