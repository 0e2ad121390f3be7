"""What a change of somebody's part does not lift: private time without professionals, and the no of a main person."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import Case, open_case
from ekc.conferences.actions import circle
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference, Notice, Participant
from ekc.conferences.queries.agencies import perhaps_professional
from ekc.conferences.queries.members import members
from ekc.conferences.queries.traces import traces
from ekc.core.errors import Refusal
from ekc.core.outbox import OutboxMessage
from ekc.journey.actions.steps import take_step
from ekc.journey.facts import gather_facts
from ekc.journey.home import staff_home
from ekc.journey.needs.kinds import NeedKind
from ekc.journey.notices import owed_in
from ekc.matching.actions.asking import ask_coordinator
from ekc.matching.actions.independence import accept, confirm_coordinator, want_another_coordinator
from ekc.meetings.actions import attendance
from ekc.meetings.queries import current_meeting, stretches
from ekc.plans import edits
from ekc.plans.actions.agreement import record_agreement
from ekc.plans.actions.drafts import change_plan
from ekc.plans.actions.sharing import share_plan
from ekc.plans.draft import Draft, NewAction
from ekc.plans.facts import heard
from ekc.plans.queries.circle import circle as plan_circle
from ekc.plans.queries.versions import stored_draft, tasks_in_force
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.guards.agreement import noes_of_former_main_persons
from ekc.workflow.guards.coordinator import coordinator_confirmed
from ekc.workflow.guards.room import professionals_left
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import (
    ActionKind,
    Activity,
    Agreed,
    Attends,
    CasePart,
    Part,
    PlanSharing,
    Role,
    Step,
    TraceKind,
)
from tests import build
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.form import Value
from tests.workflow.build import said

WHY = "She has stopped working and is a friend now."
LATER = START + timedelta(hours=2)


def details(session: Session, participant_id: int, **changes: object) -> PersonDetails:
    row = session.get_one(Participant, participant_id)
    known = {name: getattr(row, name) for name in PersonDetails.__dataclass_fields__}
    known["needs"] = tuple(known["needs"])
    return PersonDetails(**(known | changes))


@pytest.fixture
def between(db_session: Session, cast: Cast) -> build.Made:
    """The first evening was held, and the second is being prepared."""
    case = build.case_in_information(db_session, cast, START)
    day = Taking(Step.ANOTHER_DAY, reason="It got late.", new_date=LATER + timedelta(days=3))
    take_step(By(db_session, cast.noor, LATER), case.id, day)
    return case


def noor(session: Session, cast: Cast) -> By:
    return By(session, cast.noor, LATER)


def of_kind(session: Session, case: build.Made, *kinds: TraceKind) -> list[tuple[TraceKind, int, str | None]]:
    return [(row.kind, row.participant_id, row.reason) for row in traces(session, case.id) if row.kind in kinds]


def roles(session: Session, case: build.Made, who: int) -> frozenset[Role]:
    opened: Case = open_case(By(session, participant(case.id, who), LATER), case.id, Activity.SEE_OWN_PAGE)
    return opened.roles


def test_between_two_evenings_another_part_of_a_professional_asks_why(
    db_session: Session, cast: Cast, between: build.Made
) -> None:
    els = between.people["els"]
    with pytest.raises(Refusal, match="came to this conference as a professional") as refused:
        circle.change_person(noor(db_session, cast), between.id, els, details(db_session, els, part=Part.FRIEND))
    assert refused.value.field == "why"
    db_session.rollback()

    circle.change_person(noor(db_session, cast), between.id, els, details(db_session, els, part=Part.FRIEND), WHY)

    db_session.rollback()
    assert db_session.get_one(Participant, els).came_as_professional is True
    assert of_kind(db_session, between, TraceKind.PART) == [(TraceKind.PART, els, WHY)]
    (notice,) = db_session.scalars(select(Notice).where(Notice.kind == NoticeKind.PART)).all()
    assert (notice.about, notice.was, notice.now) == (els, "Els Vermeer", "friend")
    (owed,) = [one for one in owed_in(db_session, [between.id])[between.id] if one.notice.kind is NoticeKind.PART]
    everybody = {one.name for one in owed.to}
    assert {"Marieke de Wit", "Omar El Amrani", "Joost Lammers"} <= everybody
    assert everybody.isdisjoint({"Els Vermeer", "Karim Jansen"})
    mails = db_session.scalars(select(OutboxMessage.subject).where(OutboxMessage.key.contains(f"notice-{notice.id}:")))
    assert set(mails) == {"Somebody who came as a professional has another role"}


@pytest.mark.parametrize("way", ["edit", "added again", "renamed"])
def test_whoever_came_as_a_professional_is_not_in_private_time_of_the_next_evening(
    db_session: Session, cast: Cast, between: build.Made, way: str
) -> None:
    by, els = noor(db_session, cast), between.people["els"]
    if way == "edit":
        circle.change_person(by, between.id, els, details(db_session, els, part=Part.FRIEND), WHY)
    else:
        circle.remove_person(by, between.id, els, "She left her work.")
        new = PersonDetails(name="els VERMEER" if way == "added again" else "Somebody", part=Part.FRIEND)
        if way == "added again":
            with pytest.raises(Refusal, match="came to this conference as a professional"):
                circle.add_person(by, between.id, new)
            db_session.rollback()
            els = circle.add_person(by, between.id, new, WHY)
        else:
            els = circle.add_person(by, between.id, new)
            named = details(db_session, els, name="Els Vermeer")
            with pytest.raises(Refusal, match="came to this conference as a professional"):
                circle.change_person(by, between.id, els, named)
            db_session.rollback()
            circle.change_person(by, between.id, els, named, WHY)
    db_session.rollback()
    circle.change_person(
        by, between.id, els, details(db_session, els, attends=Attends.IN_PERSON, informed_on=START.date())
    )
    build.step(db_session, cast, LATER, between, Step.OPEN_CONFERENCE)
    attendance.record_attendance(by, between.id, [els, *(between.people[who] for who in ("marieke", "omar", "kees"))])
    db_session.rollback()

    meeting = current_meeting(db_session, between.id)
    assert meeting is not None
    assert {row.participant_id: row.part for row in stretches(db_session, meeting.id)}[els] is Part.PROFESSIONAL
    case = gather_facts(db_session, db_session.get_one(Conference, between.id), LATER)
    assert [(one.casefold(), *where) for one, *where in said(professionals_left, case)] == [
        ("els vermeer is still in the room", "attendance", str(els))
    ]
    assert els not in {person.id for person in case.family}
    db_session.rollback()
    assert roles(db_session, between, els) & {Role.FAMILY, Role.IN_ROOM, Role.PROFESSIONAL} == {Role.PROFESSIONAL}


def test_a_professional_who_never_came_is_given_another_part_without_a_question(
    db_session: Session, cast: Cast
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    els = case.people["els"]
    circle.change_person(noor(db_session, cast), case.id, els, details(db_session, els, part=Part.FRIEND))
    assert db_session.get_one(Participant, els).came_as_professional is False


def test_also_in_a_new_round(db_session: Session, cast: Cast) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    els = case.people["els"]
    with pytest.raises(Refusal, match="came to this conference as a professional"):
        circle.change_person(noor(db_session, cast), case.id, els, details(db_session, els, part=Part.SUPPORTER))


def test_the_page_asks_why_and_history_and_own_page_say_it(
    client: PageClient, db_session: Session, cast: Cast, between: build.Made, clock: FrozenClock
) -> None:
    clock.set(LATER)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{between.id}/circle/{between.people['els']}")
    page = client.refused("Save", {"Role in the circle": "friend"}, status=409)
    assert "Els Vermeer came to this conference as a professional." in page.text
    client.submit("Save", {"Why they have another role now": WHY})
    page = client.page(f"/conferences/{between.id}/history")
    assert f"Came as a professional, and has another role now. {WHY}" in page.text
    assert "Els Vermeer came as a professional, and has another role now: friend." in page.text
    page = client.page(f"/conferences/{between.id}/circle/{between.people['els']}")
    assert "They came to this conference as a professional, so they stay outside private time." in page.text
    for name, reads in (("yara", True), ("marieke", True), ("els", False), ("karim", False)):
        if name in between.people:
            own = enter(client, db_session, LATER, between.id, between.people[name])
            assert ("Els Vermeer came as a professional, and has another role now: friend." in own.text) is reads


def test_also_where_several_are_added_at_once(
    client: PageClient, db_session: Session, cast: Cast, between: build.Made, clock: FrozenClock
) -> None:
    circle.remove_person(noor(db_session, cast), between.id, between.people["els"], "She left her work.")
    clock.set(LATER)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{between.id}/circle")
    several = {"One person on each line": "Truus Bos, next door\nEls Vermeer, friend"}
    client.shown("Look at the list", several)
    page = client.refused("Add them to the circle", status=409)
    assert page.errors == [
        "Why they have another role now: Els Vermeer came to this conference as a professional. Write down why they "
        "have another role now. The family is told, and in private time they stay outside all the same. Is it "
        "somebody else of the same name? Write down something that tells them apart."
    ]
    client.submit("Add them to the circle", {"Why they have another role now": WHY})
    db_session.rollback()
    added = {row.name: row for row in db_session.scalars(select(Participant).where(Participant.removed_at.is_(None)))}
    marks = {name: added[name].came_as_professional for name in ("Truus Bos", "Els Vermeer")}
    assert marks == {"Truus Bos": False, "Els Vermeer": True}
    assert of_kind(db_session, between, TraceKind.PART) == [(TraceKind.PART, added["Els Vermeer"].id, WHY)]


def test_whoever_came_as_a_professional_reads_the_plan_when_every_main_person_lets_them(
    db_session: Session, cast: Cast
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    by, els, marieke = noor(db_session, cast), case.people["els"], case.people["marieke"]
    share_plan(by, case.id, marieke, {els: PlanSharing.NOTHING})

    circle.change_person(by, case.id, els, details(db_session, els, part=Part.FRIEND), WHY)

    def reads() -> tuple[PlanSharing, bool]:
        db_session.rollback()
        opened = open_case(By(db_session, participant(case.id, els), LATER), case.id, Activity.SEE_PLAN)
        shown = {one.id: one.sharing for one in plan_circle(db_session, case.id)}
        return shown[els], opened.sees(CasePart.PLAN) is not None

    found = [reads()]
    for sharing in (PlanSharing.ALL, PlanSharing.CONCERNS):
        share_plan(by, case.id, marieke, {els: sharing})
        found.append(reads())
    assert found == [(PlanSharing.NOTHING, False), (PlanSharing.ALL, True), (PlanSharing.CONCERNS, False)]


def test_whoever_came_as_a_professional_is_not_asked_about_the_plan(
    db_session: Session, cast: Cast, between: build.Made
) -> None:
    els = between.people["els"]
    circle.change_person(noor(db_session, cast), between.id, els, details(db_session, els, part=Part.FRIEND), WHY)

    asked = heard(plan_circle(db_session, between.id), Draft(), {}, without_conference=False).not_asked
    assert (between.people["omar"] in {one.id for one in asked}, els in {one.id for one in asked}) == (True, False)


def test_home_does_not_wait_for_the_answer_of_whoever_came_as_a_professional(db_session: Session, cast: Cast) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    els = case.people["els"]
    build.write_plan(db_session, cast, START, case)
    draft = stored_draft(db_session, case.id)
    day = (START + timedelta(days=9)).date()
    asked = NewAction(what="Plans the treatment", who=(els,), by=day, kind=ActionKind.PROFESSIONAL)
    new = edits.add_action(draft.draft.goals[0].key, asked)
    change_plan(By(db_session, cast.noor, START), case.id, draft.revision, new)
    build.answer_plan(db_session, cast, START, case)
    build.step(db_session, cast, START, case, Step.AGREE_PLAN)
    circle.change_person(noor(db_session, cast), case.id, els, details(db_session, els, part=Part.FRIEND), WHY)

    assert els in tasks_in_force(db_session, [case.id])[case.id][1]
    assert staff_home(db_session, cast.noor, LATER).waits[NeedKind.UNSETTLED] == ()


def test_by_way_of_a_professional_nobody_is_what_they_were_not(
    db_session: Session, cast: Cast, between: build.Made
) -> None:
    """Els, added again, came to nothing herself: that she came as a professional is known by her mark alone."""
    by = noor(db_session, cast)
    circle.remove_person(by, between.id, between.people["els"], "She left her work.")
    els = circle.add_person(by, between.id, PersonDetails(name="Els Vermeer", part=Part.FRIEND), WHY)
    circle.change_person(by, between.id, els, details(db_session, els, part=Part.PROFESSIONAL))
    with pytest.raises(Refusal, match="came to this conference as a professional"):
        circle.change_person(by, between.id, els, details(db_session, els, part=Part.FRIEND))
    db_session.rollback()
    assert db_session.get_one(Participant, els).came_as_professional is True


# A main person's no


def test_the_no_to_a_coordinator_stands_when_they_take_the_main_person_out(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    marieke = case.people["marieke"]
    by, omar = By(db_session, cast.noor, START), case.people["omar"]
    circle.change_person(by, case.id, omar, details(db_session, omar, part=Part.MAIN_PERSON))
    confirm_coordinator(by, case.id, participant_id=omar)
    want_another_coordinator(By(db_session, participant(case.id, marieke), START), case.id)

    circle.remove_person(noor(db_session, cast), case.id, marieke, "She does not answer.")

    db_session.rollback()
    facts = gather_facts(db_session, db_session.get_one(Conference, case.id), LATER)
    assert said(coordinator_confirmed, facts) == [
        ("A main person would rather have another coordinator", "coordinator", "")
    ]
    assert of_kind(db_session, case, TraceKind.NO_STANDS, TraceKind.REMOVED) == [
        (TraceKind.REMOVED, marieke, "She does not answer."),
        (TraceKind.NO_STANDS, marieke, "She does not answer."),
    ]
    mails = db_session.scalars(select(OutboxMessage.subject).where(OutboxMessage.key.startswith("no-stands:"))).all()
    assert mails == ["Somebody who had said no is a main person no longer"] * 2  # the coordinator, the regional manager


def test_a_no_to_a_coordinator_of_before_counts_no_more(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    marieke, omar = case.people["marieke"], case.people["omar"]
    circle.change_person(noor(db_session, cast), case.id, omar, details(db_session, omar, part=Part.MAIN_PERSON))
    want_another_coordinator(By(db_session, participant(case.id, marieke), START), case.id)
    ask_coordinator(By(db_session, cast.ruud, LATER), case.id, cast.denise.account_id or 0, "As she wishes.")
    accept(By(db_session, cast.denise, LATER), case.id, build.INDEPENDENT)

    circle.remove_person(By(db_session, cast.denise, LATER), case.id, marieke, "She moved away.")

    db_session.rollback()
    assert [kind for kind, *_ in of_kind(db_session, case, TraceKind.NO_STANDS, TraceKind.REMOVED)] == [
        TraceKind.REMOVED
    ]


def test_another_part_of_a_main_person_who_said_no_asks_why(db_session: Session, cast: Cast) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    by, marieke = By(db_session, cast.noor, START), case.people["marieke"]
    omar = case.people["omar"]
    circle.change_person(by, case.id, omar, details(db_session, omar, part=Part.MAIN_PERSON))
    record_agreement(by, case.id, marieke, Agreed.NO, "Not like this.")
    with pytest.raises(Refusal, match="That no still holds") as refused:
        circle.change_person(by, case.id, marieke, details(db_session, marieke, part=Part.FAMILY))
    assert refused.value.field == "why"
    db_session.rollback()
    circle.change_person(by, case.id, marieke, details(db_session, marieke, part=Part.FAMILY), "A mistake.")
    db_session.rollback()
    facts = gather_facts(db_session, db_session.get_one(Conference, case.id), START)
    assert [one for one, *_ in said(noes_of_former_main_persons, facts)] == [
        "Marieke de Wit is no longer a main person, and does not agree with this plan: the history says why."
    ]


def test_who_reads_the_plan_is_asked_again_when_a_main_person_who_said_no_is_taken_out(
    db_session: Session, cast: Cast
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    by, els = By(db_session, cast.noor, START), case.people["els"]
    marieke, omar = case.people["marieke"], case.people["omar"]
    circle.change_person(by, case.id, omar, details(db_session, omar, part=Part.MAIN_PERSON))
    share_plan(by, case.id, marieke, {els: PlanSharing.NOTHING})
    share_plan(by, case.id, omar, {els: PlanSharing.ALL})

    circle.remove_person(by, case.id, marieke, "She moved away.")

    shared = {one.id: one.sharing for one in plan_circle(db_session, case.id)}
    assert shared[els] is PlanSharing.NOTHING
    share_plan(by, case.id, omar, {els: PlanSharing.ALL})
    assert {one.id: one.sharing for one in plan_circle(db_session, case.id)}[els] is PlanSharing.ALL


def test_a_main_person_who_said_nothing_is_taken_out_as_before(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    by, omar = By(db_session, cast.noor, START), case.people["omar"]
    circle.change_person(by, case.id, omar, details(db_session, omar, part=Part.MAIN_PERSON))
    circle.change_person(by, case.id, omar, details(db_session, omar, part=Part.FAMILY))
    assert db_session.get_one(Participant, omar).no_stands is False


# Whoever works where a professional works


def test_a_neighbour_who_works_where_a_professional_works_is_asked_about(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle")
    here: dict[str, Value] = {
        "Name": "Wim Bos",
        "Role in the circle": "neighbour",
        "Organisation": "Primary School Wilg",
    }
    assert "They come for themselves" not in client.here.text

    page = client.refused("Add to the circle", here, status=409)

    (error,) = page.errors
    assert "Somebody of Primary School Wilg takes part as a professional. Does Wim Bos come as one too?" in error
    client.submit("Add to the circle", here | {"They come for themselves, not for this organisation": True})
    client.follow("Wim Bos")
    client.refused("Save", {"They come for themselves, not for this organisation": False}, status=409)
    client.submit("Save", {"Role in the circle": "professional"})
    omar = f"/conferences/{case.id}/circle/{case.people['omar']}"
    client.page(omar)
    client.submit("Save", {"Organisation": "Albert Heijn"})
    assert "They come for themselves" not in client.page(omar).text, "no professional works there"


def test_private_time_waits_until_it_is_known_as_what_somebody_comes(db_session: Session, cast: Cast) -> None:
    """The organisation of the professional was written down later than theirs."""
    case = build.case_in_information(db_session, cast, START)
    omar = case.people["omar"]
    db_session.get_one(Participant, omar).organisation = "primary school de Wilg"
    db_session.commit()
    by = noor(db_session, cast)
    attendance.come_back(by, case.id, omar)

    def asked() -> list[tuple[str, str, str]]:
        facts = gather_facts(db_session, open_case(by, case.id, Activity.SEE_CASE), LATER)
        return [one for one in said(professionals_left, facts) if one[1] == "person"]

    assert asked() == [("It is not known whether Omar El Amrani comes as a professional", "person", str(omar))]
    circle.change_person(by, case.id, omar, details(db_session, omar, for_themselves=True))
    assert asked() == []
    elsewhere = "Youth protection"  # where the referrer works; the answer was about the school
    circle.change_person(by, case.id, omar, details(db_session, omar, organisation=elsewhere))
    assert len(asked()) == 1


@pytest.mark.parametrize("way", ["speaks for it", "has another role now", "works for two"])
def test_it_is_asked_of_whoever_works_for_an_agency_of_the_case(
    db_session: Session, cast: Cast, between: build.Made, way: str
) -> None:
    by, els, school = noor(db_session, cast), between.people["els"], "De Wilg"
    match way:
        case "speaks for it":
            speaks = details(db_session, els, organisation="The city", speaks_for=school)
            circle.change_person(by, between.id, els, speaks)
        case "has another role now":
            els_now = details(db_session, els, organisation=school, part=Part.FRIEND)
            circle.change_person(by, between.id, els, els_now, WHY)
        case _:
            circle.change_person(by, between.id, els, details(db_session, els, organisation=school))
            school = "Albert Heijn; De Wilg"
    wim = PersonDetails(name="Wim Bos", part=Part.NEIGHBOUR, organisation=school)

    with pytest.raises(Refusal, match="come as one too") as refused:
        circle.add_person(by, between.id, wim)

    assert refused.value.field == "for_themselves"
    db_session.rollback()
    here = circle.add_person(by, between.id, replace(wim, organisation=""))
    db_session.get_one(Participant, here).organisation = school
    db_session.flush()
    assert perhaps_professional(members(db_session, between.id)) == {here}
