"""The pages of a registration and of its correction in a real browser, in English and in Dutch."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from tests.build import prepared_case
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.tab import press, sign_in


@pytest.mark.parametrize("language", ["en", "nl"])
def test_registering(visitor: Page, onlooker: Onlooker, cast: Cast, language: str) -> None:
    visitor.goto(f"/language/{language}?next=/register")
    onlooker.look(visitor, f"register {language}")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_correcting(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock, language: str
) -> None:
    """England instead of the Netherlands: other dates and rules."""
    case = prepared_case(db_session, cast, clock())
    db_session.execute(update(Account).values(language=language))
    db_session.commit()
    sign_in(visitor, cast.ruud.actor.name, f"/conferences/{case.id}/registration")
    onlooker.look(visitor, f"registration {language}")
    visitor.goto(f"/conferences/{case.id}/registration/correct")
    onlooker.look(visitor, f"correct {language}")
    visitor.select_option("select[name=profile]", value="england")
    press(visitor, {"en": "Show what changes", "nl": "Laat zien wat er verandert"}[language])
    onlooker.look(visitor, f"correct follows {language}")
    press(visitor, {"en": "Correct it", "nl": "Corrigeren"}[language])
    onlooker.look(visitor, f"corrected {language}")
