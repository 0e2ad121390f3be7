"""Ends: what each one settles and destroys, who hears of it, and what every reader's page then says."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.conferences.access import open_case
from ekc.conferences.actions import links
from ekc.conferences.actions import safety as safety_actions
from ekc.conferences.actions.contact import log_contact
from ekc.conferences.entries import Concern, NewContact
from ekc.conferences.mails import OR_RING
from ekc.conferences.models import Conference, Participant, SafetyConcern
from ekc.conferences.queries.voices import voices
from ekc.core.audit import AuditEvent, broken_chains, read_detail
from ekc.core.errors import NotNow, Refusal
from ekc.core.outbox import OutboxMessage
from ekc.evaluations import actions as evaluations
from ekc.evaluations.models import FollowUp
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import Blocked, take_step
from ekc.journey.actions.wishes import go_on
from ekc.journey.queries.steps import history
from ekc.links.models import PersonalLink
from ekc.matching.actions import asking
from ekc.meetings.actions import arranging, attendance, information
from ekc.meetings.actions.information import InformationText, QuestionText
from ekc.meetings.models import Meeting
from ekc.plans import edits
from ekc.plans.actions.acceptance import decide_acceptance
from ekc.plans.actions.agreement import record_agreement
from ekc.plans.actions.drafts import answer_support, change_plan
from ekc.plans.draft import EvaluationPlan, NewAction, NewWhatIf
from ekc.plans.queries.answers import agreements
from ekc.staff.actions.accounts import set_phone
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.ends.kinds import End
from ekc.workflow.ends.rows import END_OF_STEP, ROUND_ENDS
from ekc.workflow.vocabulary import (
    ActionKind,
    Activity,
    Agreed,
    Attends,
    InformationKind,
    Outcome,
    Part,
    Phase,
    Step,
    StopReason,
    SupportAnswer,
    VoiceMatter,
)
from tests import build
from tests.cast import COST, Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.form import Value
from tests.journey.stored import everything
from tests.page import Page, text_of

Build = Callable[..., build.Made]
TODAY = START.date()
NO_PLAN, STOP, GONE = Taking(Step.NO_PLAN), Step.STOP, Step.MAIN_PERSON_GONE


def case_in_second_round(session: Session, cast: Cast, at: datetime = START) -> build.Made:
    case = build.case_in_evaluation(session, cast, at)
    take_step(By(session, cast.noor, at), case.id, Taking(Step.RECONVENE, reason="Things changed."))
    return case


def subjects_to(session: Session, address: str) -> list[str]:
    """The subjects of all mails to an address, the first one first."""
    session.rollback()
    mails = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [mail.subject for mail in mails if mail.recipient == address]


def address_of(session: Session, account_id: int | None) -> str:
    return session.get_one(Account, account_id or 0).email


def round_full_of_words(session: Session, cast: Cast, case: build.Made) -> list[str]:
    """Write a word of its own into each field that a round can hold, up to the presentation; returns the words."""
    noor, who = cast.noor, case.people
    by = By(session, noor, START)
    words: list[str] = []

    def word(name: str) -> str:
        words.append(f"Q{name}Z")
        return words[-1]

    build.change_details(session, cast, START, case, who["kees"], attends=Attends.LETTER, view=word("view"))
    late = {"everyone_informed": word("override")}
    build.change_details(session, cast, START, case, who["omar"], informed_on=None)
    take_step(by, case.id, Taking(Step.OPEN_CONFERENCE, overrides=late))
    there = [id_ for name, id_ in who.items() if name != "kees"]
    attendance.record_attendance(by, case.id, there)
    information.read_out(by, case.id, who["kees"], who["omar"])
    for kind in InformationKind:
        information.add_information(by, case.id, InformationText(kind, word(f"told{kind}"), who["karim"]))
    information.add_question(by, case.id, QuestionText(who["omar"], word("asked"), word("answered")))
    attendance.professionals_leave(by, case.id)
    take_step(by, case.id, Taking(Step.BEGIN_PRIVATE_TIME, overrides=late))
    take_step(by, case.id, Taking(Step.ASK_FOR_INFORMATION, reason=word("came_out")))
    build.answer_family(session, cast, START, case, word("heard"))
    take_step(by, case.id, Taking(Step.BEGIN_PRIVATE_TIME, overrides=late))
    take_step(by, case.id, Taking(Step.COME_OUT))
    take_step(by, case.id, Taking(Step.GO_BACK, reason=word("went_back"), overrides=late))
    take_step(by, case.id, Taking(Step.COME_OUT))
    goal = change_plan(by, case.id, 0, edits.add_goal(word("goal")))
    act = NewAction(what=word("action"), who=(who["karim"],), by=TODAY, kind=ActionKind.PROFESSIONAL)
    key = change_plan(by, case.id, 1, edits.add_action(goal, act))
    what_if = NewWhatIf(if_=word("if"), then=word("then"), who=(who["omar"], who["linda"]))
    change_plan(by, case.id, 2, edits.add_what_if(what_if))
    again = EvaluationPlan(at=START.replace(tzinfo=None) + timedelta(weeks=12), place=word("place"))
    change_plan(by, case.id, 3, edits.set_evaluation(again))
    change_plan(by, case.id, 4, edits.change_goal(goal, word("goal_again")))
    change_plan(
        by,
        case.id,
        5,
        edits.change_action(
            key, NewAction(what=word("action_again"), who=(who["karim"],), by=TODAY, kind=ActionKind.PROFESSIONAL)
        ),
    )
    answer_support(by, case.id, 6, key, SupportAnswer.DECLINED, word("support"))
    record_agreement(by, case.id, who["linda"], Agreed.NO, word("agreement"))
    decide_acceptance(by, case.id, who["karim"], False, word("refusal"))
    return words


def test_no_plan_leaves_no_word_of_the_round_anywhere(db_session: Session, cast: Cast) -> None:
    case = build.prepared_case(db_session, cast, START)
    words = round_full_of_words(db_session, cast, case)
    before = everything(db_session)
    gone = {word for word in words if word not in before}  # what was changed again
    assert gone == {"QgoalZ", "QactionZ"}

    take_step(By(db_session, cast.noor, START), case.id, NO_PLAN)

    after = everything(db_session)
    assert [word for word in words if word in after] == []
    events = db_session.scalars(select(AuditEvent)).all()
    what_they_said = [read_detail(db_session, one) for one in events if one.action.split(".")[0] in ("plan", "voice")]
    opinions = {"answer", "accepted", "met", "matter"}
    assert [one for one in what_they_said if opinions & set(one)] == []
    told = {"plan.agreement", "plan.acceptance", "plan.support_answered"}
    assert {one.action for one in events} & (told | {"plan.accepted", "plan.refused"}) == told
    assert list(broken_chains(db_session)) == []
    last = history(db_session, case.id)[-1]
    assert (last.step, last.at, last.actor_name, last.reason) == (Step.NO_PLAN, START, "Noor van Dijk", None)
    assert [row for row in history(db_session, case.id) if row.reason or row.overrides] == []


def test_no_new_plan_keeps_what_was_agreed_in_an_earlier_round(db_session: Session, cast: Cast) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    agreed = agreements(db_session, case.id, 1)
    change_plan(noor, case.id, 6, edits.add_goal("Summer."))  # a next version, which is not agreed
    record_agreement(noor, case.id, case.people["linda"], Agreed.YES)
    next_version = agreements(db_session, case.id, 1, 7)
    omar = By(db_session, participant(case.id, case.people["omar"]), START)
    take_step(omar, case.id, Taking(Step.RECONVENE, reason="QwishZ"))
    take_step(noor, case.id, Taking(Step.RECONVENE, reason="Things changed."))
    marieke = By(db_session, participant(case.id, case.people["marieke"]), START)
    assert [(row.matter, row.words) for row in voices(db_session, case.id) if row.words] == [
        (VoiceMatter.AGAIN, "QwishZ")
    ]
    go_on(marieke, case.id, VoiceMatter.STOPPING, 0)
    build.open_again(db_session, cast, START, case)
    build.to_presentation(db_session, cast, START, case)
    record_agreement(noor, case.id, case.people["linda"], Agreed.NO, "QlaterZ")

    take_step(noor, case.id, Taking(Step.NO_NEW_PLAN))

    assert agreements(db_session, case.id, 1, 6) == agreed != ()
    assert agreements(db_session, case.id, 1, 7) == next_version != ()
    assert agreements(db_session, case.id, 2) == ()
    after = everything(db_session)
    assert ("QlaterZ" in after, "The children are never alone at night." in after) == (False, True)
    assert ("QwishZ" in after, {row.matter for row in voices(db_session, case.id)}) == (
        False,
        {VoiceMatter.CONFERENCE, VoiceMatter.COORDINATOR, VoiceMatter.PLAN},
    )


@pytest.mark.parametrize(
    ("make", "taking", "outcome"),
    [
        (build.case_in_presentation, NO_PLAN, Outcome.NO_PLAN),
        (build.case_in_evaluation, Taking(GONE, stop_reason=StopReason.LEFT), Outcome.PLAN),
        (build.prepared_case, Taking(STOP, stop_reason=StopReason.NOT_SAFE), Outcome.STOPPED),
        (build.prepared_case, Taking(GONE, stop_reason=StopReason.DIED), Outcome.STOPPED),
    ],
)
def test_an_end_settles_what_is_open(
    db_session: Session, cast: Cast, make: Build, taking: Taking, outcome: Outcome
) -> None:
    case = make(db_session, cast, START)
    asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.denise.account_id or 0)

    take_step(By(db_session, cast.noor, START), case.id, taking)

    conference = db_session.get_one(Conference, case.id)
    assert (conference.phase, conference.outcome, conference.asked_coordinator_id) == (Phase.CLOSED, outcome, None)
    assert db_session.scalars(select(Meeting.starts_at).where(Meeting.started_at.is_(None))).all() in ([], [None])
    assert [row for row in follow_ups(db_session, case.id, TODAY) if row.is_open] == []
    to_denise = subjects_to(db_session, address_of(db_session, cast.denise.account_id))
    assert to_denise == ["You are asked for a conference", "You are not needed for a conference any more"]
    waiting = db_session.scalars(select(OutboxMessage.subject).where(OutboxMessage.sent_at.is_(None))).all()
    assert "Your coordinator begins" not in waiting


def test_closing_leaves_no_day_on_which_nobody_meets(db_session: Session, cast: Cast) -> None:
    case = build.prepared_case(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    take_step(noor, case.id, Taking(Step.PLAN_WITHOUT_CONFERENCE, reason="They made it at home."))
    build.write_plan(db_session, cast, START, case)
    build.answer_plan(db_session, cast, START, case)
    build.step(db_session, cast, START, case, Step.AGREE_PLAN)
    arranging.choose_date(noor, case.id, START + timedelta(days=9))
    for row in follow_ups(db_session, case.id, TODAY):
        evaluations.give_up(noor, case.id, row.id, "They moved away.")

    build.step(db_session, cast, START, case, Step.CLOSE)

    assert db_session.scalars(select(Meeting.starts_at)).all() == [None]


def test_a_side_exit_settles_the_follow_ups_too(db_session: Session, cast: Cast, client: PageClient) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    take_step(noor, case.id, Taking(Step.RECONVENE, reason="Things changed."))

    take_step(noor, case.id, Taking(GONE, stop_reason=StopReason.LEFT))

    rows = db_session.execute(select(FollowUp.given_up_on, FollowUp.given_up_reason)).all()
    assert [tuple(row) for row in rows] == [(TODAY, "The conference ended early")] * 2
    sign_in(client, cast.noor)
    assert client.page(f"/conferences/{case.id}/follow-ups").text.count("The conference ended early") == 2


def test_a_main_person_stops_because_it_is_not_safe(db_session: Session, cast: Cast, client: PageClient) -> None:
    case = build.prepared_case(db_session, cast, START)
    marieke = participant(case.id, case.people["marieke"])

    take_step(By(db_session, marieke, START), case.id, Taking(STOP, stop_reason=StopReason.NOT_SAFE))

    noor, ruud = (address_of(db_session, who.account_id) for who in (cast.noor, cast.ruud))
    unsafe = "Somebody says that it does not feel safe: ring them today"
    assert subjects_to(db_session, noor)[-2:] == [unsafe, "A conference of yours was stopped"]
    assert subjects_to(db_session, ruud)[-2:] == [unsafe, "A conference in your region was stopped"]
    for address in ("marieke@example.org", "omar@example.org", "linda@example.org", "karim@example.org"):
        assert subjects_to(db_session, address) == ["The conference does not go on"]
    for who in (cast.noor, cast.ruud):
        sign_in(client, who)
        assert "Stopped on Monday 2 March: it does not feel safe to somebody" in client.page("/").text
        page = client.page(f"/conferences/{case.id}")
        assert "Closed on Monday 2 March 2026: stopped." in page.text
        assert "Why: it does not feel safe to somebody" in page.text
        assert "it does not feel safe to somebody" in client.page(f"/conferences/{case.id}/history").text


def test_the_line_at_home_goes_after_two_weeks(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    stop = Taking(STOP, stop_reason=StopReason.OTHER)
    take_step(By(db_session, cast.noor, clock()), case.id, stop)
    told = []
    for days in (14, 1):
        clock.advance(days=days)
        sign_in(client, cast.ruud)
        told.append("Stopped on Monday 2 March" in client.page("/").text)
    assert told == [True, False]


def test_whoever_ends_it_gets_no_mail_about_it(db_session: Session, cast: Cast) -> None:
    case = build.prepared_case(db_session, cast, START)
    before = [subjects_to(db_session, address_of(db_session, who.account_id)) for who in (cast.noor, cast.ruud)]
    take_step(By(db_session, cast.ruud, START), case.id, Taking(STOP, stop_reason=StopReason.OTHER))
    after = [subjects_to(db_session, address_of(db_session, who.account_id)) for who in (cast.noor, cast.ruud)]
    assert after == [[*before[0], "A conference of yours was stopped"], before[1]]


@pytest.mark.parametrize(
    ("make", "taking", "family", "agencies"),
    [
        (
            build.case_in_presentation,
            NO_PLAN,
            "Your conference ended without a plan. Only that is kept, and the day. What you said is not kept, except "
            "what was said about safety.",
            "The conference ended without a plan. Nothing else is recorded.",
        ),
        (
            build.prepared_case,
            Taking(STOP, stop_reason=StopReason.NOT_SAFE),
            "Your conference was stopped and does not go on. You do not have to do anything.",
            "This conference was stopped and does not go on. You do not have to do anything.",
        ),
        (
            build.case_in_information,
            Taking(GONE, stop_reason=StopReason.DIED),
            "This conference has ended. No meeting of it is held any more.",
            "This conference has ended. No meeting of it is held any more.",
        ),
    ],
)
def test_each_reader_is_told_of_the_end_on_their_own_page(
    db_session: Session, cast: Cast, client: PageClient, make: Build, taking: Taking, family: str, agencies: str
) -> None:
    case = make(db_session, cast, START)
    take_step(By(db_session, cast.noor, START), case.id, taking)
    for name, says in (("omar", family), ("karim", agencies)):
        own = enter(client, db_session, START, case.id, case.people[name])
        assert says in own.text
        assert ("made safe" in own.text, "died" in own.text) == (False, False)


#: What nobody reads of a case that has ended: these people do nothing for it any more.
UNTRUE = (
    "Tell your coordinator",
    "Ask your coordinator",
    "ask your coordinator",
    "Your coordinator tells you",
    "Your coordinator will tell you",
    "As long as something lies ahead",
    "goes on until you agree",
    "You do not have to do anything more for it",
    "Only your coordinator sees it",
)


@pytest.mark.parametrize(
    ("make", "taking"),
    [
        (build.registered_case, Taking(STOP, stop_reason=StopReason.SITUATION_CHANGED)),
        (build.prepared_case, Taking(STOP, stop_reason=StopReason.SITUATION_CHANGED)),
        (build.case_in_presentation, NO_PLAN),
        (build.case_in_information, Taking(GONE, stop_reason=StopReason.DIED)),
        (build.case_in_evaluation, Taking(GONE, stop_reason=StopReason.LEFT)),
        (build.closed_case, None),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_each_reader_of_each_end_reads_a_number_to_ring_and_nothing_that_is_not_so(
    db_session: Session,
    cast: Cast,
    client: PageClient,
    clock: FrozenClock,
    make: Build,
    taking: Taking | None,
    late: bool,
) -> None:
    case = make(db_session, cast, START)
    for visitor, phone in ((cast.ruud, "010-2000001"), (cast.noor, "06-20000002")):
        db_session.execute(update(Account).where(Account.id == visitor.account_id).values(phone=phone))
    kees = case.people.get("kees")
    if kees:
        db_session.execute(update(Participant).where(Participant.id == kees).values(address_secret=True))
    db_session.commit()
    if taking:
        take_step(By(db_session, cast.ruud if make is build.registered_case else cast.noor, START), case.id, taking)
    if late:
        clock.advance(days=60)
    gone = taking is not None and taking.step is GONE
    for name, who in case.people.items():
        if name == "fatima" or (gone and name == "marieke"):
            continue
        own = enter(client, db_session, clock(), case.id, who)
        assert "010-2000001" in own.text, name
        coordinates = make is not build.registered_case and not late
        assert ("06-20000002" in own.text) == coordinates, name
        assert [words for words in UNTRUE if words in own.text] == [], name
    mails = db_session.scalars(select(OutboxMessage)).all()
    ended = [mail.body for mail in mails if mail.key.split(":")[1].partition("-")[0] in set(End)]
    assert [body for body in ended for words in UNTRUE if words in body] == []


@pytest.mark.parametrize(
    ("make", "taking"),
    [
        (build.prepared_case, Taking(STOP, stop_reason=StopReason.SITUATION_CHANGED)),
        (build.case_in_presentation, NO_PLAN),
        (build.case_in_information, Taking(GONE, stop_reason=StopReason.DIED)),
        (build.case_in_evaluation, Taking(Step.CLOSE)),
        (build.prepared_case, Taking(Step.PLAN_WITHOUT_CONFERENCE, reason="They met at home.")),
        (build.case_in_information, Taking(Step.ANOTHER_DAY, reason="It is late.")),
        (case_in_second_round, Taking(Step.STOP_ROUND, stop_reason=StopReason.SITUATION_CHANGED)),
    ],
)
def test_each_mail_and_page_of_an_end_says_how_one_starts_again_and_whom_to_ring(
    db_session: Session, cast: Cast, client: PageClient, make: Build, taking: Taking
) -> None:
    case = make(db_session, cast, START)
    for visitor, phone in ((cast.ruud, "010-2000001"), (cast.noor, "06-20000002")):
        db_session.execute(update(Account).where(Account.id == visitor.account_id).values(phone=phone))
    db_session.commit()
    for row in follow_ups(db_session, case.id, TODAY) if taking.step is Step.CLOSE else ():
        evaluations.give_up(By(db_session, cast.noor, START), case.id, row.id, "They moved away.")
    by = By(db_session, cast.noor, START)
    before = set(db_session.scalars(select(OutboxMessage.key)))
    db_session.rollback()
    db_session.expire_all()
    take_step(by, case.id, taking)

    again = END_OF_STEP[taking.step].again
    mails = {one.recipient: one for one in db_session.scalars(select(OutboxMessage)) if one.key not in before}
    ring = "Noor van Dijk, 06-20000002; Ruud Kramer, 010-2000001"
    for name, says in (("omar", again.family), ("karim", again.agencies)):
        own = enter(client, db_session, START, case.id, case.people[name])
        if open_case(by, case.id, Activity.SEE_CASE).end or taking.step in ROUND_ENDS:
            assert says in own.text
        if mail := mails.get(f"{name}@example.org"):
            number = ["You find the number of this conference on your own page."] if again.by_number else []
            body = mail.body.removesuffix(OR_RING)
            assert (body.split("\n\n")[1:], mail.ring) == ([says, *number], ring)
            assert ("own page" in body or "own link" in body) == (body != mail.body)
    assert "omar@example.org" in mails
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}")
    if open_case(by, case.id, Activity.SEE_CASE).end or taking.step in ROUND_ENDS:
        assert again.staff in page.text


def test_a_closed_case_says_so_to_the_family(db_session: Session, cast: Cast, client: PageClient) -> None:
    case = build.closed_case(db_session, cast, START)
    set_phone(By(db_session, cast.noor, START), "01632 960010")
    own = enter(client, db_session, START, case.id, case.people["omar"])
    assert "Your conference is closed. The plan stays yours." in own.text
    assert "Read the plan" in [name for name, _ in own.links]
    assert "name the number of this one. Its number: EKC-2026-0001 You can ring: Noor van Dijk" in own.text
    assert own.link("Register a new conference") == "/register?follows=EKC-2026-0001"
    form = client.page("/register?follows=EKC-2026-0001")
    assert [box.get("value") for box in form.all("input") if box.get("name") == "follows"] == ["EKC-2026-0001"]
    assert subjects_to(db_session, "omar@example.org")[-1] == "Your conference is closed"


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (84, "Afterwards you write down here how it went, at the latest on Tuesday 26 May 2026."),
        (85, "Write down here how it went, today at the latest."),
        (86, "Write down here how it went: that was due on Tuesday 26 May 2026."),
    ],
)
def test_a_last_day_is_today_on_that_day_and_past_after_it(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock, days: int, says: str
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=days)
    assert says in enter(client, db_session, clock(), case.id, case.people["omar"]).text


@pytest.mark.parametrize(
    "make",
    [
        build.matched_case,
        build.prepared_case,
        build.case_in_information,
        build.case_in_presentation,
        build.case_in_evaluation,
    ],
)
def test_a_case_whose_only_main_person_died_can_be_stopped_in_every_phase(
    db_session: Session, cast: Cast, client: PageClient, make: Build
) -> None:
    """What the refusal to take out the only main person advises is there, on the page of either."""
    case = make(db_session, cast, START)
    enter(client, db_session, START, case.id, case.people["marieke"])
    for who in (cast.noor, cast.ruud):
        sign_in(client, who)
        names = [name for name, _ in client.page(f"/conferences/{case.id}").links]
        assert "Stop: the main person died or left" in names
    client.follow("Stop: the main person died or left")
    assert "An email goes to: those of family and supporters who take part" in client.here.text
    page = client.submit("Stop: the main person died or left", {"What happened?": "the main person died"})
    assert "Why: the main person died" in page.text
    db_session.rollback()
    assert db_session.scalars(select(PersonalLink.revoked_at)).all() == [START]


def test_with_another_main_person_it_goes_on(db_session: Session, cast: Cast) -> None:
    case = build.prepared_case(db_session, cast, START)
    with_omar = {"part": Part.MAIN_PERSON}
    build.change_details(db_session, cast, START, case, case.people["omar"], **with_omar)
    with pytest.raises(Blocked) as refused:
        take_step(By(db_session, cast.noor, START), case.id, Taking(GONE, stop_reason=StopReason.DIED))
    assert [reason.guard for reason in refused.value.verdict.reasons] == ["only_main_person"]


def test_in_private_time_an_end_from_outside_waits(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    for who, refusal in ((cast.noor, NotNow), (cast.ruud, NotNow)):
        with pytest.raises(refusal):
            take_step(By(db_session, who, START), case.id, Taking(GONE, stop_reason=StopReason.DIED))


def test_a_reason_of_another_step_is_refused(db_session: Session, cast: Cast) -> None:
    case = build.prepared_case(db_session, cast, START)
    for step, reason in ((STOP, StopReason.DIED), (GONE, StopReason.OTHER)):
        with pytest.raises(Refusal, match="Choose the reason"):
            take_step(By(db_session, cast.noor, START), case.id, Taking(step, stop_reason=reason))


# another day -----------------------------------------------------------------------------------------------------


def test_another_day_may_have_no_date_yet_and_those_who_come_hear_it(
    db_session: Session, cast: Cast, client: PageClient
) -> None:
    case = build.case_in_information(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/steps/another_day")
    page = client.submit("Go on another day", {"Why on another day?": "It is late."})
    assert "2 of 5" not in page.text
    assert db_session.scalars(select(Meeting.starts_at).order_by(Meeting.number.desc())).first() is None
    for address in ("marieke@example.org", "omar@example.org", "karim@example.org"):
        assert subjects_to(db_session, address)[-1] == "The conference goes on another day"


def test_yesterday_is_no_other_day(db_session: Session, cast: Cast) -> None:
    case = build.case_in_information(db_session, cast, START)
    day = Taking(Step.ANOTHER_DAY, reason="It is late.", new_date=START - timedelta(days=1))
    with pytest.raises(Refusal, match="The new day has passed"):
        take_step(By(db_session, cast.noor, START), case.id, day)


def test_a_day_that_has_passed_is_said_where_it_is_typed_and_the_reason_stays(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_information(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/steps/another_day")
    typed: dict[str, Value] = {"Why on another day?": "It is late.", "New date and time": "2026-03-01T10:00"}

    page = client.refused("Go on another day", typed, status=422)

    passed = "The new day has passed. Choose one that lies ahead, or leave it open: the date follows."
    assert page.errors == [f"New date and time: {passed}"]
    form = client.form("Go on another day")
    assert {label: form.shown(label) for label in typed} == typed


def test_a_question_of_the_first_day_is_answered_on_the_second(
    db_session: Session, cast: Cast, client: PageClient
) -> None:
    case = build.case_in_information(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    information.add_question(noor, case.id, QuestionText(case.people["omar"], "Who pays?"))
    take_step(noor, case.id, Taking(Step.ANOTHER_DAY, reason="It is late."))
    build.open_again(db_session, cast, START, case)
    for kind in InformationKind:
        information.add_information(noor, case.id, InformationText(kind, "Told again."))
    attendance.professionals_leave(noor, case.id)
    with pytest.raises(Blocked) as refused:
        take_step(noor, case.id, Taking(Step.BEGIN_PRIVATE_TIME))
    assert [reason.guard for reason in refused.value.verdict.reasons] == ["questions_answered"]
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/information")
    client.submit("Save the question", {"Answer": "The municipality."}, near="Who pays?")
    assert take_step(noor, case.id, Taking(Step.BEGIN_PRIVATE_TIME)) is Phase.PRIVATE_TIME


# plan without a conference ---------------------------------------------------------------------------------------


def test_skipped_looks_skipped(db_session: Session, cast: Cast, client: PageClient) -> None:
    case = build.prepared_case(db_session, cast, START)
    without = Taking(Step.PLAN_WITHOUT_CONFERENCE, reason="They made it at home.")
    take_step(By(db_session, cast.noor, START), case.id, without)
    sign_in(client, cast.noor)
    [rail] = [part for part in client.page(f"/conferences/{case.id}").all("ol") if "stops" in (part.get("class") or "")]
    said = [" ".join("".join(stop.itertext()).split()) for stop in rail]
    assert said[1:3] == ["Information skipped", "Private time skipped"]
    assert subjects_to(db_session, "omar@example.org")[-1] == "There will be no conference"


def test_after_an_evening_that_was_held_it_is_no_plan_without_a_conference(db_session: Session, cast: Cast) -> None:
    case = build.case_in_information(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    take_step(noor, case.id, Taking(Step.ANOTHER_DAY, reason="It is late."))
    with pytest.raises(Blocked) as refused:
        take_step(noor, case.id, Taking(Step.PLAN_WITHOUT_CONFERENCE, reason="They made it at home."))
    assert [reason.guard for reason in refused.value.verdict.reasons] == ["no_meeting_held"]


# rounds ----------------------------------------------------------------------------------------------------------


def test_a_new_round_starts_telling_attending_and_safety_anew(db_session: Session, cast: Cast) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    take_step(By(db_session, cast.noor, START), case.id, Taking(Step.RECONVENE, reason="Things changed."))
    rows = db_session.execute(
        select(
            Participant.attends, Participant.informed_on, Participant.attends_before, Participant.informed_before_on
        ).where(Participant.id == case.people["omar"])
    )
    assert [tuple(row) for row in rows] == [(None, None, Attends.IN_PERSON, TODAY)]
    with pytest.raises(Blocked) as refused:
        take_step(By(db_session, cast.noor, START), case.id, Taking(Step.OPEN_CONFERENCE))
    assert "everyone_decided" in [reason.guard for reason in refused.value.verdict.reasons]


def test_what_held_last_time_is_shown_and_taken_over_by_a_click(
    db_session: Session, cast: Cast, client: PageClient
) -> None:
    case = build.prepared_case(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    afraid = Concern(participant_id=case.people["omar"], concern="Of Kees.", arrangement="They sit apart.")
    safety_actions.add_concern(noor, case.id, afraid)
    build.step(db_session, cast, START, case, Step.OPEN_CONFERENCE)
    attendance.record_attendance(noor, case.id, list(case.people.values()))
    build.to_presentation(db_session, cast, START, case)
    build.write_plan(db_session, cast, START, case)
    build.answer_plan(db_session, cast, START, case)
    build.step(db_session, cast, START, case, Step.AGREE_PLAN)
    take_step(noor, case.id, Taking(Step.RECONVENE, reason="Things changed."))
    sign_in(client, cast.noor)
    assert "Last time: They sit apart." in client.page(f"/conferences/{case.id}/safety").text
    page = client.page(f"/conferences/{case.id}/circle")
    assert page.text.count("Last time: in person, told 2 Mar") == 8

    client.submit("As last time: Omar El Amrani")

    rows = db_session.execute(
        select(Participant.attends, Participant.informed_on, SafetyConcern.arrangement)
        .join(SafetyConcern, SafetyConcern.participant_id == Participant.id)
        .where(Participant.id == case.people["omar"])
    )
    assert [tuple(row) for row in rows] == [(Attends.IN_PERSON, None, "They sit apart.")]


def dates(page: Page) -> list[str]:
    """What stands at "Dates", without the days."""
    return [text_of(term) for part in page.all("dl") if part.get("class") == "dates" for term in part.iter("dt")]


def test_the_clock_of_the_conference_stops_for_good_and_starts_anew_with_a_round(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    here = f"/conferences/{case.id}"
    sign_in(client, cast.noor)
    seen = [dates(client.page(here))]
    build.step(db_session, cast, clock(), case, Step.OPEN_CONFERENCE)
    take_step(By(db_session, cast.noor, clock()), case.id, Taking(Step.ANOTHER_DAY, reason="It is late."))
    clock.advance(days=77)
    sign_in(client, cast.noor)
    seen.append(dates(client.page(here)))
    assert seen == [["Registered", "Conference", "Hold the conference"], ["Registered"]]


def test_a_new_round_has_its_own_clock_and_no_call_of_the_last(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, clock())
    clock.advance(days=365)
    again = Taking(Step.RECONVENE, reason="Things changed.")
    take_step(By(db_session, cast.noor, clock()), case.id, again)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}")
    assert dates(page) == ["Registered", "Call after four weeks", "Evaluation", "Hold the conference"]
    [last] = [row for row in page.all("dd") if "usual practice" in text_of(row)]
    assert text_of(last) == "by Tuesday 11 May 2027 (usual practice)"


def test_the_clocks_with_the_referrer_stay_stopped(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock
) -> None:
    case = build.case_in_information(db_session, cast, clock())
    db_session.execute(update(Conference).values(profile="england"))
    db_session.commit()
    spoke = NewContact(on=TODAY, channel="phone", text="Rang Karim.", participant_id=case.people["karim"])
    log_contact(By(db_session, cast.noor, clock()), case.id, spoke)
    clock.advance(days=20)
    sign_in(client, cast.noor)
    assert dates(client.page(f"/conferences/{case.id}")) == ["Registered", "Conference"]


# the main person died or left ------------------------------------------------------------------------------------


def test_the_dead_get_no_mail_and_no_new_link_and_stand_in_nobodys_circle(
    db_session: Session, cast: Cast, client: PageClient
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    db_session.execute(update(PersonalLink).values(revoked_at=START))
    db_session.commit()
    noor, before = By(db_session, cast.noor, START), subjects_to(db_session, "marieke@example.org")
    take_step(noor, case.id, Taking(GONE, stop_reason=StopReason.DIED))

    assert [one for one in subjects_to(db_session, "marieke@example.org") if one not in before] == []
    with pytest.raises(Refusal, match="There is no page for"):
        links.make_link(noor, case.id, case.people["marieke"], cost=COST)
    made = {one.participant_id for one in links.make_missing_links(noor, case.id, cost=COST)}
    assert (case.people["marieke"] in made, case.people["omar"] in made) == (False, True)
    sign_in(client, cast.noor)
    assert "Marieke" not in text_of(client.page(f"/conferences/{case.id}/links").all("main")[0])
    own = enter(client, db_session, START, case.id, case.people["omar"])
    [circle] = [text_of(part) for part in own.all("details") if "Who is in the circle" in text_of(part)]
    assert ("Marieke" in circle, "Linda" in circle) == (False, True)


@pytest.mark.parametrize(
    ("make", "family", "agencies"),
    [
        (
            build.case_in_evaluation,
            "This conference has ended. The plan stays yours: you can read it. A call or an evaluation that was "
            "planned is not held.",
            "This conference has ended. The plan stays the family's. A call or an evaluation that was planned is not "
            "held.",
        ),
        (
            build.case_in_presentation,
            "This conference has ended. No meeting of it is held any more.",
            "This conference has ended. No meeting of it is held any more.",
        ),
    ],
)
def test_the_bereaved_read_what_stays_and_whom_they_can_ring(
    db_session: Session, cast: Cast, client: PageClient, make: Build, family: str, agencies: str
) -> None:
    case = make(db_session, cast, START)
    set_phone(By(db_session, cast.noor, START), "01632 960010")
    take_step(By(db_session, cast.noor, START), case.id, Taking(GONE, stop_reason=StopReason.DIED))
    for name, says in (("omar", family), ("karim", agencies)):
        own = enter(client, db_session, START, case.id, case.people[name])
        assert says in own.text
        assert "You can ring: Noor van Dijk" in own.text
        assert subjects_to(db_session, f"{name}@example.org")[-1] == "The conference has ended"
    said = [one.body for one in db_session.scalars(select(OutboxMessage)) if one.subject == "The conference has ended"]
    assert (len(said) > 1, [one for one in said if "do not have to do" in one or "not go on" in one]) == (True, [])


# a later round ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [True, False], ids=["no new plan", "stopped before"])
def test_the_end_of_a_later_round_says_that_the_plan_stays(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock, held: bool
) -> None:
    case = case_in_second_round(db_session, cast)
    taking = Taking(Step.STOP_ROUND, stop_reason=StopReason.SITUATION_CHANGED)
    if held:
        taking = Taking(Step.NO_NEW_PLAN)
        build.open_again(db_session, cast, START, case)
        build.to_presentation(db_session, cast, START, case)
    sign_in(client, cast.noor)
    step = client.page(f"/conferences/{case.id}/steps/{taking.step}").text
    assert ("What somebody said about safety stays." in step, "The earlier plan stays" in step) == (held, True)

    take_step(By(db_session, cast.noor, START), case.id, taking)

    says = "There is no new plan. The plan in force goes on, with its tasks, follow-ups and links."
    assert says in client.page(f"/conferences/{case.id}").text
    family = "There is no new plan. Your plan stays as it is: its tasks, and the days on which you look at it again."
    own = enter(client, db_session, START, case.id, case.people["marieke"])
    assert (family in own.text, "Read the plan" in [name for name, _ in own.links]) == (True, True)
    agencies = "There is no new plan. The plan stays as it is. Nothing else is recorded of this time."
    assert agencies in enter(client, db_session, START, case.id, case.people["karim"]).text
    subject = "There is no new plan: your plan stays as it is"
    assert subjects_to(db_session, "marieke@example.org")[-1] == subject
    clock.advance(days=15)
    sign_in(client, cast.noor)
    assert says not in client.page(f"/conferences/{case.id}").text


def test_after_no_plan_nothing_stays_open_in_the_history(db_session: Session, cast: Cast, client: PageClient) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    attendance.professionals_leave(noor, case.id)
    take_step(noor, case.id, Taking(Step.GO_BACK, reason="Omar wants to say more."))
    take_step(noor, case.id, Taking(Step.COME_OUT))
    build.change_details(db_session, cast, START, case, case.people["kees"], attends=Attends.LETTER, view="I am sorry.")
    sign_in(client, cast.noor)
    here = f"/conferences/{case.id}/history"
    assert "Still open." in client.page(here).text

    take_step(noor, case.id, NO_PLAN)

    text = client.page(here).text
    assert [said for said in ("Still open.", "no longer there to be read out") if said in text] == []
    assert "Not read out." in text
    assert (text.count("Not yet:"), "Not heard when the conference ended:" in text) == (1, True)  # the end itself
