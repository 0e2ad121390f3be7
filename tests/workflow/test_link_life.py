"""How long a personal link works: from the facts of the case and of its owner."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ekc.workflow.link_life import LinkFacts, LinkLife, link_life
from ekc.workflow.vocabulary import Part, Phase

TODAY = date(2026, 6, 1)
PROMISED = date(2026, 1, 1)  # long ago
EVALUATION = date(2026, 7, 11)
BASE = LinkFacts(phase=Phase.EVALUATION, profile="nl", part=Part.FAMILY, promised_until=PROMISED)
AFTER = timedelta(days=30)


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize(
    "phase", [Phase.REGISTRATION, Phase.SETUP, Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION]
)
def test_until_a_plan_is_agreed_the_conference_lies_ahead(phase: Phase, part: Part) -> None:
    assert link_life(replace(BASE, phase=phase, part=part), TODAY) == LinkLife(TODAY + AFTER, goes_on=True)
    again = replace(BASE, phase=phase, open_follow_up=EVALUATION)  # a new round, with a plan in force
    assert link_life(again, TODAY) == LinkLife(EVALUATION + AFTER, goes_on=True)


@pytest.mark.parametrize(
    ("facts", "life"),
    [
        ({"open_follow_up": EVALUATION}, LinkLife(EVALUATION + AFTER, goes_on=True)),
        ({"open_follow_up": EVALUATION, "part": Part.SUPPORTER}, LinkLife(EVALUATION + AFTER, goes_on=True)),
        ({"open_follow_up": EVALUATION, "part": Part.PROFESSIONAL}, LinkLife(PROMISED)),
        ({"open_follow_up": EVALUATION, "part": Part.REFERRER, "tasks_until": date(2026, 6, 5)},
         LinkLife(EVALUATION + AFTER, goes_on=True)),
        # late: it is still to be held, so nobody is shut out before
        ({"open_follow_up": date(2026, 2, 1)}, LinkLife(TODAY + AFTER, goes_on=True)),
        # all follow-ups are settled: the coordinator's last task, or the owner's own
        ({"ended_on": date(2026, 5, 20)}, LinkLife(date(2026, 5, 20) + AFTER)),
        ({"ended_on": date(2026, 5, 20), "tasks_until": date(2026, 9, 1)}, LinkLife(date(2026, 9, 1) + AFTER)),
        ({"ended_on": date(2026, 5, 20), "promised_until": date(2026, 8, 1)}, LinkLife(date(2026, 8, 1))),
    ],
)  # fmt: skip
def test_after_a_plan_the_last_task_decides(facts: dict[str, object], life: LinkLife) -> None:
    assert link_life(replace(BASE, **facts), TODAY) == life  # type: ignore[arg-type]


def test_a_closed_case_can_be_read_for_a_while_and_what_was_promised_holds() -> None:
    closed = replace(BASE, phase=Phase.CLOSED, ended_on=TODAY, open_follow_up=EVALUATION)
    assert link_life(closed, TODAY) == LinkLife(TODAY + AFTER)
    assert link_life(replace(closed, tasks_until=EVALUATION), TODAY) == LinkLife(TODAY + AFTER)
    assert link_life(replace(closed, promised_until=date(2027, 1, 1)), TODAY) == LinkLife(date(2027, 1, 1))


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize(
    ("facts", "life"),
    [
        ({"wish_waits": True}, LinkLife(TODAY + AFTER, goes_on=True)),
        ({"safety_waits": True}, LinkLife(TODAY + AFTER, goes_on=True)),
        ({"safety_waits": True, "phase": Phase.CLOSED}, LinkLife(TODAY + AFTER, goes_on=True)),
        ({"wish_waits": True, "phase": Phase.CLOSED}, LinkLife(PROMISED)),  # the end answers it
        ({"answered_on": date(2026, 5, 20)}, LinkLife(date(2026, 5, 20) + AFTER)),
        ({"answered_on": date(2026, 5, 20), "ended_on": date(2026, 5, 21)}, LinkLife(date(2026, 5, 21) + AFTER)),
    ],
)
def test_who_said_something_reads_the_answer(facts: dict[str, object], life: LinkLife, part: Part) -> None:
    assert link_life(replace(BASE, part=part, **facts), TODAY) == life  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", [date(2120, 1, 1), date.max])
@pytest.mark.parametrize("which", ["tasks_until", "open_follow_up"])
def test_a_day_far_ahead_makes_no_link_of_a_century(which: str, typed: date) -> None:
    far: dict[str, date] = {which: typed}
    life = link_life(replace(BASE, **far), TODAY)  # type: ignore[arg-type]
    assert life.until == date(2028, 1, 2) + AFTER
