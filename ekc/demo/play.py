"""Entering a whole case file through the product's own actions, each as the person who does it and at its time.

Every action is a transaction of its own, as it would be from a page. The parts of the story stand beside this file:
`preparing.py`, `gathering.py`, `agreeing.py`, `following.py`.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy.orm import Session

from ekc.demo.agreeing import answer, letters, read_letters, settle
from ekc.demo.following import Revise, count_costs, look_again
from ekc.demo.gathering import confer, inform, write
from ekc.demo.player import Cast, Player, Until
from ekc.demo.preparing import prepare, register
from ekc.demo.reading import shifted
from ekc.demo.sense import last_day
from ekc.demo.shape import CaseFile, Plan

_A_MINUTE = timedelta(minutes=1)


def play(
    session: Session,
    case: CaseFile,
    cast: Cast,
    *,
    until: Until = Until.EVALUATED,
    shift: timedelta = timedelta(0),
    untold: Collection[str] = (),
    revise: Revise | None = None,
) -> int:
    """Enter a case up to a point of its story, or as far as the file goes; its id.

    `shift` moves all its days: whole weeks, so that a Saturday stays one. `untold` names who is not told beforehand;
    the conference cannot be opened then. `revise` writes a new version of the plan at the first evaluation meeting.
    Raises Refusal where the product says no.
    """
    whole_weeks = shift % timedelta(weeks=1) == timedelta(0)
    assert whole_weeks, "a case moves by whole weeks, or its weekdays are wrong"  # noqa: S101
    came = {id_: day + shift for id_, day in letters(case.plan).items()}
    player = Player(session, shifted(case, shift), cast, came, frozenset(untold))
    reached = list(Until).index(until)

    def goes_to(stage: Until) -> bool:
        return reached >= list(Until).index(stage)

    register(player)
    if goes_to(Until.PREPARED):
        prepare(player)
    if goes_to(Until.TOLD) and player.case.information:
        inform(player, player.case.information)
    if goes_to(Until.PRESENTED) and player.case.private_time:
        confer(player, player.case.private_time.rounds)
        if player.case.plan:
            _plan(player, player.case.plan, goes_to(Until.AGREED))
    if goes_to(Until.CALLED) and player.case.plan:
        read_letters(player, player.case.plan)
        _look_again(player, player.case.plan, goes_to(Until.EVALUATED), revise)
    if goes_to(Until.EVALUATED) and player.case.costs:
        count_costs(player, player.case.costs, last_day(player.case))
    return player.id


def _plan(player: Player, plan: Plan, agreed: bool) -> None:
    rounds = player.case.private_time.rounds if player.case.private_time else ()
    at = write(player, plan, player.instant(rounds[-1].ended) + _A_MINUTE)
    if agreed:
        settle(player, answer(player, plan, at))


def _look_again(player: Player, plan: Plan, meetings_too: bool, revise: Revise | None) -> None:
    for found in player.case.evaluation or ():
        if not found.rule.is_meeting:
            look_again(player, plan, found)
        elif meetings_too:
            look_again(player, plan, found, new_version=revise is not None)
            if revise is not None:
                revise(player, found.on)
                revise = None
