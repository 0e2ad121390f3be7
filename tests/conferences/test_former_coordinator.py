"""What ends with somebody's role in a case: the codes a former coordinator knows, and mails to excluded people."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts import access as accounts_access
from ekc.accounts.access import By
from ekc.accounts.queries import offices
from ekc.conferences.actions.circle import remove_person
from ekc.conferences.actions.links import end_device, forget_codes_of_former_coordinators, make_link, revoke_links
from ekc.conferences.entries import MadeLink, NewLink
from ekc.core.audit import AuditEvent
from ekc.core.errors import Refusal
from ekc.core.outbox import OutboxMessage
from ekc.evaluations.actions import give_up
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import take_step
from ekc.journey.home import staff_home
from ekc.journey.needs.kinds import NeedKind
from ekc.links import verification
from ekc.links.models import LinkDevice, PersonalLink
from ekc.links.verification import verify_by_answer
from ekc.matching.actions.asking import ask_coordinator, end_match
from ekc.matching.actions.independence import accept
from ekc.staff.actions import closing, roles
from ekc.staff.actions.accounts import set_phone
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Attends, Part, Role, Step
from tests import build
from tests.build import INDEPENDENT, Made
from tests.cast import COST, Cast, enter_as_before, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock

End = Callable[[Session, Cast, Made], None]
LONG = timedelta(days=31)


def link_for(session: Session, cast: Cast, case: Made, days: int = 60) -> MadeLink:
    """Marieke's link, made by Noor, who keeps a copy of link and code."""
    return make_link(By(session, cast.noor, START), case.id, case.people["marieke"], NewLink(days=days), COST)


def opens(session: Session, made: MadeLink, at: datetime = START) -> bool:
    """Whether link and code are accepted on a new device."""
    return verify_by_answer(session, at, made.token, made.code, False, "Firefox, Windows", COST) is not None


def parted(session: Session, cast: Cast, case: Made) -> None:
    end_match(By(session, cast.ruud, START), case.id, "She is the neighbour of the family.")


def handed_over(session: Session, cast: Cast, case: Made) -> None:
    ask_coordinator(By(session, cast.ruud, START), case.id, cast.denise.account_id or 0)
    accept(By(session, cast.denise, START), case.id, INDEPENDENT)


def closed(session: Session, cast: Cast, case: Made) -> None:
    closing.close_account(By(session, cast.bas, START), cast.noor.account_id or 0)


def no_coordinator(session: Session, cast: Cast, case: Made) -> None:
    noor = cast.noor.account_id or 0
    roles.give_role(
        By(session, cast.bas, START), noor, accounts_access.Office(Role.CARE_MANAGER, municipality="Rivierstad")
    )
    (held,) = (row.id for row in offices(session, [noor])[noor] if row.role is Role.COORDINATOR)
    roles.take_role(By(session, cast.bas, START), noor, held)


def gone(session: Session, cast: Cast, case: Made) -> None:
    """Noor's last day was yesterday, and the nightly job has run."""
    leaving(session, cast, case)
    forget_codes_of_former_coordinators(session, START + timedelta(days=1), cast.north)


def leaving(session: Session, cast: Cast, case: Made) -> None:
    closing.set_leaving(By(session, cast.bas, START), cast.noor.account_id or 0, START.date())


@pytest.mark.parametrize("end", [parted, handed_over, closed, no_coordinator, gone])
def test_the_code_they_know_opens_nothing_any_more(db_session: Session, cast: Cast, end: End) -> None:
    case = build.matched_case(db_session, cast, START)
    made = link_for(db_session, cast, case)
    other = build.matched_case(db_session, cast, START)
    handed_over(db_session, cast, other)
    hers = make_link(By(db_session, cast.denise, START), other.id, other.people["marieke"], NewLink(), COST)

    end(db_session, cast, case)

    assert (opens(db_session, made), opens(db_session, hers)) == (False, True)


def test_after_the_last_task_the_night_takes_it_away(db_session: Session, cast: Cast) -> None:
    case = build.closed_case(db_session, cast, START)
    made, under_way = link_for(db_session, cast, case, 365), build.case_in_setup(db_session, cast, START)
    of_other = link_for(db_session, cast, under_way, 365)

    done = [
        forget_codes_of_former_coordinators(db_session, START + timedelta(days=days), cast.north)
        for days in (30, 31, 32)
    ]

    assert done == [0, 1, 0]
    assert (opens(db_session, made, START + LONG), opens(db_session, of_other, START + LONG)) == (False, True)
    lines = select(AuditEvent.conference_id).where(AuditEvent.action == "link.codes_forgotten")
    assert db_session.scalars(lines).all() == [case.id]


def test_no_night_is_needed_for_a_code_to_end(db_session: Session, cast: Cast) -> None:
    case = build.closed_case(db_session, cast, START)
    made = link_for(db_session, cast, case, 365)
    hers = make_link(By(db_session, cast.ruud, START), case.id, case.people["kees"], NewLink(days=365), COST)
    question = NewLink(days=365, question="The name of your first cat?", answer="Minoes")
    make_link(By(db_session, cast.noor, START), case.id, case.people["linda"], question, COST)

    opened = [opens(db_session, made, START + timedelta(days=days)) for days in (0, 30, 31, 40)]

    assert (opened, opens(db_session, hers, START + LONG)) == ([True, True, False, False], True)
    make_link(By(db_session, cast.ruud, START + LONG), case.id, case.people["linda"], None, COST)
    live = (PersonalLink.participant_id == case.people["linda"], PersonalLink.revoked_at.is_(None))
    assert db_session.execute(select(PersonalLink.question, PersonalLink.answer_hash).where(*live)).all() == [
        (None, None)
    ]


def test_no_night_is_needed_after_the_last_day(db_session: Session, cast: Cast) -> None:
    case = build.matched_case(db_session, cast, START)
    made = link_for(db_session, cast, case)
    leaving(db_session, cast, case)
    assert [opens(db_session, made, START + timedelta(days=days)) for days in (0, 1)] == [True, False]


def test_then_the_manager_gives_a_new_one(db_session: Session, cast: Cast) -> None:
    case = build.closed_case(db_session, cast, START)
    at = START + LONG

    made = make_link(By(db_session, cast.ruud, at), case.id, case.people["marieke"], NewLink(), COST)
    forget_codes_of_former_coordinators(db_session, at, cast.north)

    assert opens(db_session, made, at)


def test_a_new_link_does_not_ask_what_the_former_coordinator_wrote(db_session: Session, cast: Cast) -> None:
    case = build.matched_case(db_session, cast, START)
    marieke = case.people["marieke"]
    asking = NewLink(question="The name of your first cat?", answer="Minoes")
    make_link(By(db_session, cast.noor, START), case.id, marieke, asking, COST)
    revoke_links(By(db_session, cast.noor, START), case.id, marieke)
    handed_over(db_session, cast, case)

    make_link(By(db_session, cast.denise, START), case.id, marieke, None, COST)

    live = select(PersonalLink.question, PersonalLink.answer_hash).where(PersonalLink.revoked_at.is_(None))
    ((question, answer),) = db_session.execute(live)
    assert (question, answer is not None) == (None, False)  # so the yes of Denise


DECIDED = {"exclusion_reason": "Threatened Marieke.", "excluded_by": "Noor", "excluded_on": START.date()}


@pytest.mark.parametrize("how", [{"part": Part.INTERPRETER}, {"attends": Attends.EXCLUDED, **DECIDED}, None])
def test_who_is_shut_out_gets_no_mail_that_waits(
    db_session: Session, cast: Cast, how: dict[str, object] | None
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    linda = case.people["linda"]
    waiting = select(OutboxMessage.key).where(OutboxMessage.key.like(f"{case.id}:%"))
    before = set(db_session.scalars(waiting))
    assert {key for key in before if key.endswith(f":{linda}")}

    if how is None:
        remove_person(By(db_session, cast.noor, START), case.id, linda, "She moved away.")
    else:
        build.change_details(db_session, cast, START, case, linda, **how)

    assert set(db_session.scalars(waiting)) == {key for key in before if not key.endswith(f":{linda}")}


def test_the_only_main_person_cannot_be_kept_away(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)

    with pytest.raises(Refusal, match="is the only main person"):
        build.change_details(db_session, cast, START, case, case.people["marieke"], attends=Attends.EXCLUDED, **DECIDED)


def test_who_waits_then_is_told_of_to_the_manager(db_session: Session, cast: Cast) -> None:
    case, at = build.closed_case(db_session, cast, START), START + LONG
    made = link_for(db_session, cast, case, 365)

    def waiting(moment: datetime) -> list[list[tuple[int, int]]]:
        device, _ = verification.ask_to_come_in(db_session, moment, made.token, "Firefox, Windows")
        homes = (staff_home(db_session, one, moment) for one in (cast.noor, cast.ruud, cast.iris))
        found = [[(entry.case.id, entry.waiting) for entry in home.waits[NeedKind.AT_A_LINK]] for home in homes]
        end_device(By(db_session, cast.ruud, moment), case.id, device)
        return found

    assert waiting(START) == [[(case.id, 1)], [], []]
    assert waiting(at) == [[], [(case.id, 1)], []]


@pytest.mark.both_databases
def test_the_new_coordinator_gives_everybody_a_code_at_once(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    by_noor = link_for(db_session, cast, case)
    device = verify_by_answer(db_session, START, by_noor.token, by_noor.code, True, "Safari, iPhone", COST)
    handed_over(db_session, cast, case)
    sign_in(client, cast.denise)
    client.page(f"/conferences/{case.id}/links")
    assert "1 person has no code from you" in client.here.text

    sent = client.form("Make new codes for everybody").fill({}).payload()
    page = client.shown("Make new codes for everybody")

    ((name, _phone, code),) = page.table()[1:]
    assert (page.heading, name) == ("1 code was made", "Marieke de Wit")
    assert not opens(db_session, by_noor)
    assert opens(db_session, replace(by_noor, code=code.replace(" ", "")))  # the slip of before, with the new code
    assert device is not None
    assert db_session.scalars(select(LinkDevice.ended_at).where(LinkDevice.device == "Safari, iPhone")).all() == [None]
    client.page(f"/conferences/{case.id}/links")
    assert "no code from you" not in client.here.text
    refused = client.post(f"/conferences/{case.id}/links/codes", data=sent)
    assert (refused.status_code, "Each link has a code." in refused.text) == (409, True)


def test_a_family_that_wants_to_come_together_again_after_their_last_day_leads_them_nowhere(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    build.change_details(db_session, cast, START, case, case.people["omar"], part=Part.MAIN_PERSON)
    for row in follow_ups(db_session, case.id, START.date()):
        give_up(By(db_session, cast.noor, START), case.id, row.id, "The family moved away.")
    set_phone(By(db_session, cast.ruud, START), "01632 960010")
    clock.advance(days=60)
    page = enter_as_before(client, db_session, clock(), case.id, case.people["marieke"])
    assert "You can ring: Ruud Kramer, 01632 960010" in page.text
    assert "your coordinator" not in page.text.lower()
    for name in ("marieke", "omar"):
        who = participant(case.id, case.people[name])
        take_step(By(db_session, who, clock()), case.id, Taking(Step.RECONVENE, reason="School."))

    text = client.page(page.url).text
    assert "The regional manager knows." in text
    assert "Your coordinator and the regional manager know" not in text
    to_noor = select(OutboxMessage.id).where(
        OutboxMessage.recipient == "noor@example.org", OutboxMessage.queued_at == clock()
    )
    assert db_session.scalars(to_noor).all() == []
    db_session.rollback()
    sign_in(client, cast.noor)
    assert "De Wit" not in client.page("/").text
    refused = client.get(f"/conferences/{case.id}")
    assert (refused.status_code, "Ruud Kramer 01632 960010 can open it: ring them." in refused.text) == (403, True)
    sign_in(client, cast.ruud)
    text = client.page(f"/conferences/{case.id}").text
    assert "There is nobody who can take the step now: ask another coordinator first. Find a coordinator" in text
