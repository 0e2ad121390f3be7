"""An entered case file is in the database as a whole, at its times, up to the given stage."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import Case, open_case
from ekc.conferences.queries.circle import circle
from ekc.core.audit import AuditEvent, broken_chains
from ekc.demo.case_schema import CaseFile
from ekc.demo.casefile import CASES, read_case, shifted, to_toml_dict
from ekc.demo.play import play
from ekc.demo.player import Cast as Staff
from ekc.demo.player import Stage
from ekc.evaluations import queries as evaluations
from ekc.journey.queries import cases
from ekc.journey.queries import steps as step_queries
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.vocabulary import ActionState, Activity, Phase, Step
from tests.cast import Cast
from tests.clock import START
from tests.demo.hendriks_revision import revise_plan
from tests.demo.readback import pruned, rebuilt_case

WEEKS = timedelta(weeks=1)


def read(name: str) -> CaseFile:
    return read_case(CASES / f"{name}.toml")


def staff(cast: Cast, case: CaseFile) -> Staff:
    coordinator = {"Noor van Dijk": cast.noor, "Denise Okafor": cast.denise}[case.coordinator.name]
    return Staff(cast.north, cast.ruud, coordinator)


def opened(session: Session, cast: Cast, case: CaseFile, conference_id: int) -> Case:
    return open_case(By(session, staff(cast, case).coordinator, START), conference_id, Activity.SEE_CASE)


@pytest.mark.parametrize(
    ("name", "shift"), [("de-wit", 0 * WEEKS), ("hendriks", 0 * WEEKS), ("kastanjeplein", -30 * WEEKS)]
)
def test_every_fact_of_a_file_is_in_the_database(db_session: Session, cast: Cast, name: str, shift: timedelta) -> None:
    case = read(name)

    conference_id = play(db_session, case, staff(cast, case), shift=shift)

    moved = shifted(case, shift)
    ids = {**{person.name: str(id_) for id_, person in case.people.items()}, case.coordinator.name: "coordinator"}
    found = rebuilt_case(db_session, staff(cast, case).coordinator, conference_id, ids)
    expected = to_toml_dict(moved)
    expected["coordinator"].setdefault("languages", ["ar", "en", "nl"])
    for part in (expected["information"], *expected["evaluation"]):
        part["present"] = sorted(part.get("present", []))
    for told in (found, expected):  # in the order in which people were informed, and in that of the file
        told["setup"]["safety"].sort(key=lambda concern: concern["person"])
        told["coordinator"]["languages"].sort()  # spoken equally well, they have no order
    assert pruned(found) == pruned(expected)


def test_the_story_is_told_at_its_times(db_session: Session, cast: Cast) -> None:
    case = read("de-wit")

    conference_id = play(db_session, case, staff(cast, case))

    steps = [(row.step, f"{row.at:%m-%d %H:%M}", row.reason) for row in step_queries.history(db_session, conference_id)]
    assert steps[:-1] == [
        (Step.TAKE_ON, "03-06 15:00", None),
        (Step.OPEN_CONFERENCE, "04-18 08:10", None),
        (Step.BEGIN_PRIVATE_TIME, "04-18 09:05", None),
        (Step.ASK_FOR_INFORMATION, "04-18 10:50", "Vraag aan Priya: kan het ook 's avonds?"),
        (Step.BEGIN_PRIVATE_TIME, "04-18 11:00", None),
        (Step.COME_OUT, "04-18 12:40", None),
        (Step.GO_BACK, "04-18 13:05", "Aan de eerste voorwaarde was op zes van de zeven nachten voldaan."),
        (Step.COME_OUT, "04-18 13:25", None),
    ]
    assert (steps[-1][0], steps[-1][1][:5]) == (Step.AGREE_PLAN, "04-18")
    chain = db_session.query(AuditEvent).filter_by(chain=f"case:{conference_id}").order_by(AuditEvent.seq)
    times = [event.at for event in chain]
    assert times == sorted(times)
    assert list(broken_chains(db_session)) == []


def test_a_letter_is_recorded_on_the_day_on_which_it_came(db_session: Session, cast: Cast) -> None:
    case = read("de-wit")

    conference_id = play(db_session, case, staff(cast, case), shift=2 * WEEKS)

    hassan = next(row.id for row in circle(db_session, conference_id) if row.name.startswith("Hassan"))
    said = {row.participant_id: row for row in plan_answers.agreements(db_session, conference_id, 2)}
    assert said[hassan].said_at == datetime(2026, 5, 9, 10, 0, tzinfo=UTC)


def test_what_is_due_last_is_least_far(db_session: Session, cast: Cast) -> None:
    case = read("hendriks")

    conference_id = play(db_session, case, staff(cast, case), until=Stage.CALLED)

    [call] = [row for row in evaluations.follow_ups(db_session, conference_id, date(2026, 4, 1)) if row.held_on]
    goals = evaluations.goals_of(db_session, conference_id, 1)
    texts = {action.key: action.what for goal in goals for action in goal.actions}
    found = evaluations.follow_up_records(db_session, [call.id])[call.id].actions
    assert [texts[key] for key, state in found.items() if state is ActionState.NOT_YET] == [
        "Fit rails on stairs and in bathroom"
    ]


@pytest.mark.parametrize(
    ("until", "phase", "steps"),
    [
        (Stage.REGISTERED, Phase.REGISTRATION, 0),
        (Stage.PREPARED, Phase.SETUP, 1),
        (Stage.TOLD, Phase.INFORMATION, 2),
        (Stage.PRESENTED, Phase.PRESENTATION, 8),
        (Stage.AGREED, Phase.EVALUATION, 9),
    ],
)
def test_a_case_stops_where_it_is_told_to(
    db_session: Session, cast: Cast, until: Stage, phase: Phase, steps: int
) -> None:
    case = read("de-wit")

    conference_id = play(db_session, case, staff(cast, case), until=until)

    north = [cast.north]
    pages = (cases.cases_of_regions(db_session, north, START), cases.registrations(db_session, north))
    assert [(row.id, row.phase) for page in pages for row in page.rows] == [(conference_id, phase)]
    assert len(step_queries.history(db_session, conference_id)) == steps


def test_whoever_is_left_out_is_not_told(db_session: Session, cast: Cast) -> None:
    case = read("de-wit")

    conference_id = play(db_session, case, staff(cast, case), until=Stage.PREPARED, not_informed={"coach", "buur"})

    [row] = cases.cases_of_coordinator(db_session, staff(cast, case).coordinator.account_id or 0, START).rows
    assert (row.id, row.not_informed) == (conference_id, 2)


def test_a_file_may_end_before_the_conference(db_session: Session, cast: Cast) -> None:
    whole = read("kastanjeplein")
    case = replace(whole, information=None, private_time=None, plan=None, evaluation=None, costs=None)

    conference_id = play(db_session, case, staff(cast, case))

    assert opened(db_session, cast, case, conference_id).phase is Phase.SETUP


def test_an_evaluation_can_lead_to_a_second_version(db_session: Session, cast: Cast) -> None:
    case = read("hendriks")

    conference_id = play(db_session, case, staff(cast, case), revise=revise_plan)

    versions = plan_versions.versions(db_session, conference_id)
    assert [(row.number, row.agreed_on) for row in versions] == [(2, date(2026, 5, 30)), (1, date(2026, 2, 28))]
    first, second = (plan_versions.version(db_session, conference_id, number) for number in (1, 2))
    assert first is not None
    assert second is not None
    assert [goal["text"] for goal in second.snapshot["goals"]][2:] == ["Wim and Joan come through the winter."]
    assert second.snapshot["changes"] == [
        "New goal 3: Wim and Joan come through the winter.",
        "1.2 is now: Sleeps over on Saturdays so that Joan sleeps through",
        "1.2 is done at another time: Sleeps over on Saturdays so that Joan sleeps through",
        "New, 3.1: Salts the path and drives Joan to the shops when it freezes",
        "We meet again at another time: Saturday 28 November 2026, 11:00",
    ]
    assert [one["words"] for one in first.snapshot["agreed"]] == [
        "yes, said aloud",
        *[""] * 2,
        "yes, by phone",
        *[""] * 4,
    ]
    assert opened(db_session, cast, case, conference_id).plan_number == 2
