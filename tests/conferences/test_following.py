"""A closed case that starts again as a new registration, which names its number."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.registration import change_registration, register_case
from ekc.conferences.entries import NewCase, PersonDetails, Registration
from ekc.conferences.models import Conference
from ekc.conferences.queries.registration import registration
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import Part
from tests import build
from tests.build import Made
from tests.cast import MUNICIPALITY, Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.page import text_of

UNKNOWN = (
    "There is no closed conference of yours or of your regions with this number. Look at it again, or leave it out."
)


@pytest.fixture
def before(db_session: Session, cast: Cast) -> Made:
    """Closed: EKC-2026-0001."""
    return build.closed_case(db_session, cast, START)


def again(cast: Cast, follows: str, region: int | None = None) -> NewCase:
    main = PersonDetails(name="Marieke de Wit", part=Part.MAIN_PERSON)
    region = cast.north if region is None else region
    return NewCase(municipality=MUNICIPALITY, region_id=region, reason="Again.", main_persons=(main,), follows=follows)


def follows(session: Session, conference_id: int) -> int | None:
    return session.scalar(select(Conference.follows_id).where(Conference.id == conference_id))


@pytest.mark.both_databases
def test_both_pages_name_the_other_and_link_where_it_opens(
    db_session: Session, cast: Cast, client: PageClient, before: Made
) -> None:
    new = register_case(By(db_session, cast.ruud, START), again(cast, " ekc-2026-0001 "))

    assert follows(db_session, new) == before.id
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{new}")
    assert client.follow("EKC-2026-0001").url == f"/conferences/{before.id}"
    assert client.follow("EKC-2026-0002").url == f"/conferences/{new}"

    sign_in(client, cast.noor)  # she coordinated the first, and not this one
    page = client.page(f"/conferences/{before.id}")
    assert "Started again as: EKC-2026-0002" in page.text
    assert "EKC-2026-0002" not in [name for name, _href in page.links]


def test_unknown_and_of_another_region_are_refused_alike(db_session: Session, cast: Cast, before: Made) -> None:
    with writing(db_session):
        db_session.execute(update(Conference).values(region_id=cast.south))
    said = []
    for number in ("EKC-2026-0001", "EKC-2026-0009", "nonsense"):
        with pytest.raises(Refusal) as refused:
            register_case(By(db_session, cast.ruud, START), again(cast, number))
        said.append(refused.value.message)
        db_session.rollback()
    assert said == [UNKNOWN] * 3
    new = register_case(By(db_session, cast.noor, START), again(cast, "EKC-2026-0001"))  # it was hers
    assert follows(db_session, new) == before.id


def test_a_case_that_goes_on_is_not_started_again(db_session: Session, cast: Cast) -> None:
    build.case_in_setup(db_session, cast, START)
    with pytest.raises(Refusal) as refused:
        register_case(By(db_session, cast.ruud, START), again(cast, "EKC-2026-0001"))
    assert refused.value.message == UNKNOWN


@pytest.mark.parametrize("make", [build.closed_case, build.case_in_setup])
def test_staff_who_have_nothing_to_do_with_a_case_learn_nothing_of_its_number(
    db_session: Session, cast: Cast, make: Callable[..., Made]
) -> None:
    make(db_session, cast, START)
    said = []
    for who in (cast.denise, cast.mila, cast.bas):
        for number in ("EKC-2026-0001", "EKC-2026-0009"):
            with pytest.raises(Refusal) as refused:
                register_case(By(db_session, who, START), again(cast, number))
            said.append(refused.value.message)
            db_session.rollback()
    assert said == [UNKNOWN] * 6


@pytest.mark.both_databases
@pytest.mark.parametrize("number", ["EKC-2026-0001", "EKC-2026-0009", "I do not know"])
def test_the_public_learns_nothing_of_a_number(
    db_session: Session, cast: Cast, client: PageClient, before: Made, number: str
) -> None:
    new = register_case(By(db_session, cast.nobody, START), again(cast, number))
    assert follows(db_session, new) is None
    sign_in(client, cast.ruud)
    page = client.page(f"/conferences/{new}/registration")
    assert number in [text_of(value) for value in page.all("dd")]
    page = client.submit("Save", {"Number of an earlier conference": "EKC-2026-0001"})
    db_session.rollback()
    assert follows(db_session, new) == before.id
    client.page(page.url)
    client.submit("Save", {"Number of an earlier conference": ""})
    db_session.rollback()
    assert follows(db_session, new) is None


def test_a_wrong_number_is_refused_where_the_registration_is_changed(
    db_session: Session, cast: Cast, before: Made
) -> None:
    new = register_case(By(db_session, cast.ruud, START), again(cast, "EKC-2026-0001"))
    row = registration(db_session, new)
    same = Registration(**{name: getattr(row, name) for name in Registration.__dataclass_fields__})
    for number in ("EKC-2026-0002", "EKC-2026-0009"):  # itself, and none
        with pytest.raises(Refusal):
            change_registration(By(db_session, cast.ruud, START), new, same, follows=number)
        db_session.rollback()
    change_registration(By(db_session, cast.ruud, START), new, same)
    assert follows(db_session, new) == before.id
