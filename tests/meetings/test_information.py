"""Information and questions, and the kinds of information still missing."""

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Conference
from ekc.core.errors import NotNow, Unknown
from ekc.meetings import queries
from ekc.meetings.actions import information
from ekc.meetings.actions.information import InformationText, QuestionText
from ekc.meetings.effects import new_meeting
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import InformationKind, Phase, Step
from tests.build import Made
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.meetings.gathering import gathered, put_into

ALL_TOLD = "The situation, why a plan is needed and what help there is: all three have been told."


def meeting_of(session: Session, case: Made) -> int:
    session.rollback()
    meeting = queries.current_meeting(session, case.id)
    assert meeting is not None
    return meeting.id


@pytest.mark.both_databases
def test_what_is_told_is_written_down_changed_and_taken_out(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/information")
    assert "3 things are still to be told" in page.text

    client.submit("Write it down", {"About": "the situation", "What was told": "How the day goes."})
    client.submit(
        "Write it down", {"Who told it": "Karim Jansen", "About": "why a plan is needed", "What was told": "Nights"}
    )
    page = client.submit("Save the change", {"What was told": "Nights alone."}, near="Nights")
    assert "One thing is still to be told What help there is" in page.text
    client.submit(
        "Write it down", {"Who told it": "Els Vermeer", "About": "what help there is", "What was told": "Rails."}
    )
    client.submit(
        "Write it down", {"Who told it": "Els Vermeer", "About": "what help there is", "What was told": "Twice."}
    )
    page = client.submit("Take it out", near="Twice.")

    rows = queries.information_items(db_session, meeting_of(db_session, case))
    assert [(row.participant_id, row.kind, row.text) for row in rows] == [
        (None, InformationKind.SITUATION, "How the day goes."),
        (case.people["karim"], InformationKind.REASON, "Nights alone."),
        (case.people["els"], InformationKind.HELP, "Rails."),
    ]
    assert ALL_TOLD in page.text


@pytest.mark.both_databases
def test_a_question_is_answered_later(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/information")

    client.submit("Write the question down", {"Who asked": "Fatima El Amrani", "Question": "Who tells the others?"})
    page = client.submit("Write the question down", {"Who asked": "Daan El Amrani", "Question": "Twice?"})
    assert "2 without an answer" in page.text
    client.submit("Save the question", {"Answer": "Nobody."}, near="Who tells the others?")
    page = client.submit("Take the question out", near="Twice?")

    rows = queries.questions(db_session, meeting_of(db_session, case))
    assert [(row.participant_id, row.text, row.answer) for row in rows] == [
        (case.people["fatima"], "Who tells the others?", "Nobody.")
    ]
    assert "no answer yet" not in page.text


@pytest.mark.parametrize(
    ("button", "typed", "errors"),
    [
        (
            "Write it down",
            {"What was told": " "},
            ["About: Choose what it was about.", "What was told: Write in a few words what was told."],
        ),
        (
            "Write the question down",
            {"Answer": "Yes."},
            ["Who asked: Choose who asked.", "Question: Write down the question."],
        ),
    ],
)
def test_what_is_missing_is_asked_for(
    client: PageClient,
    db_session: Session,
    cast: Cast,
    clock: FrozenClock,
    button: str,
    typed: dict[str, str],
    errors: list[str],
) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/information")

    page = client.refused(button, typed, status=422)

    assert page.errors == errors


def test_people_and_items_of_another_case_are_unknown(db_session: Session, cast: Cast) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    other = gathered(db_session, cast, START, Phase.INFORMATION)
    told, asked = InformationText(InformationKind.HELP, "x"), QuestionText(case.people["fatima"], "x")
    item = information.add_information(By(db_session, cast.noor, START), other.id, told)
    question = information.add_question(
        By(db_session, cast.noor, START), other.id, QuestionText(other.people["fatima"], "x")
    )

    with pytest.raises(Unknown):
        information.add_information(
            By(db_session, cast.noor, START), case.id, InformationText(InformationKind.HELP, "x", other.people["els"])
        )
    with pytest.raises(Unknown):
        information.add_question(By(db_session, cast.noor, START), case.id, QuestionText(other.people["fatima"], "x"))
    for id in (item, 10**30):
        with pytest.raises(Unknown):
            information.change_information(By(db_session, cast.noor, START), case.id, id, told)
        with pytest.raises(Unknown):
            information.remove_information(By(db_session, cast.noor, START), case.id, id)
    for id in (question, 10**30):
        with pytest.raises(Unknown):
            information.change_question(By(db_session, cast.noor, START), case.id, id, asked)
        with pytest.raises(Unknown):
            information.remove_question(By(db_session, cast.noor, START), case.id, id)


@pytest.mark.parametrize("phase", [Phase.SETUP, Phase.PRIVATE_TIME, Phase.EVALUATION])
def test_only_where_people_are_together_something_is_told(db_session: Session, cast: Cast, phase: Phase) -> None:
    case = gathered(db_session, cast, START)
    put_into(db_session, case.id, phase, plan_number=1)

    with pytest.raises(NotNow):
        information.add_information(
            By(db_session, cast.noor, START), case.id, InformationText(InformationKind.HELP, "x")
        )
    with pytest.raises(NotNow):
        information.add_question(By(db_session, cast.noor, START), case.id, QuestionText(case.people["fatima"], "x"))


def test_afterwards_it_is_there_to_read(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    information.add_information(
        By(db_session, cast.noor, START), case.id, InformationText(InformationKind.HELP, "Rails and an alarm.")
    )
    put_into(db_session, case.id, Phase.EVALUATION, plan_number=1)
    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{case.id}/information")

    assert "Rails and an alarm." in page.text
    assert [button for button in page.buttons if button != "Sign out"] == []


def test_what_was_told_on_an_earlier_day_stays_to_read(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    information.add_information(
        By(db_session, cast.noor, START), case.id, InformationText(InformationKind.HELP, "Rails and an alarm.")
    )
    information.add_question(By(db_session, cast.noor, START), case.id, QuestionText(case.people["fatima"], "By when?"))
    conference = db_session.get_one(Conference, case.id)
    new_meeting(db_session, conference, START, Taking(Step.ANOTHER_DAY))
    db_session.commit()
    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{case.id}/information")

    told = "The coordinator Rails and an alarm. what help there is"
    assert f"On Monday 2 March 2026, 10:00 {told}" in page.text
    assert "By when?" in page.text.partition("On Monday 2 March 2026, 10:00")[0]  # open, so asked on the new day too
    assert "1 without an answer" in page.text
    assert "2 things are still to be told" in page.text
    assert "Told at the meeting before: what help there is (Monday 2 March 2026, 10:00)." in page.text
