"""A page that is open in two tabs: what one of them saved is not overwritten by the other, and no word is lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions import safety as safety_actions
from ekc.conferences.entries import Concern, PersonDetails
from ekc.conferences.models import Participant, SafetyConcern
from ekc.journey.actions.steps import take_step
from ekc.meetings.actions import arranging
from ekc.meetings.queries import current_meeting
from ekc.plans.actions.acceptance import decide_acceptance
from ekc.plans.queries import answers as plan_answers
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Attends, Part, Step, StopReason
from tests.build import Made, case_in_evaluation, case_in_presentation
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.form import Value

TODAY = date(2026, 3, 2)
VERA = PersonDetails(name="Vera Smit", part=Part.MAIN_PERSON)
CHANGED = (
    "Somebody changed this after you opened the page (the last change in this case was Monday 2 March 2026, 10:00). "
    "Nothing is saved yet: look, and save again."
)
AWAY: dict[str, Value] = {
    "How they come": "stays away, as was decided",
    "Why they stay away": "Threatened Linda in January.",
    "Decided by": "the coordinator with the family",
    "Decided on": TODAY,
}


@pytest.fixture
def noor(client: PageClient, cast: Cast) -> PageClient:
    sign_in(client, cast.noor)
    return client


def kees_of(session: Session, case: Made) -> Participant:
    return refreshed(session).get_one(Participant, case.people["kees"])


def page_of_kees(client: PageClient, case: Made) -> None:
    client.page(f"/conferences/{case.id}/circle/{case.people['kees']}")


def test_a_decision_that_somebody_stays_away_survives_an_older_page(
    noor: PageClient, case: Made, db_session: Session
) -> None:
    page_of_kees(noor, case)
    older = noor.here
    noor.submit("Save", AWAY)
    noor.at = older

    page = noor.refused("Save", {"Phone": "0612345678"}, status=409)

    assert page.errors == [
        CHANGED,
        "Now at “How they come”: stays away, as was decided",
        "Now at “Why they stay away”: Threatened Linda in January.",
        "Now at “Decided by”: the coordinator with the family",
        "Now at “Decided on”: Monday 2 March 2026",
    ]
    form = noor.form("Save")
    assert [form.shown(label) for label in (*AWAY, "Phone")] == [
        "stays away, as was decided",
        "Threatened Linda in January.",
        "the coordinator with the family",
        "02-03-2026",
        "0612345678",
    ]
    kees = kees_of(db_session, case)
    assert (kees.attends, kees.exclusion_reason, kees.phone) == (Attends.EXCLUDED, "Threatened Linda in January.", "")

    noor.submit("Save")

    kees = kees_of(db_session, case)
    decision = (kees.attends, kees.exclusion_reason, kees.excluded_by, kees.excluded_on, kees.phone)
    assert decision == (Attends.EXCLUDED, *list(AWAY.values())[1:], "0612345678")


def test_a_secret_address_stays_secret(noor: PageClient, case: Made, db_session: Session) -> None:
    page_of_kees(noor, case)
    older = noor.here
    noor.submit("Save", {"Address": "Korte Kade 4", "The address is secret: print it nowhere": True})
    noor.at = older

    page = noor.refused("Save", {"Relation": "uncle of Linda"}, status=409)

    assert page.errors[1:] == [
        "Now at “Address”: Korte Kade 4",
        "Now at “The address is secret: print it nowhere”: yes",
    ]
    noor.submit("Save")
    kees = kees_of(db_session, case)
    assert (kees.address, kees.address_secret, kees.relation) == ("Korte Kade 4", True, "uncle of Linda")


def test_who_wrote_something_else_in_the_same_field_decides(noor: PageClient, case: Made, db_session: Session) -> None:
    page_of_kees(noor, case)
    older = noor.here
    noor.submit("Save", {"Phone": "0611111111", "Relation": "father of Linda"})
    noor.at = older

    page = noor.refused("Save", {"Phone": "0622222222", "Relation": "father of Linda"}, status=409)

    assert page.errors == [
        CHANGED,
        "Now at “Phone”, where you have something else: 0611111111",
    ]
    assert noor.form("Save").shown("Phone") == "0622222222"
    noor.submit("Save")
    assert kees_of(db_session, case).phone == "0622222222"


def test_the_same_person_saved_twice_without_a_change_is_no_conflict(noor: PageClient, case: Made) -> None:
    page_of_kees(noor, case)
    older = noor.here
    noor.submit("Save")
    noor.at = older
    noor.submit("Save", {"Phone": "0612345678"})


def test_a_form_that_does_not_say_what_it_showed_is_refused(noor: PageClient, case: Made, db_session: Session) -> None:
    page_of_kees(noor, case)
    sending = noor.form("Save").fill({"Phone": "0612345678"})
    sent = {name: value for name, value in sending.payload().items() if name != "seen"}

    assert noor.post(sending.url, data=sent).status_code == 409
    assert kees_of(db_session, case).phone == ""


def test_an_arrangement_for_safety_survives_an_older_page(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    new = Concern(participant_id=case.people["kees"], concern="Afraid of Ron.")
    concern = safety_actions.add_concern(By(db_session, cast.noor, START), case.id, new)
    noor.page(f"/conferences/{case.id}/safety")
    older = noor.here
    noor.submit("Save", {"What was arranged?": "Ron comes an hour later."})
    noor.at = older

    page = noor.refused("Save", {"What are they afraid of?": "Afraid of Ron in the hall."}, status=409)

    assert page.errors == [CHANGED, "Now at “What was arranged?”: Ron comes an hour later."]
    row = refreshed(db_session).get_one(SafetyConcern, concern)
    assert (row.concern, row.arrangement) == ("Afraid of Ron.", "Ron comes an hour later.")
    noor.submit("Save")
    row = refreshed(db_session).get_one(SafetyConcern, concern)
    assert (row.concern, row.arrangement) == ("Afraid of Ron in the hall.", "Ron comes an hour later.")


def test_the_date_survives_an_older_page(noor: PageClient, cast: Cast, case: Made, db_session: Session) -> None:
    by = By(db_session, cast.noor, START)
    arranging.choose_date(by, case.id, START + timedelta(days=40))
    noor.page(f"/conferences/{case.id}/meeting")
    older = noor.here
    arranging.choose_date(by, case.id, START + timedelta(days=47))

    page = noor.refused("Save", {"Day and time": "2-5-2026 10:00", "Place": "De Brug"}, status=409)

    assert page.errors == [CHANGED, "Now at “Day and time”, where you have something else: 18-04-2026 11:00"]
    assert noor.form("Save").shown("Day and time") == "2-5-2026 10:00"
    noor.at = older
    again = noor.refused("Save", {"Day and time": ""}, status=409)
    assert again.errors == page.errors
    assert date_of(db_session, case) == START + timedelta(days=47)

    noor.submit("Save", {"Day and time": "2-5-2026 10:00"})
    assert date_of(db_session, case) == datetime(2026, 5, 2, 8, tzinfo=UTC)


def test_a_page_in_another_language_is_no_change_by_somebody_else(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    by = By(db_session, cast.noor, START)
    arranging.choose_date(by, case.id, START + timedelta(days=40))
    arranging.set_expected_minutes(by, case.id, 150)
    noor.page(f"/conferences/{case.id}/meeting")
    older = noor.here
    noor.page("/language/nl?next=/")

    noor.at = older
    noor.submit("Save")
    noor.at = older
    noor.submit("Save", {"Day and time": "2026-05-02T10:00"})

    assert date_of(db_session, case) == datetime(2026, 5, 2, 8, tzinfo=UTC)


def date_of(session: Session, case: Made) -> datetime | None:
    meeting = current_meeting(refreshed(session), case.id)
    assert meeting is not None
    return meeting.starts_at


def test_a_noted_day_is_not_replaced_by_today(noor: PageClient, case: Made, db_session: Session) -> None:
    older = noor.page(f"/conferences/{case.id}/circle")
    noor.page(f"/conferences/{case.id}/circle")
    noor.submit("Save what you heard", {"Told on": "2026-02-20", "told: Kees de Wit": True})
    noor.at = older

    page = noor.submit("Save what you heard", {"told: Kees de Wit": True})

    assert "Somebody noted this before. What they noted stays." in page.text
    assert kees_of(db_session, case).informed_on == date(2026, 2, 20)


def test_a_refusal_for_safety_survives_an_older_page(noor: PageClient, cast: Cast, db_session: Session) -> None:
    case = case_in_presentation(db_session, cast, START)
    karim = case.people["karim"]
    noor.page(f"/conferences/{case.id}/plan/agreement")
    older = noor.here
    by = By(db_session, participant(case.id, karim), START)
    decide_acceptance(by, case.id, karim, False, "One night without an adult.")
    noor.at = older

    page = noor.refused("Save the decision", {"Who decides": "Karim Jansen", "The plan is": "accepted"}, status=409)

    assert page.errors == [CHANGED, "Now at “Karim Jansen”: not accepted “One night without an adult.”"]
    assert noor.form("Save the decision").shown("The plan is") == ["accepted"]
    (decision,) = plan_answers.acceptances(refreshed(db_session), case.id)
    assert decision.reason == "One night without an adult."


def test_a_new_reason_to_stop_is_not_taken_back_unread(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    marieke = By(db_session, participant(case.id, case.people["marieke"]), START)
    circle_actions.add_person(By(db_session, cast.noor, START), case.id, VERA)
    take_step(marieke, case.id, Taking(Step.STOP, stop_reason=StopReason.OTHER))
    noor.page(f"/conferences/{case.id}")
    take_step(marieke, case.id, Taking(Step.STOP, stop_reason=StopReason.SITUATION_CHANGED))

    page = noor.refused("Marieke de Wit told me: go on after all", status=409)

    assert "Somebody changed this after you opened the page" in page.text
    noor.page(f"/conferences/{case.id}")
    noor.submit("Marieke de Wit told me: go on after all")


def test_nobody_of_the_circle_reads_when_somebody_said_that_it_does_not_feel_safe(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, START)
    own = enter(client, db_session, START, case.id, case.people["kees"])
    client.submit("Save what I say", {"Do you agree with the plan?": "in part"})
    clock.advance(hours=1)
    safety_actions.say_not_safe(By(db_session, participant(case.id, case.people["omar"]), clock()), case.id, "")
    client.at = own

    page = client.refused("Save what I say", {"Do you agree with the plan?": "no"}, status=409)

    assert page.errors[0] == (
        "Somebody changed this after you opened the page. Nothing is saved yet: look, and save again."
    )
