"""The demonstration walked by one visitor: a conference from its preparation to its end, by the clock of the bar."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from ekc.accounts.access import Visitor
from ekc.core.audit import broken_chains
from ekc.core.clock import from_local, local_date
from ekc.core.demo_clock import clock_time
from ekc.demo.case_schema import CaseFile, FollowUpEntry, FollowUpMoment, GoalScoreEntry, PersonId
from ekc.demo.casefile import shifted
from ekc.demo.world import DEMO_CASES, begins_at
from ekc.workflow.vocabulary import ActionState
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.demo.made import demo_at_start
from tests.form import Value
from tests.page import Page
from tests.plugins.web import MakeApp
from tests.stories import agreeing, conferring, following
from tests.stories.walk import Walk

ROW = DEMO_CASES[0]


class DemoWalk(Walk):
    """One browser, which is everybody in turn; the clock of the demonstration goes on for the story."""

    def __init__(self, app: Flask, clock: FrozenClock, case: CaseFile, id_: int, now: "Now") -> None:
        self.app, self.clock, self.case, self.id, self.now = app, clock, case, id_, now
        self.browser = self._new_browser()
        self.browser.page("/language/en")

    def at(self, when: datetime | date, clock_time: str = "") -> None:
        """Wait, on the same day, until it is this local time."""
        assert isinstance(when, datetime)
        wait = from_local(when, self.case.timezone) - self.now()
        assert timedelta(0) <= wait < timedelta(hours=12)
        self.clock.advance(minutes=wait / timedelta(minutes=1))

    def go_to(self, place: str) -> Page:
        """Let the clock go on."""
        (button,) = [name for name in self.browser.here.buttons if name.startswith(f"{place}: ")]
        return self.browser.submit(button)

    def be(self, name: str) -> PageClient:
        """Go on as somebody else, from whatever page is open."""
        (button,) = [found for found in self.browser.here.buttons if found.startswith(f"{name} (")]
        self.browser.submit(button)
        return self.browser

    def staff(self, who: Visitor, url: str = "") -> PageClient:
        client = self.be(who.actor.name)
        if url:
            client.page(url)
        return client

    @property
    def coordinator(self) -> PageClient:
        return self.be(self.case.coordinator.name)

    def open(self, page: str = "") -> PageClient:
        self.coordinator.page(self.url(page))
        return self.browser

    def guest(self, id_: str) -> PageClient:
        return self.be(self.name(id_))

    def step(self, title: str) -> Page:
        """As ever; where the page asks whether they are sure, they are."""
        client = self.open()
        if title not in client.here.buttons:
            client.follow(title)
        sure = "Yes, I am sure"
        return client.submit(title, {sure: True} if sure in client.form(title).labels else {})


class Now:
    """The instant that it is in the demonstration."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings = session, settings

    def __call__(self) -> datetime:
        self.session.rollback()
        return clock_time(self.session, self.settings)


@pytest.fixture
def walk(make_app: MakeApp, db_session: Session, clock: FrozenClock, settings: Settings) -> DemoWalk:
    """The first case of the demo, with a shorter plan."""
    made = demo_at_start(db_session)
    case = ROW.case
    case = shifted(case, ROW.shift(case, local_date(begins_at(START), case.timezone)))
    assert case.plan is not None
    goals = (replace(case.plan.goals[0], actions=case.plan.goals[0].actions[:2]),)
    there = {id_: words for id_, words in case.plan.agreed.items() if id_ != "hassan"}  # he writes a letter later
    plan = replace(case.plan, goals=goals, agreed=there)
    app = make_app(demo=True)
    return DemoWalk(app, clock, replace(case, plan=plan), made[ROW.file], Now(db_session, replace(settings, demo=True)))


def test_the_whole_way_in_one_sitting(walk: DemoWalk, db_session: Session) -> None:
    case, plan = walk.case, walk.case.plan
    assert case.setup is not None
    assert case.private_time is not None
    assert plan is not None
    walk.browser.submit("Continue as Noor van Dijk")
    walk.browser.page(walk.url())
    asked = list(walk.names(ROW.not_informed))
    told: dict[str, Value] = {f"{what}: {name}": True for name in asked for what in ("told", "safe")}
    walk.open("circle").submit("Save what you heard", told)

    walk.go_to("The day of the conference")
    assert walk.now() == from_local(case.setup.chosen, case.timezone)
    walk.at(case.setup.chosen + timedelta(minutes=10))
    walk.step("Open the conference")
    conferring.who_is_there(walk)
    conferring.tell_and_ask(walk)
    stretch = case.private_time.rounds[0]
    conferring.begin(walk, stretch)
    conferring.come_out(walk, "omar", stretch)
    conferring.professionals_return(walk)
    agreeing.write_goal(walk, plan.goals[0])
    agreeing.write_rest(walk, plan)
    agreeing.check_bottom_lines(walk, plan)
    agreeing.everybody_says(walk, plan)
    agreeing.decide(walk.guest("referrer"), walk, plan)
    walk.step("Agree the plan")

    walk.open("follow-ups")
    walk.go_to("Four weeks later")
    call = FollowUpEntry(
        kind=FollowUpMoment.CALL, on=walk.now().date(), found="Het gaat goed.", actions={ActionState.DONE: 2}
    )
    assert "The report is saved." in following.enter_follow_up(walk, call).text
    walk.go_to("The evaluation")
    assert walk.now() == from_local(plan.evaluation.on, case.timezone)
    evaluation = FollowUpEntry(
        kind=FollowUpMoment.MEETING,
        on=walk.now().date(),
        present=(PersonId("omar"), PersonId("marieke")),
        goals=(GoalScoreEntry(goal=1, score=1),),
        actions={ActionState.DONE: 2},
        decision="We gaan zo door.",
    )
    following.enter_follow_up(walk, evaluation, client=walk.guest("omar"))
    walk.step("Close the case")

    assert "closed with a plan" in walk.open().here.text
    assert list(broken_chains(db_session)) == []
