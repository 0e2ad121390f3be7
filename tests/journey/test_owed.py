"""What each step and change leaves for whom: at home, on the case page, in history; and what clears it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions.consents import add_consent, withdraw_consent
from ekc.conferences.actions.contact import log_contact, log_contacts
from ekc.conferences.actions.heard import note_heard
from ekc.conferences.actions.registration import change_registration
from ekc.conferences.entries import HeardOfPeople, NewConsent, NewContact, PersonDetails, Registration, told_of_all
from ekc.conferences.models import Conference, Consent, Notice, Participant
from ekc.conferences.queries.registration import registration
from ekc.core.errors import Refusal
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.evaluations.actions import FollowUpReport, record_follow_up
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import Blocked, take_step
from ekc.journey.home import staff_home
from ekc.journey.needs.kinds import NeedKind
from ekc.journey.notices import owed_in, owed_so_far
from ekc.links import actions as links_actions
from ekc.matching.actions import asking, independence
from ekc.meetings.actions import arranging, attendance, information
from ekc.meetings.actions.arranging import Venue
from ekc.plans import edits
from ekc.plans.actions.acceptance import decide_acceptance
from ekc.plans.actions.agreement import record_agreements, say_own_answer
from ekc.plans.actions.drafts import change_plan
from ekc.plans.actions.numbers import say_number, take_number_out
from ekc.plans.queries.versions import stored_draft
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.engine import STEP_RULES
from ekc.workflow.follow_ups import FINDINGS, FollowUpKind
from ekc.workflow.owed.kinds import ClearedBy, NoticeKind
from ekc.workflow.owed.rows import RULES
from ekc.workflow.vocabulary import ActionState, Agreed, Attends, InformationKind, Part, Phase, Role, Step, StopReason
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, enter_as_before, make_link, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.page import text_of

STOP = Taking(Step.STOP, stop_reason=StopReason.SITUATION_CHANGED)


def by(session: Session, who: Visitor, clock: FrozenClock) -> By:
    return By(session, who, clock())


def owed_to(session: Session, case: Made) -> dict[NoticeKind, list[str]]:
    """What is owed now to whom, by first name; to staff without a name."""
    session.rollback()
    names = {id_: name for name, id_ in case.people.items()}
    found: dict[NoticeKind, list[str]] = {}
    for one in owed_in(session, [case.id]).get(case.id, ()):
        if one.is_open:
            found.setdefault(one.notice.kind, []).extend(names.get(who.id, who.name) for who in one.to)
    return found


def at_home(session: Session, who: Visitor, clock: FrozenClock, case: Made) -> dict[NoticeKind, int]:
    """What the home page of this member of staff lists of the case, and for how many people."""
    session.rollback()
    lines = [
        line
        for kind in (NeedKind.UNSAFE, NeedKind.OWED)
        for one in staff_home(session, who, clock()).waits[kind]
        if one.case.id == case.id
        for line in one.lines
    ]
    return {line.notice.kind: len(line.to) for line in lines}


# Ends


@pytest.fixture
def told(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """In presentation; Marieke, Karim, Omar and Linda have a mail address, the others are on paper."""
    made = build.case_in_presentation(db_session, cast, START)
    clock.advance(hours=3)
    return made


def test_whoever_is_on_paper_stays_on_the_list_after_no_plan_until_told(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, told: Made
) -> None:
    take_step(by(db_session, cast.noor, clock), told.id, Taking(Step.NO_PLAN))
    clock.advance(minutes=1)
    sent = update(OutboxMessage).where(OutboxMessage.key.contains(":no_plan-")).values(sent_at=clock())
    db_session.execute(sent)
    db_session.commit()
    on_paper = ["els", "fatima", "joost", "kees"]

    assert {kind: sorted(names) for kind, names in owed_to(db_session, told).items()} == {NoticeKind.END: on_paper}
    assert at_home(db_session, cast.noor, clock, told) == at_home(db_session, cast.ruud, clock, told)
    assert at_home(db_session, cast.noor, clock, told) == {NoticeKind.END: 4}

    clock.advance(days=60)  # long after the coordinator's access ended
    assert at_home(db_session, cast.noor, clock, told) == {}
    assert at_home(db_session, cast.ruud, clock, told) == {NoticeKind.END: 4}
    sign_in(client, cast.ruud)
    assert "4 people have not heard yet: the conference has ended" in client.page("/").text
    page = client.follow("Family De Wit - El Amrani")
    assert "Your conference ended without a plan." in page.text
    boxes = [box for box in page.all("input") if box.get("name") == "told"]
    labels = [text_of(next(block for block in page.around(box) if text_of(block))) for box in boxes]
    assert [label.split(",")[1].strip() for label in labels] == ["no phone number and no email address known"] * 4
    client.submit("I told them", {"Who did you tell?": labels, "How": "letter"})

    assert owed_to(db_session, told) == {}
    assert at_home(db_session, cast.ruud, clock, told) == {}
    history = client.page(f"/conferences/{told.id}/history").text
    assert re.search(r"Heard \(told, as the contact log says\): [^.]*Kees de Wit", history)
    assert re.search(r"Heard \(by email\): [^.]*Omar El Amrani", history)

    with writing(db_session):  # his email came back
        to_omar = (OutboxMessage.participant_id == told.people["omar"], OutboxMessage.key.contains(":no_plan-"))
        db_session.execute(update(OutboxMessage).where(*to_omar).values(returned_at=clock()))
    assert owed_to(db_session, told) == {NoticeKind.END: ["omar"]}
    assert at_home(db_session, cast.ruud, clock, told) == {NoticeKind.END: 1}


def test_what_happened_in_another_case_is_no_sign_that_somebody_heard(
    db_session: Session, cast: Cast, clock: FrozenClock, told: Made
) -> None:
    other = build.closed_case(db_session, cast, START)
    long_ago = START - timedelta(days=400)
    db_session.execute(
        update(Conference).where(Conference.id == other.id).values(closed_on=long_ago.date(), phase_since=long_ago)
    )
    db_session.commit()
    log_contacts(
        by(db_session, cast.noor, clock), told.id, dict.fromkeys(told.people.values(), "Told of the day."), "phone"
    )
    clock.advance(days=1)
    take_step(by(db_session, cast.noor, clock), told.id, Taking(Step.NO_PLAN))
    db_session.execute(update(OutboxMessage).values(sent_at=clock()))
    db_session.commit()
    clock.advance(days=60)

    assert at_home(db_session, cast.ruud, clock, told) == {NoticeKind.END: 4}


def test_a_look_at_the_own_page_is_hearing_the_end(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock, told: Made
) -> None:
    take_step(by(db_session, cast.noor, clock), told.id, Taking(Step.NO_PLAN))
    clock.advance(minutes=5)
    other = app.test_client()
    assert isinstance(other, PageClient)
    enter(other, db_session, clock(), told.id, told.people["kees"])

    assert "kees" not in owed_to(db_session, told)[NoticeKind.END]


@pytest.mark.parametrize(
    ("make", "taking", "missing"),
    [
        (build.prepared_case, STOP, set()),
        (build.prepared_case, Taking(Step.MAIN_PERSON_GONE, stop_reason=StopReason.DIED), {"marieke"}),
        (build.case_in_private_time, Taking(Step.NO_PLAN), set()),
    ],
)
def test_each_end_is_owed_to_each_person_who_took_part(
    db_session: Session,
    cast: Cast,
    clock: FrozenClock,
    make: Callable[..., Made],
    taking: Taking,
    missing: set[str],
) -> None:
    case = make(db_session, cast, START)
    take_step(by(db_session, cast.noor, clock), case.id, taking)

    assert set(owed_to(db_session, case)[NoticeKind.END]) == set(case.people) - missing


def test_closing_is_owed_to_the_family_and_not_to_agencies(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = build.closed_case(db_session, cast, START)
    assert set(owed_to(db_session, case)[NoticeKind.END]) == set(case.people) - {"karim", "els"}


def test_who_would_have_come_hears_that_there_is_no_conference(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    take_step(
        by(db_session, cast.noor, clock), case.id, Taking(Step.PLAN_WITHOUT_CONFERENCE, reason="They made it at home.")
    )

    assert set(owed_to(db_session, case)[NoticeKind.NO_CONFERENCE]) == set(case.people)
    sign_in(client, cast.noor)
    assert "There will be no conference" in client.page(f"/conferences/{case.id}/to-tell").text


# A consent


def test_a_consent_taken_back_is_for_coordinator_and_manager_to_decide_and_for_nobody_else_to_know(
    client: PageClient, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    marieke = case.people["marieke"]
    pieter = circle_actions.add_person(
        by(db_session, cast.noor, clock), case.id, PersonDetails(name="Pieter Bos", part=Part.MAIN_PERSON)
    )
    consent = db_session.scalars(select(Consent.id).where(Consent.participant_id == marieke)).one()
    clock.advance(hours=1)
    db_session.rollback()

    withdraw_consent(by(db_session, cast.noor, clock), case.id, consent)

    for who in (cast.noor, cast.ruud):
        assert at_home(db_session, who, clock, case)[NoticeKind.CONSENT] == 0
        sign_in(client, who)
        assert "A consent was taken back: decide whether and how it goes on" in client.page("/").text
        assert "A consent was taken back: decide" in client.page(f"/conferences/{case.id}").text
    mails = db_session.scalars(select(OutboxMessage).where(OutboxMessage.key.startswith("consent:"))).all()
    assert sorted(mail.recipient for mail in mails) == ["noor@example.org", "ruud@example.org"]
    other = app.test_client()
    assert isinstance(other, PageClient)
    db_session.rollback()
    assert "taken back" not in enter(other, db_session, clock(), case.id, pieter).text

    add_consent(by(db_session, cast.noor, clock), case.id, NewConsent(participant_id=marieke, given_on=START.date()))

    assert NoticeKind.CONSENT not in at_home(db_session, cast.ruud, clock, case)
    history = client.page(f"/conferences/{case.id}/history").text
    assert "A consent was taken back For: coordinator and regional managers. Settled: said yes again." in " ".join(
        history.split()
    ).replace("  ", " ")


def test_a_yes_to_the_conference_that_is_taken_back_is_as_a_consent(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    row = registration(db_session, case.id)
    kept = Registration(**{name: getattr(row, name) for name in Registration.__dataclass_fields__})
    marieke = case.people["marieke"]

    change_registration(by(db_session, cast.noor, clock), case.id, kept, {marieke: None})
    assert owed_to(db_session, case) == {NoticeKind.CONSENT: []}
    change_registration(by(db_session, cast.noor, clock), case.id, kept, {marieke: START.date()})
    assert owed_to(db_session, case) == {}


# A question out of private time


def test_what_the_family_asks_is_an_open_question_until_it_is_answered(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    marieke = participant(case.id, case.people["marieke"])
    asks = Taking(Step.ASK_FOR_INFORMATION, reason="May the nurse come in the evening?")

    take_step(by(db_session, marieke, clock), case.id, asks)

    assert owed_to(db_session, case) == {NoticeKind.QUESTION: []}
    assert (at_home(db_session, cast.noor, clock, case), at_home(db_session, cast.ruud, clock, case)) == (
        {NoticeKind.QUESTION: 0},
        {},
    )
    with pytest.raises(Blocked) as refused:
        build.step(db_session, cast, clock(), case, Step.BEGIN_PRIVATE_TIME)
    assert [reason.guard for reason in refused.value.verdict.reasons] == ["questions_answered"]
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}")
    page = client.follow("The family came out with a question: see that it is answered")
    assert "The family, in private time May the nurse come in the evening?" in page.text
    client.submit("Save the question", {"Answer": "Yes, on Tuesdays."}, near="evening")

    assert owed_to(db_session, case) == {}
    (was,) = (one for one in owed_so_far(db_session, case.id) if one.notice.kind is NoticeKind.QUESTION)
    assert was.notice.settled is ClearedBy.ANSWERED
    build.step(db_session, cast, clock(), case, Step.BEGIN_PRIVATE_TIME)


# A plan that goes back


def test_a_plan_that_went_back_is_heard_by_those_who_were_not_there_and_looked_at_again(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_information(db_session, cast, START)
    build.change_details(db_session, cast, START, case, case.people["kees"], attends=Attends.PHONE)
    attendance.leave(by(db_session, cast.noor, clock), case.id, case.people["kees"])
    clock.advance(hours=1)
    build.to_presentation(db_session, cast, clock(), case)
    marieke = participant(case.id, case.people["marieke"])
    take_step(by(db_session, marieke, clock), case.id, Taking(Step.GO_BACK, reason="The evenings are unclear."))
    assert owed_to(db_session, case) == {}  # nothing is read in private time
    clock.advance(minutes=20)
    take_step(by(db_session, marieke, clock), case.id, Taking(Step.COME_OUT))

    assert owed_to(db_session, case) == {NoticeKind.SENT_BACK: ["kees"], NoticeKind.LOOK_AGAIN: ["karim"]}
    assert at_home(db_session, cast.noor, clock, case) == {NoticeKind.SENT_BACK: 1, NoticeKind.LOOK_AGAIN: 1}

    log_contacts(by(db_session, cast.noor, clock), case.id, {case.people["kees"]: "Told."}, "phone")
    decide_acceptance(by(db_session, cast.noor, clock), case.id, case.people["karim"], True)
    assert owed_to(db_session, case) == {}


# What somebody who is not there has to say


@pytest.mark.both_databases
def test_words_of_somebody_who_is_not_there_are_read_out_and_by_whom(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    kees = case.people["kees"]
    build.change_details(db_session, cast, START, case, kees, attends=Attends.LETTER, view="I sleep badly, boys.")
    build.step(db_session, cast, START, case, Step.OPEN_CONFERENCE)
    assert owed_to(db_session, case) == {NoticeKind.LETTER: []}
    sign_in(client, cast.ruud)
    assert "I sleep badly" not in client.page(f"/conferences/{case.id}/information").text
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/information")
    assert "1 not read out yet" in page.text
    page = client.submit("It was read out: Kees de Wit", {"Who read it out": "Omar El Amrani"})

    assert "Read out by Omar El Amrani" in page.text
    assert owed_to(db_session, case) == {}
    history = client.page(f"/conferences/{case.id}/history").text
    assert ("Settled: read out." in history, "Kees" in history.partition("What people had to hear")[2]) == (True, False)

    client.page(f"/conferences/{case.id}/information")
    client.submit("It was not read out: Kees de Wit")
    assert owed_to(db_session, case) == {NoticeKind.LETTER: []}
    build.change_details(db_session, cast, START, case, kees, attends=Attends.IN_PERSON)
    assert owed_to(db_session, case) == {}  # Kees says it himself


def test_words_that_come_in_during_the_conference_are_read_out_too(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_information(db_session, cast, START)
    later = PersonDetails(name="Hassan Amrani", part=Part.FAMILY, attends=Attends.NO, view="Greet them.")
    who = circle_actions.add_person(by(db_session, cast.noor, clock), case.id, later)

    assert NoticeKind.LETTER in owed_to(db_session, case)
    information.read_out(by(db_session, cast.noor, clock), case.id, who, None)
    with pytest.raises(Refusal, match="noted already"):
        information.read_out(by(db_session, cast.noor, clock), case.id, who, None)
    assert NoticeKind.LETTER not in owed_to(db_session, case)


# Somebody joins late


def test_whoever_joins_after_others_were_told_has_to_be_told(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    early = build.case_in_setup(db_session, cast, START)
    assert owed_to(db_session, early) == {}  # nobody was told yet
    case = build.prepared_case(db_session, cast, START)
    new = by(db_session, cast.noor, clock)
    first = circle_actions.add_person(new, case.id, PersonDetails(name="Hassan", part=Part.FAMILY))
    second = circle_actions.add_person(new, case.id, PersonDetails(name="Tante Bea", part=Part.FRIEND))
    circle_actions.add_person(new, case.id, PersonDetails(name="Ineke", part=Part.NEIGHBOUR, informed_on=START.date()))
    assert owed_to(db_session, case) == {NoticeKind.JOINED: ["Hassan", "Tante Bea"]}

    note_heard(new, case.id, HeardOfPeople(told=told_of_all([first])))
    assert owed_to(db_session, case) == {NoticeKind.JOINED: ["Tante Bea"]}
    circle_actions.remove_person(new, case.id, second, "She does not want to.")
    assert owed_to(db_session, case) == {}


# A step sends one mail


def test_another_day_is_mailed_once(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = build.case_in_information(db_session, cast, START)
    clock.advance(hours=3)
    day = Taking(Step.ANOTHER_DAY, reason="It is late.", new_date=START + timedelta(days=9))
    take_step(by(db_session, cast.noor, clock), case.id, day)

    mails = db_session.scalars(select(OutboxMessage)).all()
    subjects = [mail.subject for mail in mails if mail.recipient == "omar@example.org"]
    assert subjects == ["The conference goes on another day"]
    assert set(owed_to(db_session, case)[NoticeKind.DAY]) == set(case.people)


def test_coming_together_again_is_no_move_of_the_day_that_was_and_everybody_hears_it(
    client: PageClient, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=100)
    again = Taking(Step.RECONVENE, reason="Things changed.", new_date=clock() + timedelta(days=9))
    take_step(by(db_session, cast.noor, clock), case.id, again)

    found = owed_to(db_session, case)
    assert (NoticeKind.DAY in found, set(found[NoticeKind.AGAIN])) == (False, set(case.people))
    mails = db_session.scalars(select(OutboxMessage).where(OutboxMessage.queued_at == clock())).all()
    subjects = {mail.recipient: mail.subject for mail in mails if mail.key.startswith(f"{case.id}:notice-")}
    agencies = "The family comes together again"
    family = dict.fromkeys(("marieke@example.org", "omar@example.org", "linda@example.org"), "You come together again")
    assert subjects == {**family, "karim@example.org": agencies}
    sign_in(client, cast.noor)
    assert "8 people have not heard yet: people come together again" in client.page(f"/conferences/{case.id}").text
    clock.advance(minutes=1)
    db_session.rollback()
    db_session.execute(update(OutboxMessage).values(sent_at=clock()))
    db_session.commit()
    note_heard(by(db_session, cast.noor, clock), case.id, HeardOfPeople(told=told_of_all([case.people["kees"]])))
    other = app.test_client()
    assert isinstance(other, PageClient)
    enter(other, db_session, clock(), case.id, case.people["joost"])
    assert "You come together again" in other.here.text
    assert set(owed_to(db_session, case)[NoticeKind.AGAIN]) == {"fatima", "els"}

    client.page(f"/conferences/{case.id}/to-tell")
    client.submit("I told everybody listed", {"How": "visit"})
    assert NoticeKind.AGAIN not in owed_to(db_session, case)


def test_a_date_after_a_date_to_follow_is_owed_to_everybody_and_a_first_place_too(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_information(db_session, cast, START)
    build.change_details(db_session, cast, START, case, case.people["kees"], attends=Attends.LETTER)
    clock.advance(hours=3)
    take_step(by(db_session, cast.noor, clock), case.id, Taking(Step.ANOTHER_DAY, reason="It is late."))
    log_contacts(
        by(db_session, cast.noor, clock), case.id, dict.fromkeys(case.people.values(), "The day follows."), "phone"
    )
    assert owed_to(db_session, case) == {}

    clock.advance(days=1)
    arranging.choose_date(by(db_session, cast.noor, clock), case.id, clock() + timedelta(days=9))
    assert {kind: set(names) for kind, names in owed_to(db_session, case).items()} == {NoticeKind.DAY: set(case.people)}
    late = build.case_in_setup(db_session, cast, clock())
    note_heard(by(db_session, cast.noor, clock), late.id, HeardOfPeople(told=told_of_all([late.people["omar"]])))
    clock.advance(minutes=1)
    arranging.set_venue(by(db_session, cast.noor, clock), late.id, Venue("De Brug"))
    assert owed_to(db_session, late) == {NoticeKind.PLACE: ["marieke", "omar"]}
    clock.advance(minutes=1)
    note_heard(by(db_session, cast.noor, clock), late.id, HeardOfPeople(told=told_of_all([late.people["linda"]])))
    assert owed_to(db_session, late) == {NoticeKind.PLACE: ["marieke", "omar"]}  # Linda heard it with the rest


def test_who_says_that_they_come_hears_that_the_place_is_another_though_nobody_told_them_yet(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    build.change_details(db_session, cast, START, case, case.people["omar"], attends=Attends.IN_PERSON)
    noor = by(db_session, cast.noor, clock)
    arranging.set_venue(noor, case.id, Venue("De Brug"))
    assert owed_to(db_session, case) == {NoticeKind.PLACE: ["marieke"]}  # Omar hears the first one with the rest
    both = [case.people["marieke"], case.people["omar"]]
    log_contacts(by(db_session, cast.noor, clock), case.id, dict.fromkeys(both, "In De Brug."), "phone")
    clock.advance(minutes=1)
    arranging.set_venue(by(db_session, cast.noor, clock), case.id, Venue(""))
    assert owed_to(db_session, case) == {NoticeKind.PLACE: ["marieke", "omar"]}
    clock.advance(minutes=1)
    arranging.set_venue(by(db_session, cast.noor, clock), case.id, Venue("De Ark"))

    assert owed_to(db_session, case) == {NoticeKind.PLACE: ["marieke", "omar"]}
    new = (OutboxMessage.queued_at == clock(), OutboxMessage.participant_id == case.people["omar"])
    assert db_session.scalars(select(OutboxMessage.recipient).where(*new)).all() == ["omar@example.org"]
    clock.advance(minutes=1)
    note_heard(by(db_session, cast.noor, clock), case.id, HeardOfPeople(told=told_of_all([case.people["omar"]])))
    assert owed_to(db_session, case) == {NoticeKind.PLACE: ["marieke"]}


def test_a_day_and_a_place_that_are_new_at_once_are_one_mail(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    clock.advance(hours=3)
    arranging.choose_date(by(db_session, cast.noor, clock), case.id, clock() + timedelta(days=9))
    arranging.set_venue(by(db_session, cast.noor, clock), case.id, Venue("De Brug"))
    new = (OutboxMessage.queued_at == clock(), OutboxMessage.participant_id.is_not(None))

    mails = db_session.scalars(select(OutboxMessage).where(*new)).all()
    expected = ["karim@example.org", "linda@example.org", "marieke@example.org", "omar@example.org"]
    assert sorted(mail.recipient for mail in mails) == expected
    assert {kind for kind, to in owed_to(db_session, case).items() if "omar" in to} == {
        NoticeKind.DAY,
        NoticeKind.PLACE,
    }
    make_link(db_session, clock(), case.id, case.people["omar"])
    clock.advance(minutes=1)
    db_session.execute(update(OutboxMessage).where(*new).values(sent_at=clock()))
    db_session.commit()
    assert {kind for kind, to in owed_to(db_session, case).items() if "omar" in to} == set()


@pytest.mark.parametrize("link", ["none", "ended", "over", "made later", "works"])
def test_a_mail_that_leads_to_a_page_tells_those_alone_who_had_a_link_to_it(
    db_session: Session, cast: Cast, clock: FrozenClock, link: str
) -> None:
    case = build.prepared_case(db_session, cast, START)
    omar = case.people["omar"]
    if link in ("ended", "over", "works"):
        make_link(db_session, clock(), case.id, omar)
    clock.advance(hours=3)
    if link == "ended":
        links_actions.revoke(db_session, clock(), participant_id=omar)
        db_session.commit()
    if link == "over":
        clock.advance(days=61)
    arranging.choose_date(by(db_session, cast.noor, clock), case.id, clock() + timedelta(days=9))
    clock.advance(minutes=1)
    db_session.execute(update(OutboxMessage).values(sent_at=clock()))
    db_session.commit()
    if link == "made later":
        clock.advance(minutes=1)
        make_link(db_session, clock(), case.id, omar)

    assert ("omar" not in owed_to(db_session, case).get(NoticeKind.DAY, ())) == (link == "works")


def test_a_mail_that_says_it_itself_tells_those_without_a_link_too(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    take_step(by(db_session, cast.noor, clock), case.id, STOP)
    assert "omar" in owed_to(db_session, case)[NoticeKind.END]
    clock.advance(minutes=1)
    db_session.execute(update(OutboxMessage).values(sent_at=clock()))
    db_session.commit()

    assert "omar" not in owed_to(db_session, case)[NoticeKind.END]


# The plan


def test_the_plan_is_owed_to_those_on_paper_and_a_call_does_not_give_it(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    db_session.rollback()
    for who in case.people.values():
        make_link(db_session, clock(), case.id, who)
    clock.advance(minutes=1)
    db_session.execute(update(OutboxMessage).values(sent_at=clock()))
    db_session.commit()
    on_paper = {"joost", "kees", "fatima"}
    assert set(owed_to(db_session, case)[NoticeKind.PLAN]) == on_paper
    log_contacts(by(db_session, cast.noor, clock), case.id, {case.people["kees"]: "All is well."}, "phone")
    assert set(owed_to(db_session, case)[NoticeKind.PLAN]) == on_paper

    sign_in(client, cast.noor)
    assert "3 people do not have it yet: the plan that was agreed" in client.page("/").text
    client.page(f"/conferences/{case.id}")
    client.follow("3 people do not have it yet: the plan that was agreed")
    client.submit("Everybody listed has it", {"How": "letter"})
    assert "Everybody has it." in client.here.text
    assert owed_to(db_session, case) == {}


# A new round


def test_who_still_had_to_hear_something_of_the_case_when_a_round_began_still_has_to(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=1)
    asking.ask_coordinator(by(db_session, cast.ruud, clock), case.id, cast.denise.account_id or 0)
    independence.accept(by(db_session, cast.denise, clock), case.id, build.INDEPENDENT)
    denise = by(db_session, cast.denise, clock)
    hassan = circle_actions.add_person(denise, case.id, PersonDetails(name="Hassan", part=Part.FAMILY))
    bea = circle_actions.add_person(denise, case.id, PersonDetails(name="Tante Bea", part=Part.FRIEND))
    note_heard(denise, case.id, HeardOfPeople(told=told_of_all([hassan])))
    clock.advance(days=1)
    log_contacts(by(db_session, cast.denise, clock), case.id, {case.people["omar"]: "Told."}, "phone")
    before = owed_to(db_session, case)
    assert before[NoticeKind.JOINED] == ["Tante Bea"]
    assert "omar" not in before[NoticeKind.COORDINATOR]
    assert "kees" in before[NoticeKind.COORDINATOR]

    for _ in range(2):
        take_step(by(db_session, cast.denise, clock), case.id, Taking(Step.RECONVENE, reason="Things changed."))
        again = owed_to(db_session, case)
        assert NoticeKind.AGAIN in again
        for kind in (NoticeKind.COORDINATOR, NoticeKind.JOINED):
            assert again[kind] == before[kind]
        db_session.execute(update(Conference).values(phase=Phase.EVALUATION))
        db_session.commit()

    clock.advance(days=1)
    note_heard(by(db_session, cast.denise, clock), case.id, HeardOfPeople(told=told_of_all([bea, case.people["kees"]])))
    after = owed_to(db_session, case)
    assert NoticeKind.JOINED not in after
    assert after[NoticeKind.COORDINATOR] == [one for one in before[NoticeKind.COORDINATOR] if one != "kees"]


def test_another_coordinator_is_told_to_whoever_was_told_for_the_round_before(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    take_step(by(db_session, cast.noor, clock), case.id, Taking(Step.RECONVENE, reason="Things changed."))
    clock.advance(days=1)
    asking.ask_coordinator(by(db_session, cast.ruud, clock), case.id, cast.denise.account_id or 0)
    independence.accept(by(db_session, cast.denise, clock), case.id, build.INDEPENDENT)

    assert set(owed_to(db_session, case)[NoticeKind.COORDINATOR]) == set(case.people)


# Whatever happens


def happen(random: Random, session: Session, cast: Cast, clock: FrozenClock, case: Made) -> None:
    """Something that can happen to a case, if it can happen now."""
    noor = by(session, cast.noor, clock)
    here = (Participant.conference_id == case.id, Participant.removed_at.is_(None))
    who = random.choice(list(session.scalars(select(Participant.id).where(*here).order_by(Participant.id))))
    consents = list(session.scalars(select(Consent.id).where(Consent.conference_id == case.id)))
    away = {"exclusion_reason": "-", "excluded_by": "-", "excluded_on": START.date(), "attends": Attends.EXCLUDED}
    can: list[Callable[[], object]] = [
        lambda: arranging.choose_date(noor, case.id, START + timedelta(days=random.randrange(50, 90))),
        lambda: arranging.set_venue(noor, case.id, Venue(random.choice("ABC"))),
        lambda: circle_actions.add_person(
            noor, case.id, PersonDetails(name="Somebody", part=random.choice(list(Part)))
        ),
        lambda: circle_actions.remove_person(noor, case.id, who, "-"),
        lambda: build.change_details(session, cast, clock(), case, who, **away),
        lambda: build.change_details(session, cast, clock(), case, who, attends=Attends.LETTER, view="Words."),
        lambda: withdraw_consent(noor, case.id, random.choice(consents)),
        lambda: log_contacts(noor, case.id, {who: "Told."}, "phone"),
        lambda: build.answer_family(session, cast, clock(), case),
        *(lambda step=step: take_step(noor, case.id, taking(step)) for step in STEP_RULES),
    ]
    try:
        random.choice(can)()
    except Refusal:
        session.rollback()


def taking(step: Step) -> Taking:
    reasons = STEP_RULES[step].reasons
    late = {guard.code: "It has to be." for guard in STEP_RULES[step].guards}
    return Taking(step, reason="Why.", stop_reason=reasons[0] if reasons else None, overrides=late)


@pytest.mark.parametrize(
    "make", [build.prepared_case, build.case_in_information, build.case_in_private_time, build.case_in_presentation]
)
@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_somebody_sees_at_home_what_is_owed_and_nobody_who_left_is_owed_anything(
    db_session: Session, cast: Cast, clock: FrozenClock, make: Callable[..., Made], seed: int
) -> None:
    case, random = make(db_session, cast, START), Random(f"{make.__name__}{seed}")
    for _ in range(25):
        clock.advance(minutes=random.choice((1, 30, 60 * 24)))
        happen(random, db_session, cast, clock, case)
        db_session.rollback()
        conference = db_session.get_one(Conference, case.id)
        found = [one for one in owed_in(db_session, [case.id]).get(case.id, ()) if one.is_open]
        seen = [at_home(db_session, who, clock, case) for who in (cast.noor, cast.ruud)]
        people: dict[NoticeKind, int] = {}
        for one in found:
            rule = RULES[one.notice.kind]
            assert conference.phase in rule.phases
            people[one.notice.kind] = people.get(one.notice.kind, 0) + len(one.to)
            for listener in one.to:
                row = db_session.get_one(Participant, listener.id)
                assert (row.removed_at, row.attends is Attends.EXCLUDED) == (None, False)
            assert (one.notice.kind in seen[1]) >= (Role.REGIONAL_MANAGER in rule.roles)
        assert {**seen[1], **seen[0]} == people
        kinds = set(db_session.scalars(select(Notice.kind).where(Notice.conference_id == case.id)))
        assert kinds <= set(NoticeKind)
        if conference.phase is Phase.PRIVATE_TIME:
            assert found == []
        if conference.phase is Phase.CLOSED:
            return


# What a follow-up found


def record(session: Session, cast: Cast, clock: FrozenClock, case: Made, who: Visitor, **found: object) -> None:
    """Write down the call, or correct what was written."""
    session.rollback()
    call = next(row for row in follow_ups(session, case.id, clock().date()) if row.kind is FollowUpKind.CALL)
    report = FollowUpReport(held_on=clock().date(), found="Spoken.", **found)  # type: ignore[arg-type]
    record_follow_up(by(session, who, clock), case.id, call.id, report)


@pytest.mark.parametrize(
    ("found", "kind", "line", "button", "managers"),
    [
        (
            {"unsafe": True, "wants_new_version": False},
            NoticeKind.UNSAFE,
            "Somebody does not feel safe, a follow-up found: ring today",
            "Read the report",
            True,
        ),
        (
            {"actions": {"a2": ActionState.NOT_YET}},
            NoticeKind.NOT_DONE,
            "Much of the plan was not carried out, a follow-up found",
            "Read the report",
            True,
        ),
    ],
)
def test_what_a_follow_up_found_leads_the_next_step_and_goes_when_somebody_was_spoken_with(
    client: PageClient,
    db_session: Session,
    cast: Cast,
    clock: FrozenClock,
    found: dict[str, object],
    kind: NoticeKind,
    line: str,
    button: str,
    managers: bool,
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=28)
    record(db_session, cast, clock, case, cast.noor, **found)

    mails = db_session.scalars(select(OutboxMessage).where(OutboxMessage.key.startswith("found:"))).all()
    assert [mail.recipient for mail in mails] == ["ruud@example.org"] * managers  # whoever wrote it down gets none
    for who in (cast.noor, cast.ruud):
        assert kind in at_home(db_session, who, clock, case)
        sign_in(client, who)
        assert line in client.page("/").text
        page = client.page(f"/conferences/{case.id}")
        assert line in page.text.partition("The question")[0]
        assert "What was found" in client.follow(button).text
    sign_in(client, cast.noor)
    clock.advance(hours=1)
    marieke = case.people["marieke"]
    log_contacts(by(db_session, cast.noor, clock), case.id, {marieke: "Told: another day."}, "phone")
    assert kind in owed_to(db_session, case)  # of this nobody spoke then
    spoken = NewContact(on=clock().date(), channel="phone", text="Spoken.", participant_id=marieke)
    before = replace(spoken, on=clock().date() - timedelta(days=1))  # before it was found, and written down late
    log_contact(by(db_session, cast.noor, clock), case.id, before)
    assert kind in owed_to(db_session, case)
    log_contact(by(db_session, cast.noor, clock), case.id, spoken)
    assert kind not in owed_to(db_session, case)
    assert line not in client.page(f"/conferences/{case.id}").text


def test_a_correction_takes_back_what_was_not_found_after_all_and_leaves_nothing_twice(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=28)
    found = select(Notice.kind).where(Notice.kind.in_(FINDINGS)).order_by(Notice.id)
    record(db_session, cast, clock, case, cast.noor, unsafe=True)
    record(db_session, cast, clock, case, cast.noor, unsafe=True, actions={"a2": ActionState.NOT_YET})
    assert db_session.scalars(found).all() == [NoticeKind.UNSAFE, NoticeKind.NOT_DONE]
    record(db_session, cast, clock, case, cast.noor, actions={"a2": ActionState.DONE})
    assert db_session.scalars(found).all() == []


def test_that_somebody_is_not_safe_comes_before_all_else_in_the_case(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """Also before an address that no email reaches, and what others have not been given yet."""
    case = build.case_in_evaluation(db_session, cast, START)
    record(db_session, cast, clock, case, cast.noor, unsafe=True)
    with writing(db_session):
        to_marieke = OutboxMessage.participant_id == case.people["marieke"]
        db_session.execute(update(OutboxMessage).where(to_marieke).values(returned_at=clock()))
    sign_in(client, cast.noor)

    home = client.page("/").text

    found = [home.index(line) for line in ("Somebody does not feel safe", "Email does not reach", "not have it yet")]
    assert found == sorted(found)


@pytest.mark.parametrize("ended", [False, True])
def test_that_somebody_is_not_safe_stays_at_home_however_many_cases_there_are_since(
    db_session: Session, cast: Cast, clock: FrozenClock, ended: bool
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    record(db_session, cast, clock, case, cast.noor, unsafe=True)
    gone = Taking(Step.MAIN_PERSON_GONE, stop_reason=StopReason.DIED)
    if ended:
        take_step(by(db_session, cast.ruud, clock), case.id, gone)
    mother = case.people["marieke"]
    for number in range(1000, 1050):  # in which nobody was told
        for kind, id_, changes in (
            (Conference, case.id, {"number": f"EKC-2027-{number}"}),
            (Participant, mother, {"conference_id": number}),
        ):
            row = db_session.execute(select(*kind.__table__.c).where(kind.id == id_)).mappings().one()
            db_session.execute(insert(kind).values({**row, "id": number, **changes}))
    db_session.commit()

    assert NoticeKind.UNSAFE in at_home(db_session, cast.ruud, clock, case)


def test_a_convenor_who_corrects_their_report_does_not_take_back_that_somebody_does_not_feel_safe(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=100)
    rows = follow_ups(db_session, case.id, clock().date())
    evaluation = next(row.id for row in rows if row.kind is FollowUpKind.EVALUATION)
    omar = participant(case.id, case.people["omar"])  # convenes
    report = FollowUpReport(held_on=clock().date(), found="It goes.", unsafe=True)
    record_follow_up(by(db_session, omar, clock), case.id, evaluation, report)

    record_follow_up(by(db_session, omar, clock), case.id, evaluation, replace(report, unsafe=False))

    assert NoticeKind.UNSAFE in at_home(db_session, cast.ruud, clock, case)
    record_follow_up(by(db_session, cast.noor, clock), case.id, evaluation, replace(report, unsafe=False))
    assert NoticeKind.UNSAFE not in at_home(db_session, cast.ruud, clock, case)


def test_a_convenor_who_writes_that_a_new_version_is_wanted_tells_the_coordinator_until_it_is_agreed(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=100)
    db_session.rollback()
    evaluation = next(
        row for row in follow_ups(db_session, case.id, clock().date()) if row.kind is FollowUpKind.EVALUATION
    )
    convenor = db_session.scalars(select(Participant.id).where(Participant.convenes)).one()
    report = FollowUpReport(held_on=clock().date(), found="It goes.", wants_new_version=True)
    record_follow_up(by(db_session, participant(case.id, convenor), clock), case.id, evaluation.id, report)

    mails = db_session.scalars(select(OutboxMessage).where(OutboxMessage.key.startswith("found:"))).all()
    assert [mail.recipient for mail in mails] == ["noor@example.org"]
    assert NoticeKind.NEW_VERSION not in at_home(db_session, cast.ruud, clock, case)
    sign_in(client, cast.noor)
    assert "The family wants a new version of the plan: write it with them" in client.page("/").text
    client.page(f"/conferences/{case.id}")
    assert client.follow("Write the new version").heading == "The plan"


def test_before_private_time_it_is_asked_about_what_was_not_read_out(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    kees, noor = case.people["kees"], By(db_session, cast.noor, START)
    build.change_details(db_session, cast, START, case, kees, attends=Attends.LETTER, view="I sleep badly, boys.")
    build.step(db_session, cast, START, case, Step.OPEN_CONFERENCE)
    attendance.record_attendance(noor, case.id, [id_ for id_ in case.people.values() if id_ != kees])
    for kind in InformationKind:
        information.add_information(noor, case.id, information.InformationText(kind, "What there is to say."))
    attendance.professionals_leave(noor, case.id)
    sign_in(client, cast.noor)
    address, asked = f"/conferences/{case.id}/steps/begin_private_time", "was not read out yet."
    page = client.page(address)
    assert f"What Kees de Wit has to say {asked}" in page.text
    assert f"What Kees de Wit has to say {asked} go to the information" in [name for name, _ in page.links]

    information.read_out(noor, case.id, kees, None)
    db_session.rollback()
    assert asked not in client.page(address).text


# A no to a task that was agreed


def test_a_no_to_a_task_after_the_agreement_is_mailed_once_and_stands_with_those_who_decide(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=3)
    linda, kees = (participant(case.id, case.people[name]) for name in ("linda", "kees"))
    mailed = select(OutboxMessage).where(OutboxMessage.key.startswith("no-to-task:"))

    say_own_answer(by(db_session, kees, clock), case.id, Agreed.NO)  # he has none
    assert db_session.scalars(mailed).all() == []
    say_own_answer(by(db_session, linda, clock), case.id, Agreed.NO, "I am ill.")
    clock.advance(minutes=1)
    say_own_answer(by(db_session, linda, clock), case.id, Agreed.NO, "I am still ill.")

    assert sorted(mail.recipient for mail in db_session.scalars(mailed)) == ["noor@example.org", "ruud@example.org"]
    (home,) = staff_home(db_session, cast.noor, clock()).waits[NeedKind.UNSETTLED]
    assert home.disagree == ("Linda de Wit",)
    for name, reads in (("marieke", True), ("omar", True), ("linda", False), ("joost", False)):
        other = app.test_client()
        assert isinstance(other, PageClient)
        db_session.rollback()
        page = enter(other, db_session, clock(), case.id, case.people[name])
        assert ("Linda de Wit does not agree with the plan" in page.text) == reads, name


@pytest.mark.parametrize(("answer", "says"), [(Agreed.NO, "does not agree"), (Agreed.PART, "agrees with part of it")])
def test_a_no_of_anybody_after_the_agreement_is_for_the_coordinator_to_hear_until_they_spoke_with_them(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, answer: Agreed, says: str
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=3)
    kees = case.people["kees"]
    enter_as_before(client, db_session, clock(), case.id, kees)
    answers = {"yes": "yes", "part": "in part", "no": "no"}
    client.submit(
        "Save what I say", {"Do you agree with the plan?": answers[answer], "In your words": "Not like this."}
    )
    assert NoticeKind.DISSENT in at_home(db_session, cast.noor, clock, case)

    sign_in(client, cast.noor)
    line = "Somebody does not agree with the plan any more, or with part of it: speak with them"
    assert line in client.page("/").text
    assert line in client.page(f"/conferences/{case.id}").text
    history = client.page(f"/conferences/{case.id}/history").text
    assert "Somebody does not agree with the plan any more, or with part of it For: the coordinator" in history
    version = client.page(f"/conferences/{case.id}/plan/versions/1")
    assert f"Kees de Wit: {says}, said on 5 March 2026. “Not like this.”" in version.text
    clock.advance(minutes=1)
    spoken = NewContact(on=clock().date(), channel="phone", text="He wants another day.", participant_id=kees)
    before = replace(spoken, on=clock().date() - timedelta(days=1))
    log_contact(by(db_session, cast.noor, clock), case.id, before)
    assert NoticeKind.DISSENT in at_home(db_session, cast.noor, clock, case)
    log_contact(by(db_session, cast.noor, clock), case.id, spoken)
    assert NoticeKind.DISSENT not in at_home(db_session, cast.noor, clock, case)
    history = client.page(f"/conferences/{case.id}/history").text
    assert "Settled: spoken with somebody about it, as the contact log says." in history


def test_a_no_is_not_taken_back_by_what_another_notes_of_the_next_version_nor_by_telling_something_else(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=3)
    kees, omar = case.people["kees"], participant(case.id, case.people["omar"])
    say_own_answer(by(db_session, participant(case.id, kees), clock), case.id, Agreed.NO, "I am afraid.")
    clock.advance(minutes=1)
    revision = stored_draft(db_session, case.id).revision
    change_plan(by(db_session, omar, clock), case.id, revision, edits.add_goal("Everybody is friends."))
    record_agreements(by(db_session, omar, clock), case.id, [kees])
    assert NoticeKind.DISSENT in at_home(db_session, cast.noor, clock, case)
    log_contacts(by(db_session, cast.noor, clock), case.id, {kees: "Told: the plan."}, "letter")
    assert NoticeKind.DISSENT in at_home(db_session, cast.noor, clock, case)


@pytest.mark.both_databases
@pytest.mark.parametrize("cleared", ["spoken", "another number"])
def test_who_takes_their_number_out_of_the_plan_in_force_is_for_the_coordinator_to_ask(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, cleared: str
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    omar = case.people["omar"]
    say_number(by(db_session, cast.noor, clock), case.id, omar, "06 12345678", True)
    say_number(by(db_session, cast.noor, clock), case.id, omar, "", False)  # who notes it knows it
    take_number_out(by(db_session, participant(case.id, omar), clock), case.id)  # there is none
    assert NoticeKind.NUMBER_OUT not in at_home(db_session, cast.noor, clock, case)
    say_number(by(db_session, cast.noor, clock), case.id, omar, "06 12345678", True)

    take_number_out(by(db_session, participant(case.id, omar), clock), case.id)

    sign_in(client, cast.noor)
    line = "Somebody whom the plan says to ring took their number out of it: ask them how people reach them"
    assert line in client.page("/").text
    assert line in client.page(f"/conferences/{case.id}").text
    clock.advance(minutes=1)
    noor = by(db_session, cast.noor, clock)
    if cleared == "spoken":
        log_contact(
            noor, case.id, NewContact(on=clock().date(), channel="phone", text="They know it.", participant_id=omar)
        )
    else:
        say_number(noor, case.id, omar, "06 87654321", True)
    assert NoticeKind.NUMBER_OUT not in at_home(db_session, cast.noor, clock, case)


def test_whoever_says_yes_again_need_not_be_asked(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    kees = by(db_session, participant(case.id, case.people["kees"]), clock)
    say_own_answer(kees, case.id, Agreed.NO)
    clock.advance(minutes=1)
    say_own_answer(by(db_session, kees.visitor, clock), case.id, Agreed.YES)
    assert NoticeKind.DISSENT not in at_home(db_session, cast.noor, clock, case)


def test_a_main_person_without_a_task_who_was_not_asked_is_named_wherever_that_stands(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    build.write_plan(db_session, cast, START, case)
    marieke = case.people["marieke"]
    build.answer_plan(db_session, cast, START, case, but=[marieke])
    why = {"everyone_asked": "She is in hospital."}
    take_step(By(db_session, cast.noor, START), case.id, Taking(Step.AGREE_PLAN, overrides=why))
    db_session.rollback()

    (home,) = staff_home(db_session, cast.noor, clock()).waits[NeedKind.UNSETTLED]
    assert (home.not_asked, home.disagree) == (("Marieke de Wit",), ())
    sign_in(client, cast.noor)
    assert "Has not been asked about the plan yet: Marieke de Wit" in client.page("/").text
    assert "Not asked about this plan yet: Marieke de Wit" in client.page(f"/conferences/{case.id}/plan").text
    assert "Marieke de Wit: not asked yet" in client.page(f"/conferences/{case.id}/plan/versions/1").text
    assert "not asked yet" in client.page(f"/conferences/{case.id}/plan/agreement").text


@pytest.mark.parametrize("how", ["taken out", "stays away"])
def test_whoever_the_plan_names_goes_and_staff_see_to_who_does_it_instead(
    how: str, client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    omar, linda = case.people["omar"], case.people["linda"]
    clock.advance(days=7)
    noor = by(db_session, cast.noor, clock)
    assert db_session.get_one(Participant, omar).tasks_until is not None

    if how == "taken out":
        circle_actions.remove_person(noor, case.id, omar, "He moved to Spain.")
    else:
        sign_in(client, cast.noor)
        client.page(f"/conferences/{case.id}/circle/{omar}")
        why = {"Why they stay away": "A threat.", "Decided by": "the coordinator", "Decided on": "9-3-2026"}
        client.submit("Save", {"How they come": "stays away, as was decided", **why})

    line = "Somebody whom the plan names is not in the circle any more: ask the family who does it instead"
    for who in (cast.noor, cast.ruud):
        assert at_home(db_session, who, clock, case)[NoticeKind.LEFT_PLAN] == 0
        sign_in(client, who)
        client.page("/")
        assert line in client.here.text
        assert line in client.page(f"/conferences/{case.id}").text
    clock.advance(hours=1)
    spoken = NewContact(on=clock().date(), channel="phone", text="She does it from now on.", participant_id=linda)
    log_contact(by(db_session, cast.noor, clock), case.id, spoken)

    assert NoticeKind.LEFT_PLAN not in at_home(db_session, cast.ruud, clock, case)
    assert db_session.scalars(select(Notice.about).where(Notice.kind == NoticeKind.LEFT_PLAN)).all() == [omar]


def test_whoever_the_plan_does_not_name_goes_and_nothing_is_left(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor = by(db_session, cast.noor, clock)
    new = circle_actions.add_person(noor, case.id, PersonDetails(name="Pieter Bos", part=Part.FAMILY))
    circle_actions.remove_person(noor, case.id, new, "He moved.")
    assert db_session.scalars(select(Notice.about).where(Notice.kind == NoticeKind.LEFT_PLAN)).all() == []
