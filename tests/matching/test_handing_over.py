"""Handing over the cases of a coordinator who leaves or has left, by the regional manager."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Office
from ekc.accounts.queries import offices
from ekc.conferences.models import Conference
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.matching.actions import asking, independence
from ekc.matching.actions.profile import add_absence
from ekc.matching.entries import Absence, Declaration
from ekc.matching.queries.handing_over import HandingOver, Leaver, handing_over, leaver
from ekc.matching.queries.match import match_history, matches
from ekc.staff.actions import closing, roles
from ekc.workflow.vocabulary import Role, Step
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.page import Page, text_of

LAST_DAY = date(2026, 4, 30)
OVER = datetime(2026, 4, 30, 22, 0, tzinfo=UTC)
NOBODY_CAN = "Nobody can reach this conference: ask a coordinator today"


@pytest.fixture
def noor(cast: Cast) -> int:
    return cast.noor.account_id or 0


@pytest.fixture
def denise(cast: Cast) -> int:
    return cast.denise.account_id or 0


@pytest.fixture
def leaving(db_session: Session, cast: Cast, noor: int) -> list[Made]:
    """Noor leaves with two cases, and one that is closed."""
    build.closed_case(db_session, cast, START, title="Closed family")
    cases = [
        build.prepared_case(db_session, cast, START, title="First family"),
        build.case_in_evaluation(db_session, cast, START, title="Second family"),
    ]
    closing.set_leaving(By(db_session, cast.bas, START), noor, LAST_DAY)
    return cases


@pytest.fixture
def ruud(client: PageClient, cast: Cast, leaving: list[Made]) -> PageClient:
    """The regional manager in a browser, after `leaving`, so that what was built once is restored."""
    sign_in(client, cast.ruud)
    return client


def to_hand_over(page: Page) -> list[str]:
    """The lines under "To hand over"."""
    return [
        " ".join(filter(None, (text_of(part) for part in line)))
        for section in page.all("section")
        if section.get("aria-labelledby") == "handing-over"
        for line in section.iter("li")
    ]


def test_who_leaves_is_named_with_what_is_left(
    ruud: PageClient, leaving: list[Made], clock: FrozenClock, noor: int
) -> None:
    assert to_hand_over(ruud.page("/")) == ["Noor van Dijk Leaves on 30 April: 2 conferences to hand over"]

    page = ruud.follow("Noor van Dijk")

    assert (page.url, page.heading) == (f"/handing-over/{noor}", "Noor van Dijk leaves on 30 April 2026")
    *families, _still_there = map(text_of, page.all("h2"))
    assert families == ["Second family", "First family"]  # by their next date
    assert "EKC-2026-0002 · Coordinator setup · conference on Saturday 11 April 2026, 11:00" in page.text
    assert "EKC-2026-0003 · Evaluation · next: Monday 30 March 2026" in page.text
    assert NOBODY_CAN not in page.text
    ruud.follow("Wishes of the family, and who could be asked", near="First family")
    assert ruud.here.heading == "Coordinator"


def test_whoever_leaves_is_not_asked(
    ruud: PageClient, cast: Cast, db_session: Session, leaving: list[Made], noor: int, denise: int
) -> None:
    ruud.page(f"/handing-over/{noor}")
    offered = ruud.form("Ask to take over", near="First family")
    options = [text_of(option) for option in offered.element.iter("option")]
    assert options == ["Choose a coordinator", "Denise Okafor (open cases: 0)"]

    closing.set_leaving(By(db_session, cast.bas, START), denise, LAST_DAY)
    page = ruud.page(f"/handing-over/{noor}")
    assert page.text.count("Nobody else of this region can be asked for this conference.") == 2
    assert "Ask to take over" not in " ".join(page.buttons)


def test_a_case_goes_to_whoever_takes_it(
    app: Flask, ruud: PageClient, cast: Cast, db_session: Session, leaving: list[Made], noor: int, denise: int
) -> None:
    first = leaving[0]
    ruud.page(f"/handing-over/{noor}")
    none = ruud.refused("Ask to take over", near="First family", status=422)
    assert none.errors == ["Who takes over? Choose who takes over."]

    page = ruud.submit("Ask to take over", {"Who takes over?": "Denise Okafor (open cases: 0)"}, near="First family")

    *families, _still_there = map(text_of, page.all("h2"))
    assert families == ["Second family", "First family"]  # by their next date
    assert page.text.count("Denise Okafor is asked to take over, and has not answered.") == 1
    both = matches(db_session, first.id)
    assert both.current is not None
    assert both.pending is not None
    assert (both.current.account_id, both.pending.account_id) == (noor, denise)
    assert to_hand_over(ruud.page("/")) == [
        "Noor van Dijk Leaves on 30 April: 2 conferences to hand over",
        "First family Denise Okafor was asked on 2 Mar, today, and has not answered Denise Okafor (no number known)",
    ]
    independence.accept(By(db_session, cast.denise, START), first.id, Declaration("I know nobody of them."))
    assert to_hand_over(ruud.page("/")) == ["Noor van Dijk Leaves on 30 April: 1 conference to hand over"]
    ruud.page(f"/handing-over/{noor}")
    page = ruud.submit("Ask to take over", {"Who takes over?": "Denise Okafor (open cases: 1)"}, near="Second family")
    independence.accept(By(db_session, cast.denise, START), leaving[1].id, Declaration("Nor of these."))
    assert "Nothing is left to hand over." in ruud.page(page.url).text
    ruud.page(f"/conferences/{first.id}/coordinator")
    assert "Denise Okafor took the case." in ruud.here.text
    marieke = enter(app.test_client(), db_session, START, first.id, first.people["marieke"])  # type: ignore[arg-type]
    assert "Your coordinator Denise Okafor" in marieke.text


def test_whoever_says_no_leaves_the_case_where_it_was(
    ruud: PageClient, cast: Cast, db_session: Session, leaving: list[Made], noor: int, denise: int
) -> None:
    asking.ask_coordinator(By(db_session, cast.ruud, START), leaving[0].id, denise)
    asking.decline(By(db_session, cast.denise, START), leaving[0].id)

    assert to_hand_over(ruud.page("/")) == ["Noor van Dijk Leaves on 30 April: 2 conferences to hand over"]
    assert "is asked to take over" not in ruud.page(f"/handing-over/{noor}").text
    assert "Denise Okafor said no." in ruud.page(f"/conferences/{leaving[0].id}/coordinator").text


def test_two_managers_do_not_ask_twice(
    ruud: PageClient, cast: Cast, db_session: Session, leaving: list[Made], noor: int, denise: int
) -> None:
    ruud.page(f"/handing-over/{noor}")
    asking.ask_coordinator(By(db_session, cast.ruud, START), leaving[0].id, denise)

    page = ruud.refused(
        "Ask to take over", {"Who takes over?": "Denise Okafor (open cases: 0)"}, near="First family", status=409
    )

    assert page.errors == ["Somebody else was first: look who is asked to take over this conference now."]
    assert "Denise Okafor is asked to take over, and has not answered." in page.text
    independence.accept(By(db_session, cast.denise, START), leaving[0].id, Declaration("I know nobody of them."))
    late = ruud.refused(
        "Ask to take over", {"Who takes over?": "Denise Okafor (open cases: 0)"}, near="First family", status=409
    )
    assert late.errors == ["Somebody else was first: this conference has another coordinator already."]


def test_after_the_last_day_what_is_left_is_red(
    ruud: PageClient, cast: Cast, clock: FrozenClock, leaving: list[Made], noor: int
) -> None:
    clock.set(OVER)
    sign_in(ruud, cast.ruud)

    assert to_hand_over(ruud.page("/")) == [
        "Noor van Dijk Cannot sign in any more Nobody can reach 2 conferences: ask today"
    ]
    page = ruud.follow("Noor van Dijk")
    assert (page.heading, page.text.count(NOBODY_CAN)) == ("Noor van Dijk cannot sign in any more", 2)


def test_a_stolen_laptop(client: PageClient, cast: Cast, db_session: Session, noor: int) -> None:
    """Closing an account is always possible; its cases appear at once, also the one in private time."""
    build.case_in_setup(db_session, cast, START, title="First family")
    build.case_in_private_time(db_session, cast, START, title="Second family")
    sign_in(client, cast.ruud)

    closing.close_account(By(db_session, cast.bas, START), noor)

    assert to_hand_over(client.page("/")) == [
        "Noor van Dijk Cannot sign in any more Nobody can reach 2 conferences: ask today"
    ]
    page = client.follow("Noor van Dijk")
    assert page.text.count(NOBODY_CAN) == 2
    assert page.text.count("The family has private time now. Whoever takes over sees nothing of it") == 1
    assert [name.partition(":")[0] for name in page.buttons].count("Ask to take over") == 2


def test_who_is_coordinator_no_longer_reaches_nothing_either(db_session: Session, cast: Cast, noor: int) -> None:
    build.case_in_setup(db_session, cast, START)
    roles.give_role(By(db_session, cast.bas, START), noor, Office(Role.CARE_MANAGER, municipality="Rivierstad"))
    role = offices(db_session, [noor])[noor][0].id
    roles.take_role(By(db_session, cast.bas, START), noor, role)

    found = handing_over(db_session, START, {cast.north})

    assert found == HandingOver((Leaver(noor, "Noor van Dijk", None, True, 1),))


def test_only_ones_own_regions(db_session: Session, cast: Cast, leaving: list[Made], noor: int) -> None:
    assert handing_over(db_session, START, {cast.south}) == HandingOver()
    assert leaver(db_session, START, {cast.south}, noor) is None
    assert leaver(db_session, START, {cast.north}, noor) == Leaver(noor, "Noor van Dijk", LAST_DAY, False, 2)
    for stays in (cast.denise, cast.bas, cast.mila):
        assert leaver(db_session, START, {cast.north}, stays.account_id or 0) is None
    assert leaver(db_session, START, {cast.north}, 99) is None


def test_the_cases_of_whoever_is_away_soon_are_offered_to_the_deputy(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, noor: int, denise: int
) -> None:
    case = build.prepared_case(db_session, cast, START, title="First family")
    days = Absence(date(2026, 3, 20), date(2026, 4, 3), denise)
    add_absence(By(db_session, cast.noor, START), noor, days)
    sign_in(client, cast.ruud)
    assert to_hand_over(client.page("/")) == []  # more than two weeks before
    assert client.get(f"/handing-over/{noor}").status_code == 404
    clock.set(datetime(2026, 3, 6, 10, 0, tzinfo=UTC))
    sign_in(client, cast.ruud)

    assert to_hand_over(client.page("/")) == [
        "Noor van Dijk Away from 20 March to 3 April. Covered by Denise Okafor 1 open case"
    ]
    page = client.follow("Noor van Dijk")

    assert page.heading == "Noor van Dijk is away from 20 March 2026 to 3 April 2026"
    assert client.form("Ask to take over").shown("Who takes over?") == "Denise Okafor (open cases: 0)"
    page = client.submit("Ask to take over")
    assert "Denise Okafor is asked to take over, and has not answered." in page.text
    assert matches(db_session, case.id).pending is not None
    reasons = [event.reason for event in match_history(db_session, case.id) if event.action == "asked"]
    assert reasons[0] == "Noor van Dijk is away from 20 March 2026 to 3 April 2026"
    clock.set(datetime(2026, 4, 5, 10, 0, tzinfo=UTC))
    sign_in(client, cast.ruud)
    assert [line for line in to_hand_over(client.page("/")) if "Away" in line] == []


def test_an_absence_is_offered_in_its_own_region_alone(db_session: Session, cast: Cast, noor: int) -> None:
    build.case_in_setup(db_session, cast, START)
    add_absence(By(db_session, cast.noor, START), noor, Absence(START.date(), START.date()))

    assert [one.account_id for one in handing_over(db_session, START, {cast.north}).away] == [noor]
    assert handing_over(db_session, START, {cast.south}) == HandingOver()
    assert leaver(db_session, START, {cast.south}, noor) is None


def test_a_coordinator_without_cases_leaves_nothing(
    client: PageClient, cast: Cast, db_session: Session, denise: int
) -> None:
    sign_in(client, cast.ruud)
    closing.set_leaving(By(db_session, cast.bas, START), denise, LAST_DAY)

    assert to_hand_over(client.page("/")) == []
    assert "Nothing is left to hand over." in client.page(f"/handing-over/{denise}").text


@pytest.mark.parametrize("name", ["noor", "denise", "mila", "bas"])
def test_to_others_the_page_does_not_exist(
    client: PageClient, cast: Cast, leaving: list[Made], noor: int, name: str
) -> None:
    sign_in(client, getattr(cast, name))
    client.page(f"/handing-over/{noor}", status=404)


def test_somebody_of_another_region_cannot_be_asked(
    ruud: PageClient, cast: Cast, db_session: Session, leaving: list[Made], noor: int
) -> None:
    ruud.page(f"/handing-over/{noor}")
    form = ruud.form("Ask to take over", near="First family").fill({})
    forged = dict(form.fields) | {f"case-{leaving[0].id}-account_id": str(cast.iris.account_id)}

    assert ruud.post(form.url, data=forged).status_code == 422
    with pytest.raises(Refusal):
        asking.ask_coordinator(By(db_session, cast.ruud, START), leaving[0].id, cast.iris.account_id or 0)


def test_nobody_takes_a_case_over_while_its_conference_is_held_unless_asked_anew(
    db_session: Session, cast: Cast
) -> None:
    case = build.prepared_case(db_session, cast, START)
    asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.denise.account_id or 0)

    build.step(db_session, cast, START, case, Step.OPEN_CONFERENCE)

    with pytest.raises(Unknown):
        independence.accept(By(db_session, cast.denise, START), case.id, build.INDEPENDENT)
    sent = db_session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    assert [mail.subject for mail in sent if mail.recipient == "denise@example.org"] == [
        "You are asked for a conference",
        "You are not needed for a conference any more",
    ]
    asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.denise.account_id or 0)
    independence.accept(By(db_session, cast.denise, START), case.id, build.INDEPENDENT)
    assert db_session.get_one(Conference, case.id).coordinator_id == cast.denise.account_id
