"""The registration and the consents of a case, over HTTP and through the actions."""

from dataclasses import fields, replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import consents as consent_actions
from ekc.conferences.actions import registration as registration_actions
from ekc.conferences.actions.circle import add_person, member
from ekc.conferences.effects import sharing_now
from ekc.conferences.entries import CONSENT_SCOPES, SHARING, WITHDRAWAL, NewConsent, PersonDetails, Registration
from ekc.conferences.mails import NOTICE
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.circle import circle
from ekc.conferences.queries.consents import consents, who_wants_no
from ekc.conferences.queries.registration import registration
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.outbox import OutboxMessage, Recipient, queue
from ekc.plans.actions.sharing import share_plan
from ekc.workflow.vocabulary import Agreed, LegalContext, Part, PlanSharing, VoiceMatter
from tests.build import (
    Made,
    case_in_evaluation,
    case_in_information,
    case_in_private_time,
    case_in_setup,
    change_details,
    closed_case,
    registered_case,
)
from tests.cast import Cast, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.voices import said


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return registered_case(db_session, cast, clock())


def test_another_question_is_not_agreed_yet(client: PageClient, cast: Cast, case: Made, db_session: Session) -> None:
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/registration")
    day = date(2026, 3, 1)
    client.submit("Save", {"The question": "How does Yara stay at home?", "The question was agreed on": day})

    page = client.submit("Save", {"The question": "How does Yara find another home?"})

    assert page.flashes == [
        "The question has other words now. Write down on which day it was agreed in these.",
        "The registration is saved.",
    ]
    assert registration(refreshed(db_session), case.id).question_agreed_on is None
    page = client.submit("Save", {"The question was agreed on": day, "Why now": "The lease ends."})
    assert page.flashes == ["The registration is saved."]
    assert registration(refreshed(db_session), case.id).question_agreed_on == day


@pytest.mark.both_databases
def test_all_that_was_registered_can_be_changed(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/registration")

    page = client.submit(
        "Save",
        {
            "The question": "Hoe zorgen wij er samen voor dat Yara, Daan en Sami veilig thuis blijven?",
            "The question was agreed on": date(2026, 3, 1),
            "Marieke de Wit said yes to a conference on": date(2026, 2, 27),
            "Title of the case": "De Wit - El Amrani",
            "Why now": "School reports 40 % absence.",
            "Topics": "parenting\ndebts, mental health",
            "Wishes for the coordinator": "evenings, or weekends\nno computers",
            "Sides": "mother\nfather",
            "Voluntary or under pressure": "with a measure of the court",
            "Language of the letters and the plan": "Arabic",
            "Time zone": "Europe/London",
        },
    )

    assert page.heading == "Registration"
    row = registration(refreshed(db_session), case.id)
    assert (row.question, row.question_agreed_on, row.title, row.reason) == (
        "Hoe zorgen wij er samen voor dat Yara, Daan en Sami veilig thuis blijven?",
        date(2026, 3, 1),
        "De Wit - El Amrani",
        "School reports 40 % absence.",
    )
    yes = (case.people["marieke"], Agreed.YES, date(2026, 2, 27))
    assert said(db_session, case.id, VoiceMatter.CONFERENCE) == [yes]
    assert (row.topics, row.wishes, row.sides) == (
        ("parenting", "debts", "mental health"),
        ("evenings, or weekends", "no computers"),
        ("mother", "father"),
    )
    assert (row.legal_context, row.language, row.timezone) == (
        LegalContext.COURT,
        "ar",
        "Europe/London",
    )
    before = registration(refreshed(db_session), case.id)
    client.submit("Save")
    assert registration(refreshed(db_session), case.id) == before


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        (
            {"The question": "", "The question was agreed on": date(2026, 3, 1)},
            409,
            "Write the question that was agreed, or leave out the day on which it was.",
        ),
        (
            {"Marieke de Wit said yes to a conference on": date(2026, 3, 3)},
            422,
            "Marieke de Wit said yes to a conference on: This day is still to come. Choose today or an earlier day.",
        ),
        ({"Title of the case": ""}, 422, "Title of the case: Write a title by which you know the case."),
        ({"Time zone": "Rivierstad"}, 422, "Time zone: Write a time zone such as Europe/Amsterdam."),
    ],
)
def test_what_cannot_be_is_said(
    client: PageClient, cast: Cast, case: Made, wrong: dict[str, str], status: int, said: str
) -> None:
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/registration")

    page = client.refused("Save", {**wrong, "Why now": "Nothing typed is lost."}, status=status)

    assert page.errors == [said]
    assert client.form("Save").shown("Why now") == "Nothing typed is lost."


def test_two_who_write_at_once_do_not_wipe_each_other_out(
    app: Flask, client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/registration")
    seen = registration(refreshed(db_session), case.id)
    registration_actions.change_registration(
        By(db_session, cast.ruud, START), case.id, replace(seen, reason="Changed meanwhile.")
    )

    page = client.refused("Save", {"The question": "Mine"}, status=409)

    assert page.errors == [
        "Somebody changed this after you opened the page (the last change in this case was Monday 2 March 2026, "
        "10:00). Nothing is saved yet: look, and save again.",
        "Now at “Why now”: Changed meanwhile.",
    ]
    assert registration(refreshed(db_session), case.id).reason == "Changed meanwhile."
    client.submit("Save")
    saved = registration(refreshed(db_session), case.id)
    assert (saved.question, saved.reason) == ("Mine", "Changed meanwhile.")


def test_a_closed_case_shows_its_registration_and_takes_no_change(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = closed_case(db_session, cast, START)
    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{case.id}/registration")

    assert "Two nights on which the children were alone." in page.text
    assert "Save" not in page.buttons
    with pytest.raises(NotNow):
        registration_actions.change_registration(
            By(db_session, cast.noor, START), case.id, registration(refreshed(db_session), case.id)
        )


def test_nobody_reads_in_private_time(client: PageClient, cast: Cast, db_session: Session) -> None:
    case = case_in_private_time(db_session, cast, START)
    sign_in(client, cast.noor)

    answers = {
        name: client.get(f"/conferences/{case.id}/{name}").status_code
        for name in ("registration", "consents", "circle", "safety", "bottom-lines", "contact", "links")
    }

    assert set(answers.values()) == {403}, answers


def test_to_others_there_is_no_such_case(app: Flask, client: PageClient, cast: Cast, case: Made) -> None:
    sign_in(client, cast.iris)

    answers = {
        name: client.get(f"/conferences/{case.id}/{name}").status_code
        for name in (
            "registration",
            "consents",
            "circle",
            f"circle/{case.people['marieke']}",
            "safety",
            "bottom-lines",
            "contact",
            "links",
        )
    }

    assert set(answers.values()) == {404}, answers


def test_a_scope_in_somebodys_own_words_is_text_and_no_markup(
    client: PageClient, cast: Cast, case: Made, clock: FrozenClock, db_session: Session
) -> None:
    marieke = case.people["marieke"]
    said = NewConsent(participant_id=marieke, given_on=date(2026, 3, 2), scope="all of it, <b>100 %</b>")
    consent_actions.add_consent(By(db_session, cast.ruud, clock()), case.id, said)
    sign_in(client, cast.ruud)
    for page in ("consents", f"circle/{marieke}"):
        assert "all of it, &lt;b&gt;100 %&lt;/b&gt;" in client.open(f"/conferences/{case.id}/{page}").text


def test_nobody_consents_by_a_preset(client: PageClient, cast: Cast, case: Made, db_session: Session) -> None:
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/consents")
    assert client.refused("Note the consent", status=422).errors == [
        "Who: Choose who said yes.",
        "Says yes to: Choose what they say yes to.",
    ]
    assert consents(refreshed(db_session), case.id) == ()


def test_a_consent_is_noted_and_taken_back(client: PageClient, cast: Cast, case: Made, db_session: Session) -> None:
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/consents")
    client.submit(
        "Note the consent",
        {
            "Who": "Marieke de Wit",
            "Says yes to": "the conference, and keeping a file",
            "On": date(2026, 3, 1),
            "Note": "together with her sister",
        },
    )
    (row,) = consents(refreshed(db_session), case.id)
    assert (row.name, row.scope, row.given_on, row.note, row.withdrawn_on) == (
        "Marieke de Wit",
        "conference and file",
        date(2026, 3, 1),
        "together with her sister",
        None,
    )
    assert consented(db_session, case) == ["Marieke de Wit"]

    early = client.refused("Take back the consent", {"Taken back on": date(2026, 2, 28)}, status=409)
    assert early.errors == ["A consent is taken back after it was given. Look at the day again."]
    page = client.submit("Take back the consent", {"Taken back on": date(2026, 3, 2)})

    assert "taken back on 2 March 2026" in page.text
    assert "Take back the consent" not in page.buttons
    assert consented(db_session, case) == []


def test_once_people_meet_a_manager_still_notes_consents_and_changes_nothing_else_of_the_registration(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_information(db_session, cast, clock())
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/consents")
    client.submit(
        "Note the consent",
        {"Who": "Omar El Amrani", "Says yes to": "the conference, and keeping a file", "On": date(2026, 3, 1)},
    )
    assert "Omar El Amrani" in consented(db_session, case)
    assert "Save" not in client.page(f"/conferences/{case.id}/registration").buttons
    as_it_is = registration(refreshed(db_session), case.id)
    with pytest.raises(NotNow):
        registration_actions.change_registration(By(db_session, cast.ruud, clock()), case.id, as_it_is)


def consented(session: Session, case: Made) -> list[str]:
    return [row.name for row in circle(refreshed(session), case.id) if row.consented]


def test_the_same_consent_of_several_is_noted_at_once(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/consents")
    who = ["Marieke de Wit", "Karim Jansen"]
    page = client.submit("Note the consent", {"Who": who, "Says yes to": "the conference", "On": date(2026, 3, 1)})
    assert page.flashes == ["2 consents are noted."]
    assert sorted(consented(db_session, case)) == sorted(who)


@pytest.mark.parametrize("scope", sorted(WITHDRAWAL))
def test_what_follows_is_said_before_a_consent_is_taken_back(
    client: PageClient, cast: Cast, case: Made, db_session: Session, scope: str
) -> None:
    assert CONSENT_SCOPES.keys() == WITHDRAWAL.keys()
    new = NewConsent(participant_id=case.people["marieke"], scope=scope, given_on=date(2026, 3, 1))
    consent_actions.add_consent(By(db_session, cast.ruud, START), case.id, new)
    sign_in(client, cast.ruud)
    assert WITHDRAWAL[scope] in client.page(f"/conferences/{case.id}/consents").text


def test_a_consent_to_email_that_is_taken_back_ends_email_at_once(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    """The mails that wait are not sent, the address goes, and the conference goes on as it was."""
    case = case_in_setup(db_session, cast, START)
    karim = case.people["karim"]
    queue(db_session, NOTICE, Recipient(karim, "karim@example.org", "en"), START, case=case.id, round=1)
    db_session.commit()
    new = NewConsent(participant_id=karim, scope="mail", given_on=date(2026, 3, 1))
    consent_actions.add_consent(By(db_session, cast.noor, START), case.id, new)
    before = consented(db_session, case)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/consents")

    client.submit("Take back the consent", near="email")

    mails = select(OutboxMessage).where(OutboxMessage.participant_id == karim)
    waiting = [mail for mail in refreshed(db_session).scalars(mails) if mail.sent_at is None and not mail.given_up_at]
    assert waiting == []
    assert db_session.get_one(Participant, karim).email == ""
    assert consented(db_session, case) == before
    assert "A consent to a conference was taken back" not in [mail.subject for mail in db_session.scalars(mails)]


def test_a_consent_to_text_messages_that_is_taken_back_ends_them_and_the_number_stays(
    cast: Cast, db_session: Session
) -> None:
    case = case_in_setup(db_session, cast, START)
    marieke = case.people["marieke"]
    by = By(db_session, cast.noor, START)
    new = NewConsent(participant_id=marieke, scope="text message", given_on=date(2026, 3, 1))
    consent = consent_actions.add_consent(by, case.id, new)
    assert marieke not in who_wants_no(db_session, case.id, "text message")
    phone = db_session.get_one(Participant, marieke).phone

    consent_actions.withdraw_consent(by, case.id, consent)

    assert marieke in who_wants_no(refreshed(db_session), case.id, "text message")
    assert db_session.get_one(Participant, marieke).phone == phone


@pytest.mark.parametrize("who", ["marieke", "kees"])
def test_a_consent_to_show_the_plan_that_is_taken_back_ends_that_at_once(
    cast: Cast, db_session: Session, who: str
) -> None:
    """Of a main person what they themselves said, of somebody else what each main person said."""
    case, noor = case_in_evaluation(db_session, cast, START), By(db_session, cast.noor, START)
    els, conference = case.people["els"], db_session.get_one(Conference, case.id)
    share_plan(noor, case.id, case.people["marieke"], {els: PlanSharing.ALL})
    new = NewConsent(participant_id=case.people[who], scope=SHARING, given_on=START.date())
    consent = consent_actions.add_consent(noor, case.id, new)
    before = consented(db_session, case)
    assert sharing_now(db_session, conference)[els][1] is PlanSharing.ALL

    consent_actions.withdraw_consent(noor, case.id, consent)

    assert sharing_now(refreshed(db_session), conference)[els][1] is not PlanSharing.ALL
    assert consented(db_session, case) == before


def test_a_child_too_young_to_consent_does_not_consent_to_show_the_plan(cast: Cast, db_session: Session) -> None:
    case, noor = case_in_setup(db_session, cast, START), By(db_session, cast.noor, START)
    yara = add_person(noor, case.id, PersonDetails(name="Yara", part=Part.CHILD, born=date(2018, 5, 1)))
    new = NewConsent(participant_id=yara, scope=SHARING, given_on=START.date())
    with pytest.raises(Refusal):
        consent_actions.add_consent(noor, case.id, new)


def test_a_yes_to_the_file_alone_is_no_yes_to_the_conference(cast: Cast, case: Made, db_session: Session) -> None:
    for name, scope in (("marieke", "file"), ("karim", "conference")):
        new = NewConsent(participant_id=case.people[name], scope=scope, given_on=date(2026, 3, 1))
        consent_actions.add_consent(By(db_session, cast.ruud, START), case.id, new)

    assert consented(db_session, case) == ["Karim Jansen"]


def test_consents_of_another_case_are_unknown(cast: Cast, case: Made, db_session: Session) -> None:
    other = case_in_setup(db_session, cast, START)
    (consent,) = (row.id for row in consents(refreshed(db_session), other.id))
    yes = NewConsent(participant_id=other.people["marieke"], given_on=date(2026, 3, 1))

    with pytest.raises(Unknown):
        consent_actions.withdraw_consent(By(db_session, cast.ruud, START), case.id, consent)
    with pytest.raises(Unknown):
        consent_actions.add_consent(By(db_session, cast.ruud, START), case.id, yes)
    with pytest.raises(Unknown):
        consent_actions.add_consent(By(db_session, participant(case.id, case.people["marieke"]), START), case.id, yes)
    tomorrow = NewConsent(participant_id=case.people["marieke"], given_on=date(2026, 3, 3))
    with pytest.raises(Refusal):
        consent_actions.add_consent(By(db_session, cast.ruud, START), case.id, tomorrow)
    assert consents(refreshed(db_session), case.id) == ()


def test_sides_that_differ_in_capitals_are_one_and_nobody_is_left_on_a_side_that_is_gone(
    db_session: Session, cast: Cast
) -> None:
    case = case_in_setup(db_session, cast, START, sides=("Older people", "shops", "older  people"))
    assert registration(db_session, case.id).sides == ("Older people", "shops")
    change_details(db_session, cast, START, case, case.people["marieke"], side="Older people")
    by, now = By(db_session, cast.noor, START), registration(db_session, case.id)
    entry = Registration(**{one.name: getattr(now, one.name) for one in fields(Registration)})

    with pytest.raises(Refusal, match="is on the side"):
        registration_actions.change_registration(by, case.id, replace(entry, sides=("shops",)))
    registration_actions.change_registration(by, case.id, replace(entry, sides=("older people", "shops")))

    assert member(db_session, case.id, case.people["marieke"]).side == "older people"
