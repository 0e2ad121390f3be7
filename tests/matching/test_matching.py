"""Finding a coordinator, by actions: who may, the effects, the refusals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.accounts.models import Account
from ekc.conferences.access import open_case
from ekc.conferences.actions.circle import change_person
from ekc.conferences.actions.links import make_link
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference
from ekc.conferences.queries.voices import voices
from ekc.core.audit import broken_chains
from ekc.core.errors import NotNow, Refusal, Stale, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.links.models import Confirmed
from ekc.links.queries.devices import devices_of
from ekc.links.queries.links import links_of
from ekc.links.verification import verify_by_answer
from ekc.matching.actions import asking, independence
from ekc.matching.entries import Declaration
from ekc.matching.queries.asking import Wishes, wishes
from ekc.matching.queries.candidates import candidates
from ekc.matching.queries.match import Matches, MatchRow, match_history, matches, open_conflicts
from ekc.workflow.independence import Matter
from ekc.workflow.vocabulary import Activity, Agreed, Part, Phase, Role, VoiceMatter
from tests.build import Made, case_in_setup, registered_case
from tests.cast import COST, Cast, participant
from tests.clock import START
from tests.voices import said

INDEPENDENT = Declaration("I am retired and do not know the family.", employer="", relation="", interest="", caseload=0)
DOUBTS = Declaration("I say it as it is.", employer="", relation="", interest="My sister teaches at the school.")
MARIEKE = PersonDetails(name="Marieke de Wit", part=Part.MAIN_PERSON, email="marieke@example.org")


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return registered_case(db_session, cast, START)


def ask(session: Session, cast: Cast, case: Made, whom: Visitor) -> int:
    return asking.ask_coordinator(By(session, cast.ruud, START), case.id, whom.account_id or 0)


def match_of(session: Session, case: Made) -> MatchRow:
    """The pending match, or else the current one."""
    both = matches(session, case.id)
    found = both.pending or both.current
    assert found is not None
    return found


def who(session: Session, case: Made) -> tuple[str, str]:
    """The names of the coordinator and of the person who is asked."""
    both = matches(session, case.id)
    return both.current.name if both.current else "", both.pending.name if both.pending else ""


def mails(session: Session) -> list[tuple[str, str]]:
    """The mails about matches; registering sends others."""
    about_matches = select(OutboxMessage).where(OutboxMessage.key.contains("match"))
    return [(mail.recipient, mail.subject) for mail in session.scalars(about_matches.order_by(OutboxMessage.id))]


def be_in(session: Session, case: Made, phase: Phase, **more: object) -> None:
    """Put the case in a phase without taking the steps."""
    session.execute(update(Conference).where(Conference.id == case.id).values(phase=phase, **more))
    session.commit()


def test_nobody_is_asked_at_first(db_session: Session, cast: Cast, case: Made) -> None:
    assert matches(db_session, case.id) == Matches()
    assert wishes(db_session, case.id) == Wishes(
        ("speaks Dutch and understands Moroccan Arabic", "preferably a woman"), ()
    )
    with pytest.raises(Unknown):
        open_case(By(db_session, cast.noor, START), case.id, Activity.SEE_REGISTRATION)


def test_whoever_is_asked_sees_the_case_and_gets_a_mail_without_names(
    db_session: Session, cast: Cast, case: Made
) -> None:
    ask(db_session, cast, case, cast.noor)

    assert open_case(By(db_session, cast.noor, START), case.id, Activity.ANSWER_MATCH).id == case.id
    match = match_of(db_session, case)
    assert (match.name, match.accepted, match.declaration) == ("Noor van Dijk", False, None)
    mail = db_session.scalars(select(OutboxMessage).where(OutboxMessage.key.startswith("match:"))).one()
    assert (mail.recipient, mail.language, mail.conference_id) == ("noor@example.org", "en", case.id)
    assert mail.body == (
        "You are asked to be the coordinator of a conference. Sign in to read about it, then say yes or no."
    )


def test_the_way_to_a_coordinator(db_session: Session, cast: Cast, case: Made) -> None:
    marieke = participant(case.id, case.people["marieke"])

    ask(db_session, cast, case, cast.noor)
    independence.accept(By(db_session, cast.noor, START + timedelta(days=4)), case.id, INDEPENDENT, on=date(2026, 3, 5))
    independence.confirm_coordinator(By(db_session, marieke, START + timedelta(days=5)), case.id)

    match = match_of(db_session, case)
    assert (match.accepted_on, match.declaration) == (date(2026, 3, 5), INDEPENDENT)
    yes = (case.people["marieke"], Agreed.YES, date(2026, 3, 7))
    assert said(db_session, case.id, VoiceMatter.COORDINATOR) == [yes]
    history = [(event.action, event.coordinator, event.actor) for event in match_history(db_session, case.id)]
    assert history == [
        ("confirmed", "Noor van Dijk", ""),
        ("accepted", "Noor van Dijk", "Noor van Dijk"),
        ("asked", "Noor van Dijk", "Ruud Kramer"),
    ]
    assert list(broken_chains(db_session)) == []


def test_only_coordinators_of_the_region_are_asked(db_session: Session, cast: Cast, case: Made) -> None:
    assert [
        (row.name, tuple(row.spoken), row.open_cases) for row in candidates(db_session, case.id, cast.north, START)
    ] == [
        ("Noor van Dijk", ("ar", "en", "nl"), 0),
        ("Denise Okafor", ("en", "ig"), 0),
    ]
    for somebody in (cast.iris, cast.ruud, cast.mila):
        with pytest.raises(Unknown):
            ask(db_session, cast, case, somebody)
    with pytest.raises(Unknown):
        asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, 99)
    assert (matches(db_session, case.id), mails(db_session)) == (Matches(), [])


def test_open_cases_are_counted(db_session: Session, cast: Cast, case: Made) -> None:
    ask(db_session, cast, case, cast.noor)
    case_in_setup(db_session, cast, START)

    assert [(row.name, row.open_cases) for row in candidates(db_session, case.id, cast.north, START)] == [
        ("Denise Okafor", 0),
        ("Noor van Dijk", 1),  # a request is not theirs yet
    ]


def test_whoever_has_not_answered_is_asked_no_longer_when_somebody_else_is(
    db_session: Session, cast: Cast, case: Made
) -> None:
    ask(db_session, cast, case, cast.noor)

    ask(db_session, cast, case, cast.denise)

    assert who(db_session, case) == ("", "Denise Okafor")
    with pytest.raises(Unknown):
        asking.decline(By(db_session, cast.noor, START), case.id)
    with pytest.raises(Unknown):
        independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)
    assert mails(db_session) == [
        ("noor@example.org", "You are asked for a conference"),
        ("noor@example.org", "You are not needed for a conference any more"),
        ("denise@example.org", "You are asked for a conference"),
    ]


@pytest.mark.parametrize("phase", [Phase.REGISTRATION, Phase.SETUP, Phase.EVALUATION])
def test_a_case_stays_with_its_coordinator_until_somebody_else_has_taken_it(
    db_session: Session, cast: Cast, case: Made, phase: Phase
) -> None:
    ask(db_session, cast, case, cast.noor)
    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)
    independence.confirm_coordinator(By(db_session, cast.noor, START), case.id)
    change_person(By(db_session, cast.noor, START), case.id, case.people["marieke"], MARIEKE)
    be_in(db_session, case, phase, plan_number=1)
    before = len(mails(db_session))
    db_session.execute(update(Account).where(Account.id == cast.denise.account_id).values(phone="06-20000009"))
    db_session.commit()

    ask(db_session, cast, case, cast.denise)

    assert who(db_session, case) == ("Noor van Dijk", "Denise Okafor")
    assert open_case(By(db_session, cast.noor, START), case.id, Activity.SEE_CASE).roles == {Role.COORDINATOR}
    assert open_case(By(db_session, cast.denise, START), case.id, Activity.SEE_REQUEST).roles == {
        Role.ASKED_COORDINATOR
    }
    independence.declare(By(db_session, cast.noor, START), case.id, INDEPENDENT)
    independence.accept(By(db_session, cast.denise, START), case.id, INDEPENDENT)
    assert who(db_session, case) == ("Denise Okafor", "")
    assert [row for row in voices(db_session, case.id) if row.about == match_of(db_session, case).id] == []
    with pytest.raises(Unknown):
        open_case(By(db_session, cast.noor, START), case.id, Activity.SEE_CASE, Activity.SEE_REQUEST)
    assert mails(db_session)[before:] == [
        ("denise@example.org", "You are asked for a conference"),
        ("noor@example.org", "Another coordinator has taken over a conference of yours"),
        ("marieke@example.org", "You have another coordinator"),
    ]
    to_marieke = select(OutboxMessage).where(OutboxMessage.participant_id == case.people["marieke"])
    rings = {one.subject: str(one.ring) for one in db_session.scalars(to_marieke)}
    assert "Denise Okafor, 06-20000009" in rings["You have another coordinator"]


def test_nobody_is_asked_twice(db_session: Session, cast: Cast, case: Made) -> None:
    ask(db_session, cast, case, cast.noor)

    with pytest.raises(Refusal, match="asked already"):
        ask(db_session, cast, case, cast.noor)


def test_saying_no_closes_the_case_again(db_session: Session, cast: Cast, case: Made) -> None:
    ask(db_session, cast, case, cast.noor)

    asking.decline(By(db_session, cast.noor, START), case.id)

    assert matches(db_session, case.id) == Matches()
    assert mails(db_session)[1] == ("ruud@example.org", "A coordinator cannot take a conference")
    with pytest.raises(Unknown):
        open_case(By(db_session, cast.noor, START), case.id, Activity.SEE_CASE)
    ask(db_session, cast, case, cast.noor)
    assert match_of(db_session, case).name == "Noor van Dijk"


def test_under_way_there_is_always_a_coordinator(db_session: Session, cast: Cast, case: Made) -> None:
    ask(db_session, cast, case, cast.noor)
    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)
    be_in(db_session, case, Phase.SETUP)

    with pytest.raises(Refusal, match="needs a coordinator"):
        asking.end_match(By(db_session, cast.ruud, START), case.id, "ill")
    for answers in (True, False):
        ask(db_session, cast, case, cast.denise)
        if answers:
            asking.decline(By(db_session, cast.denise, START), case.id)
        else:
            asking.end_match(By(db_session, cast.ruud, START), case.id, "does not answer")

        assert who(db_session, case) == ("Noor van Dijk", "")
        with pytest.raises(Unknown):
            open_case(By(db_session, cast.denise, START), case.id, Activity.SEE_REQUEST)


def test_what_ends_is_what_the_page_showed(db_session: Session, cast: Cast, case: Made) -> None:
    shown = ask(db_session, cast, case, cast.denise)
    ask(db_session, cast, case, cast.noor)

    with pytest.raises(Stale):
        asking.end_match(By(db_session, cast.ruud, START), case.id, "does not answer", shown)

    assert who(db_session, case) == ("", "Noor van Dijk")


def test_whoever_goes_comes_in_by_no_code_they_know(db_session: Session, cast: Cast, case: Made) -> None:
    """Devices of the family stay confirmed; a new one waits for the new coordinator."""
    ask(db_session, cast, case, cast.noor)
    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)
    be_in(db_session, case, Phase.SETUP)
    made = make_link(By(db_session, cast.noor, START), case.id, case.people["marieke"], cost=COST)
    assert verify_by_answer(db_session, START, made.token, made.code, True, "Her phone", COST) is not None
    ask(db_session, cast, case, cast.denise)
    independence.accept(By(db_session, cast.denise, START), case.id, INDEPENDENT)

    assert verify_by_answer(db_session, START, made.token, made.code, True, "A phone of Noor", COST) is None
    (link,) = links_of(db_session, case.id)
    devices = [(one.device, one.in_use) for one in devices_of(db_session, case.id, START)]
    assert (link.asks, devices) == (Confirmed.COORDINATOR, [("Her phone", True)])


def test_nobody_is_asked_for_what_they_have(db_session: Session, cast: Cast, case: Made) -> None:
    ask(db_session, cast, case, cast.noor)
    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)

    with pytest.raises(Refusal, match="is the coordinator of this conference already"):
        ask(db_session, cast, case, cast.noor)


def conflicts_of(session: Session, case: Made) -> list[tuple[Matter, str]]:
    return [(conflict.matter, conflict.about) for conflict in open_conflicts(session, case.id)]


def waive(session: Session, cast: Cast, case: Made, reason: str) -> None:
    """Ruud waives the first open conflict."""
    independence.waive_conflict(By(session, cast.ruud, START), case.id, open_conflicts(session, case.id)[0].key, reason)


def test_a_conflict_stays_open_until_the_manager_has_decided(db_session: Session, cast: Cast, case: Made) -> None:
    ask(db_session, cast, case, cast.noor)
    independence.accept(By(db_session, cast.noor, START), case.id, DOUBTS)
    (open_one,) = open_conflicts(db_session, case.id)
    assert (open_one.matter, open_one.about) == (Matter.INTEREST, "My sister teaches at the school.")
    assert mails(db_session)[-1] == ("ruud@example.org", "A coordinator may not be independent")

    with pytest.raises(Unknown):
        independence.waive_conflict(By(db_session, cast.noor, START), case.id, open_one.key, "I see none")
    with pytest.raises(Refusal, match="Write down why"):
        independence.waive_conflict(By(db_session, cast.ruud, START), case.id, open_one.key, " ")
    independence.waive_conflict(By(db_session, cast.ruud, START), case.id, open_one.key, "It is another school.")

    assert conflicts_of(db_session, case) == []
    (waiver,) = match_of(db_session, case).waivers
    assert (waiver.conflict.key, waiver.reason, waiver.at, waiver.by) == (
        open_one.key,
        "It is another school.",
        START,
        "Ruud Kramer",
    )
    assert match_history(db_session, case.id)[0].reason == "It is another school."
    with pytest.raises(Stale):
        independence.waive_conflict(By(db_session, cast.ruud, START), case.id, open_one.key, "again")


Act = Callable[[Session, Cast, int], object]


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda s, c, i: independence.accept(By(s, c.noor, START), i, INDEPENDENT), "You have taken this case"),
        (lambda s, c, i: asking.decline(By(s, c.noor, START), i), "You have taken this case"),
        (
            lambda s, c, i: independence.declare(By(s, c.noor, START), i, replace(INDEPENDENT, independence="  ")),
            "in your own words",
        ),
        (lambda s, c, i: independence.confirm_coordinator(By(s, c.noor, START), i, date(2026, 3, 3)), "still to come"),
        (
            lambda s, c, i: independence.confirm_coordinator(By(s, c.noor, START), i, date(2026, 3, 1)),
            "later than that day",
        ),
    ],
)
def test_what_does_not_fit_is_refused(db_session: Session, cast: Cast, case: Made, act: Act, sentence: str) -> None:
    ask(db_session, cast, case, cast.noor)
    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)
    before = match_of(db_session, case)

    with pytest.raises(Refusal, match=sentence):
        act(db_session, cast, case.id)

    assert match_of(db_session, case) == before


@pytest.mark.parametrize("phase", [Phase.PRIVATE_TIME])
def test_in_private_time_nothing_is_changed_but_who_is_asked(
    db_session: Session, cast: Cast, case: Made, phase: Phase
) -> None:
    ask(db_session, cast, case, cast.noor)
    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)
    be_in(db_session, case, phase)

    ask(db_session, cast, case, cast.denise)  # who takes over sees nothing of it either
    with pytest.raises(NotNow):
        asking.end_match(By(db_session, cast.ruud, START), case.id, "Not needed.")
    with pytest.raises(NotNow):
        independence.waive_conflict(By(db_session, cast.ruud, START), case.id, "employer", "No matter.")
    with pytest.raises(NotNow):
        independence.declare(By(db_session, cast.noor, START), case.id, DOUBTS)
    with pytest.raises(NotNow):
        independence.confirm_coordinator(By(db_session, cast.ruud, START), case.id)


def test_others_do_not_know_of_the_case(db_session: Session, cast: Cast, case: Made) -> None:
    ask(db_session, cast, case, cast.noor)
    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)
    karim = participant(case.id, case.people["karim"])

    for somebody in (cast.denise, cast.iris, cast.mila, cast.bas, cast.nobody, karim):
        tries: list[Act] = [
            lambda s, _c, i, who=somebody: asking.ask_coordinator(By(s, who, START), i, 1),  # type: ignore[misc]
            lambda s, _c, i, who=somebody: independence.accept(By(s, who, START), i, INDEPENDENT),  # type: ignore[misc]
            lambda s, _c, i, who=somebody: asking.decline(By(s, who, START), i),  # type: ignore[misc]
            lambda s, _c, i, who=somebody: independence.confirm_coordinator(By(s, who, START), i),  # type: ignore[misc]
            lambda s, _c, i, who=somebody: asking.end_match(By(s, who, START), i, "no"),  # type: ignore[misc]
        ]
        for act in tries:
            with pytest.raises(Unknown):
                act(db_session, cast, case.id)
    assert said(db_session, case.id, VoiceMatter.COORDINATOR) == []


def test_a_main_person_who_says_yes_after_all_is_told_to_whoever_asked(
    db_session: Session, cast: Cast, case: Made
) -> None:
    ask(db_session, cast, case, cast.noor)
    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)
    marieke = participant(case.id, case.people["marieke"])
    independence.want_another_coordinator(By(db_session, marieke, START), case.id)
    before = len(mails(db_session))

    independence.confirm_coordinator(By(db_session, marieke, START), case.id)

    assert mails(db_session)[before:] == [
        ("ruud@example.org", "A main person says yes to the coordinator after all"),
    ]
