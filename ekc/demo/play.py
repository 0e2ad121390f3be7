"""Entering a whole case file through the product's own actions, each by the right person and at its time.

Every action is a transaction of its own. The parts: `preparing.py`, `gathering.py`, `following.py`. For real use
(`enter_case`) a case is first entered into a temporary database, so that it is entered as a whole or not at all.
"""

import tempfile
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc import schema
from ekc.accounts.access import Visitor
from ekc.accounts.models import Account, AccountRole, Region
from ekc.accounts.queries import account_by_email, visitor_of_account
from ekc.core.clock import local_date
from ekc.core.crypto import keyring_of
from ekc.core.db import make_engine, make_sessions
from ekc.core.errors import Refusal
from ekc.core.outbox import nothing_sent
from ekc.demo.case_schema import CaseFile, PlanEntry
from ekc.demo.casefile import shifted
from ekc.demo.following import Revise, enter_costs, enter_follow_up
from ekc.demo.gathering import answer, confer, inform, letters, read_letters, settle, write
from ekc.demo.people import open_accounts
from ekc.demo.player import Cast, Player, Stage
from ekc.demo.preparing import prepare, register
from ekc.demo.validation import last_day
from ekc.matching.queries.coordinators import can_be_asked
from ekc.workflow.profiles import NL
from ekc.workflow.vocabulary import N_, Role

_CHEAP = (1, 8, 1)  # nobody signs in to the temporary database
_A_MINUTE = timedelta(minutes=1)


def play(
    session: Session,
    case: CaseFile,
    cast: Cast,
    *,
    until: Stage = Stage.EVALUATED,
    shift: timedelta = timedelta(0),
    not_informed: Collection[str] = (),
    settles: bool = False,
    when_prepared: Callable[[Player], None] = lambda _: None,
    afterwards: Callable[[Player], None] = lambda _: None,
    revise: Revise | None = None,
) -> int:
    """Enter a case up to a stage, or as far as the file goes; returns its id.

    `shift` moves all its days; by whole weeks weekdays stay the same. `not_informed` names people who are not informed
    beforehand; then the conference cannot be opened. `settles`: the coordinator also tells everybody the day and gives
    everybody the plan, of which a file says nothing. `when_prepared` and `afterwards` do more before the conference and
    at the end. `revise` writes a new version of the plan at the first evaluation meeting. Raises Refusal where an
    action refuses.
    """
    came = {id_: day + shift for id_, day in letters(case.plan).items()}
    player = Player(session, shifted(case, shift), cast, bool(shift), came, frozenset(not_informed), settles)
    reached = list(Stage).index(until)

    def includes(stage: Stage) -> bool:
        return reached >= list(Stage).index(stage)

    register(player)
    if includes(Stage.PREPARED):
        prepare(player)
        when_prepared(player)
    if includes(Stage.TOLD) and player.case.information:
        inform(player, player.case.information)
    if includes(Stage.INSIDE) and player.case.private_time:
        confer(player, player.case.private_time.rounds, inside=until is Stage.INSIDE)
        if includes(Stage.PRESENTED) and player.case.plan:
            _enter_plan(player, player.case.plan, includes(Stage.AGREED))
    if includes(Stage.CALLED) and player.case.plan:
        read_letters(player, player.case.plan)
        _enter_follow_ups(player, player.case.plan, includes(Stage.EVALUATED), revise)
    if includes(Stage.EVALUATED) and player.case.costs:
        enter_costs(player, player.case.costs, last_day(player.case))
    afterwards(player)
    return player.id


def _enter_plan(player: Player, plan: PlanEntry, agreed: bool) -> None:
    rounds = player.case.private_time.rounds if player.case.private_time else ()
    at = write(player, plan, player.instant(rounds[-1].ended) + _A_MINUTE)
    if agreed:
        settle(player, answer(player, plan, at))


def _enter_follow_ups(player: Player, plan: PlanEntry, meetings_too: bool, revise: Revise | None) -> None:
    for found in player.case.evaluation or ():
        if not found.rule.is_meeting:
            enter_follow_up(player, plan, found)
        elif meetings_too:
            enter_follow_up(player, plan, found, new_version=revise is not None)
            if revise is not None:
                revise(player, found.on)
                revise = None


def enter_case(session: Session, now: datetime, case: CaseFile, region: str, coordinator: str) -> int:
    """Enter a case for a coordinator (by mail address) of a region (by name), without sending anything; returns its id.

    Raises Refusal if there is no such region, coordinator or manager, if the file has days in the future, or where an
    action refuses; then nothing was entered.
    """
    cast = _cast(session, region, coordinator)
    last = last_day(case)
    if last > local_date(now, case.timezone):
        raise Refusal(N_("The file tells of %(day)s, which is still to come. Correct that day."), day=last.isoformat())
    _rehearse(session, now, case)
    with nothing_sent(session):
        return play(session, case, cast)


def _cast(session: Session, region: str, email: str) -> Cast:
    region_id = session.scalar(select(Region.id).where(Region.name == region))
    if region_id is None:
        raise Refusal(N_("There is no region %(name)s. Add it with: bin/ekc add-region"), name=region)
    account = account_by_email(session, email)
    if account is None or account.id not in can_be_asked(session, region_id):
        raise Refusal(
            N_("There is no coordinator with the address %(email)s in the region %(name)s. Open an account first."),
            email=email,
            name=region,
        )
    managing = (AccountRole.role == Role.REGIONAL_MANAGER, AccountRole.region_id == region_id, Account.active)
    manager = session.scalar(select(Account.id).join(Account.roles).where(*managing).order_by(Account.id).limit(1))
    if manager is None:
        raise Refusal(
            N_("The region %(name)s has no regional manager, who asks the coordinator. Open an account first."),
            name=region,
        )
    return Cast(region_id, _visitor(session, manager), _visitor(session, account.id))


def _visitor(session: Session, account_id: int) -> Visitor:
    visitor = visitor_of_account(session, account_id)
    assert visitor is not None, "the account is open"  # noqa: S101 - narrows the type
    return visitor


def _rehearse(session: Session, now: datetime, case: CaseFile) -> None:
    """Enter the case into a temporary database. Raises what entering it would raise."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'rehearsal.sqlite'}", keyring_of(session), create=True)
        try:
            schema.upgrade(engine)
            with make_sessions(engine)() as rehearsal:
                staff = open_accounts(rehearsal, now, _CHEAP)
                play(rehearsal, case, staff.cast(NL.code, "Noor"))
        finally:
            engine.dispose()
