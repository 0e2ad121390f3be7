"""Random walks through what is stored: people act in a case, well and badly, through the product's own actions.

After each act: what was agreed was asked about, nobody outside is in private time, an end leaves nothing open, what is
owed stands at somebody's home, nobody is locked in, and nothing of an earlier round counts. The judge alone, over facts
that change at random: `tests/workflow/test_walks.py`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.conferences.access import open_case
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions import safety as safety_actions
from ekc.conferences.actions.heard import note_heard
from ekc.conferences.entries import Concern, HeardOfPeople, PersonDetails
from ekc.conferences.models import Participant
from ekc.core.db import make_sessions
from ekc.core.errors import Refusal
from ekc.core.outbox import OutboxMessage
from ekc.evaluations import actions as evaluations
from ekc.journey.actions.wishes import go_on
from ekc.journey.casepage import case_page
from ekc.journey.home import staff_home
from ekc.journey.models import StepWords
from ekc.journey.needs.kinds import NeedKind
from ekc.journey.notices import owed_in
from ekc.journey.panel import PAGES
from ekc.links.models import PersonalLink
from ekc.matching.actions import asking, independence
from ekc.matching.models import Match
from ekc.meetings.actions import arranging, attendance
from ekc.meetings.models import Meeting, Stretch
from ekc.plans.draft import from_json, people_with_task
from ekc.plans.models import PlanVersion
from ekc.privatetime.models import PrivateRound
from ekc.workflow.ends.rows import END_OF_STEP, ROUND_ENDS
from ekc.workflow.engine import STEP_RULES, WISHES, broken, may, sees, steps_from, why_not
from ekc.workflow.guards.steps import COORDINATOR_INDEPENDENT
from ekc.workflow.owed.still_owed import Owed, open_lines
from ekc.workflow.vocabulary import (
    FAMILY_PARTS,
    INSIDE_ROLES,
    PROFESSIONAL_PARTS,
    ROLE_OF_PART,
    Activity,
    Agreed,
    Attends,
    CasePart,
    InformationKind,
    Part,
    Phase,
    Role,
    Step,
    Variant,
    VoiceMatter,
)
from ekc.workflow.voices import hear
from tests import build
from tests.cast import Cast, make_cast, make_link
from tests.clock import START
from tests.database import Database
from tests.journey.stored import everything
from tests.journey.walker import Walker
from tests.stages import stage

CONFERENCE = frozenset({Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION})
#: Where a walk begins: often not at the beginning, so that the rare things near the end are met too.
BEGINNINGS: dict[str, Callable[..., build.Made]] = {
    "registration": build.matched_case,
    "setup": build.prepared_case,
    "information": build.case_in_information,
    "private time": build.case_in_private_time,
    "presentation": build.case_in_presentation,
    "evaluation": build.case_in_evaluation,
}
TWO_SIDES = {
    "variant": Variant.RECOVERY,
    "sides": ("De Wit", "El Amrani"),
    "main_persons": (
        PersonDetails(name="Marieke de Wit", part=Part.MAIN_PERSON, side="De Wit", email="marieke@example.org"),
        PersonDetails(name="Samir El Amrani", part=Part.MAIN_PERSON, side="El Amrani", born=date(1980, 1, 1)),
    ),
}
#: All that anybody outside the room may do and see in private time.
OUTSIDE_MAY = {Activity.SEE_CASE, Activity.SEE_OWN_PAGE, Activity.TAKE_STEP}
OUTSIDE_SEES = {CasePart.TITLE, CasePart.FIGURES, CasePart.QUESTION, CasePart.OWN_DETAILS, CasePart.ACCOUNTS}
#: These advise another step, or cannot come up where they stop something.
ADVISES_A_STEP = {"made_at_a_conference", "no_meeting_held", "bottom_lines_shared"}
LATECOMERS = st.builds(
    PersonDetails,
    name=st.sampled_from(["Iman Late", "Jo Later"]),
    part=st.sampled_from([Part.FAMILY, Part.CHILD, Part.SUPPORTER, Part.PROFESSIONAL, Part.MAIN_PERSON]),
    side=st.sampled_from(["", "De Wit", "El Amrani"]),
    born=st.sampled_from([None, date(2012, 5, 1), date(1990, 5, 1)]),
    email=st.sampled_from(["", "late@example.org"]),
    attends=st.sampled_from([None, Attends.IN_PERSON, Attends.VIDEO, Attends.LETTER]),
)


@stage
def begun(session: Session, cast: Cast, at: object, beginning: str, two_sides: bool) -> build.Made:
    """A case, of two sides if wanted."""
    return BEGINNINGS[beginning](session, cast, at, **(TWO_SIDES if two_sides else {}))


BEGINNING = st.sampled_from(list(BEGINNINGS))
#: What people do, each a method of the walk; what leads on more often.
ACTS = [
    *["goes_on"] * 6,
    *["tries_a_step"] * 3,
    "consents_or_takes_it_back",
    "says_yes_or_not_yet",
    "wants_this_coordinator_or_another",
    "asks_another_coordinator",
    *["answers_the_request"] * 2,
    "joins",
    "is_taken_out",
    "comes_otherwise",
    "stands_otherwise",
    "is_told",
    "is_afraid",
    "comes_or_leaves",
    "asks_or_tells",
    *["writes_or_answers_the_plan"] * 2,
    "follows_up",
    "takes_a_wish_back",
    "moves_the_day",
    *["asks_to_come_in"] * 2,
    "gets_a_link",
    "gets_mail",
    "waits",
    *["ends"] * 2,
]
#: Of these most are refused; the others wait until the family comes out.
ACTS_IN_PRIVATE_TIME = [
    *["goes_on", "asks_to_come_in"] * 3,
    "tries_a_step",
    "joins",
    "comes_or_leaves",
    "waits",
    "ends",
]


def _ids(lines: Iterable[Owed]) -> list[tuple[int, list[int]]]:
    """What is owed, by the notice and those to whom it is owed."""
    return [(line.notice.id, [one.id for one in line.to]) for line in lines]


class Walk(RuleBasedStateMachine):
    """One case, from where it begins to wherever it goes."""

    def __init__(self, database: Database, looks_every: int) -> None:
        super().__init__()
        self.database, self.looks_every, self.acts = database, looks_every, 0

    @initialize(beginning=BEGINNING, two_sides=st.booleans())
    def begin(self, beginning: str, two_sides: bool) -> None:
        self.database.reset()
        self.session = make_sessions(self.database.engine)()
        self.cast = make_cast(self.session)
        case = begun(self.session, self.cast, START, beginning, two_sides)
        self.walker = Walker(self.session, self.cast, START + timedelta(minutes=1), case)
        said, facts = self.walker.said, self.walker.facts()
        said.informed = {p.id for p in facts.people if p.informed}
        said.came = {p.id for p in facts.people if p.present} or set(case.people.values())
        said.told = set(InformationKind)
        said.asked = {p.id for p in facts.people if VoiceMatter.PLAN in p.voices}
        for name in ("marieke", "karim"):  # main person and referrer, with links from before
            path = make_link(self.session, START, case.id, case.people[name])
            self.walker.tokens[case.people[name]] = path.removeprefix("/l/")

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()

    # what people do

    @property
    def _phase(self) -> Phase:
        return self.walker.conference.phase

    def _somebody(self, data: st.DataObject, *parts: Part) -> int:
        return int(data.draw(st.sampled_from([one.id for one in self.walker.circle(*parts)] or [0]), label="who"))

    @precondition(lambda self: self._phase is Phase.CLOSED)
    @rule(beginning=BEGINNING, two_sides=st.booleans())
    def another_case_begins(self, beginning: str, two_sides: bool) -> None:
        self.session.close()
        self.begin(beginning, two_sides)

    @precondition(lambda self: self._phase not in {Phase.PRIVATE_TIME, Phase.CLOSED})
    @rule(act=st.sampled_from(ACTS), data=st.data())
    def somebody_acts(self, act: str, data: st.DataObject) -> None:
        self._try(act, data)

    @precondition(lambda self: self._phase is Phase.PRIVATE_TIME)
    @rule(act=st.sampled_from(ACTS_IN_PRIVATE_TIME), data=st.data())
    def somebody_acts_in_private_time(self, act: str, data: st.DataObject) -> None:
        self._try(act, data)

    def _try(self, act: str, data: st.DataObject) -> None:
        self.session.rollback()
        self.walker.at += timedelta(minutes=1)
        with self.walker.refusing():
            getattr(self, f"_{act}")(data)

    def _goes_on(self, data: st.DataObject) -> None:
        ways = [step for step in self._ways() if STEP_RULES[step].target is not Phase.CLOSED and step not in ROUND_ENDS]
        self._put_right_and_take(data.draw(st.sampled_from(ways[:2]), label="step"), data)

    def _ends(self, data: st.DataObject) -> None:
        ways = [step for step in self._ways() if STEP_RULES[step].target is Phase.CLOSED or step in ROUND_ENDS]
        with self.walker.refusing():
            self.walker.write_plan()  # so that there is something to destroy, where a plan can be written
        if ways:
            self._put_right_and_take(data.draw(st.sampled_from(ways), label="step"), data)

    def _ways(self) -> list[Step]:
        in_force = self.walker.conference.in_force
        return [rule.step for rule in steps_from(self._phase, {Role.COORDINATOR}, in_force)]

    def _tries_a_step(self, data: st.DataObject) -> None:
        walker = self.walker
        steps = [rule for rule in STEP_RULES.values() if rule.is_from(self._phase, walker.conference.in_force)]
        steps.sort(key=lambda rule: rule.target is Phase.CLOSED)
        step = data.draw(st.sampled_from([rule.step for rule in steps]), label="step")
        of_staff = {"coordinator": walker.coordinator(), "manager": self.cast.ruud}
        by = data.draw(st.sampled_from(["somebody", "somebody", *of_staff]), label="by")
        self._take(step, of_staff.get(by) or walker.person(self._somebody(data)), data)

    def _put_right_and_take(self, step: Step, data: st.DataObject) -> None:
        """Follow the advice of each reason why not; then the step can be taken."""
        walker = self.walker
        if Role.COORDINATOR not in walker.roles(walker.coordinator()):
            return
        if self._phase is not Phase.PRIVATE_TIME:  # where nobody outside mends anything
            for _ in range(3):  # whoever joins to make up the number is told as well
                for guard in walker.reasons(step):
                    if guard in walker.reasons(step) and walker.mend(guard):
                        assert guard not in walker.reasons(step)
            assert set(walker.reasons(step)) <= ADVISES_A_STEP
        self._take(step, walker.coordinator(), data)

    def _take(self, step: Step, who: Visitor, data: st.DataObject) -> None:
        walker = self.walker
        rule, draft = STEP_RULES[step], walker.draft()
        more: dict[str, object] = {}
        if rule.reasons:
            more["stop_reason"] = data.draw(st.sampled_from(rule.reasons), label="reason")
        if rule.asks_date:
            more["new_date"] = data.draw(st.sampled_from([None, walker.at + timedelta(days=8)]), label="day")
        overriding = walker.reasons(step) if data.draw(st.booleans(), label="overriding") else []
        live = self._live_links()
        if walker.take(step, who, overriding, **more):
            self._it_was_asked(step, draft)
            self._nothing_is_open(step, live)
            self._destroyed_is_destroyed(step)

    def _consents_or_takes_it_back(self, data: st.DataObject) -> None:
        walker, who = self.walker, self._somebody(data, *FAMILY_PARTS)
        (walker.consent if data.draw(st.booleans()) else walker.take_consent_back)(who)

    def _says_yes_or_not_yet(self, data: st.DataObject) -> None:
        yes = self.walker.today if data.draw(st.booleans()) else None
        self.walker.change_registration({self._somebody(data, Part.MAIN_PERSON): yes})

    def _wants_this_coordinator_or_another(self, data: st.DataObject) -> None:
        walker = self.walker
        by = walker.by(walker.person(self._somebody(data, Part.MAIN_PERSON)))
        say = independence.confirm_coordinator if data.draw(st.booleans()) else independence.want_another_coordinator
        say(by, walker.id)

    def _asks_another_coordinator(self, data: st.DataObject) -> None:
        self.walker.ask_another()

    def _answers_the_request(self, data: st.DataObject) -> None:
        walker = self.walker
        match data.draw(st.sampled_from(["accept", "accept with a tie", "decline", "take back", "waive"])):
            case "decline":
                asking.decline(walker.by(walker.asked_coordinator() or self.cast.denise), walker.id)
            case "take back":
                asking.end_match(walker.by(self.cast.ruud), walker.id, "Not needed.")
            case "waive":
                walker.waive()
            case accepted:
                walker.accept(tied=accepted.endswith("tie"))

    def _joins(self, data: st.DataObject) -> None:
        new = data.draw(LATECOMERS)
        if not self.walker.conference.sides:
            new = replace(new, side="")
        self.walker.people[new.name] = circle_actions.add_person(self.walker.by(), self.walker.id, new)

    def _is_taken_out(self, data: st.DataObject) -> None:
        walker, who = self.walker, self._somebody(data)
        if data.draw(st.booleans(), label="excluded"):
            walker.exclude(who)
        else:
            circle_actions.remove_person(walker.by(), walker.id, who, "Left.")

    def _comes_otherwise(self, data: st.DataObject) -> None:
        how = data.draw(st.sampled_from([one for one in Attends if one is not Attends.EXCLUDED]))
        self.walker.change_person(self._somebody(data), attends=how, view=self.walker.word())

    def _stands_otherwise(self, data: st.DataObject) -> None:
        parts = [Part.FAMILY, Part.SUPPORTER, Part.PROFESSIONAL, Part.MAIN_PERSON]
        self.walker.change_person(self._somebody(data), part=data.draw(st.sampled_from(parts)))

    def _is_told(self, data: st.DataObject) -> None:
        walker, who = self.walker, self._somebody(data)
        if data.draw(st.booleans(), label="anew"):
            walker.tell([who])
        else:
            note_heard(walker.by(), walker.id, HeardOfPeople(as_last_time=who))

    def _is_afraid(self, data: st.DataObject) -> None:
        walker, who = self.walker, self._somebody(data)
        safety_actions.add_concern(walker.by(), walker.id, Concern(participant_id=who, concern="Of Kees."))

    def _comes_or_leaves(self, data: st.DataObject) -> None:
        walker, who = self.walker, self._somebody(data)
        match data.draw(st.sampled_from(["come", "leave", "again", "professionals again", "professionals leave"])):
            case "come":
                walker.come(sorted({*walker.said.came, who} & {one.id for one in walker.circle()}))
            case "leave":
                attendance.leave(walker.by(), walker.id, who)
            case "again":
                attendance.come_back(walker.by(), walker.id, who)
            case "professionals again":
                attendance.professionals_return(walker.by(), walker.id)
            case _:
                attendance.professionals_leave(walker.by(), walker.id)

    def _asks_or_tells(self, data: st.DataObject) -> None:
        if data.draw(st.booleans()):
            self.walker.ask(self._somebody(data))
        else:
            self.walker.tell_at_the_meeting(data.draw(st.sampled_from(InformationKind)))

    def _writes_or_answers_the_plan(self, data: st.DataObject) -> None:
        walker = self.walker
        match data.draw(st.sampled_from(["answer", "write", "accept", "refuse", "met", "not met"])):
            case "write":
                walker.write_plan()
            case "answer":
                walker.agree(self._somebody(data), data.draw(st.sampled_from(Agreed)))
            case "accept" | "refuse" as said:
                walker.accept_plan(said == "accept")
            case met:
                walker.check_bottom_lines(met == "met")

    def _follows_up(self, data: st.DataObject) -> None:
        walker = self.walker
        match data.draw(st.sampled_from(["evaluate", "evaluate, and change", "plan another", "give up"])):
            case "give up":
                walker.settle()
            case "plan another":
                evaluations.plan_evaluation(walker.by(), walker.id, walker.today + timedelta(days=60))
            case evaluated:
                walker.evaluate(wants_new="change" in evaluated)

    def _takes_a_wish_back(self, data: st.DataObject) -> None:
        matter = data.draw(st.sampled_from([VoiceMatter.STOPPING, VoiceMatter.AGAIN]))
        go_on(self.walker.by(self.walker.person(self._somebody(data, Part.MAIN_PERSON))), self.walker.id, matter, 0)

    def _moves_the_day(self, data: st.DataObject) -> None:
        days = data.draw(st.sampled_from([9, 2, None]))
        day = self.walker.at + timedelta(days=days) if days else None
        arranging.choose_date(self.walker.by(), self.walker.id, day)

    def _asks_to_come_in(self, data: st.DataObject) -> None:
        walker = self.walker
        who = data.draw(st.sampled_from(sorted(walker.tokens)), label="who")
        lets_in = data.draw(st.sampled_from([None, *sorted(walker.here())]), label="let in by")
        if walker.come_in(who, lets_in) and self._phase is Phase.PRIVATE_TIME:
            assert lets_in is not None
            assert [self._belongs_inside(self.session.get_one(Participant, id_)) for id_ in (who, lets_in)] == [
                True,
                True,
            ]

    def _gets_a_link(self, data: st.DataObject) -> None:
        self.walker.make_link(self._somebody(data))

    def _gets_mail(self, data: st.DataObject) -> None:
        self.walker.send_mails()

    def _waits(self, data: st.DataObject) -> None:
        self.walker.at += timedelta(days=data.draw(st.sampled_from([1, 30, 100])))

    # what is so after each

    @invariant()
    def private_time_is_the_family_s(self) -> None:
        walker = self.walker
        if self._phase is not Phase.PRIVATE_TIME:
            assert self.session.scalars(select(PrivateRound.id).where(PrivateRound.ended_at.is_(None))).all() == []
            return
        there = self.session.execute(
            select(Stretch.part, Participant.part)
            .join(Participant, Participant.id == Stretch.participant_id)
            .where(Stretch.left_at.is_(None), Stretch.corrected_at.is_(None))
        )
        assert [row for row in there if PROFESSIONAL_PARTS & set(row)] == []
        everybody = self.session.scalars(select(Participant)).all()
        outside = [one.id for one in everybody if not self._belongs_inside(one)]
        staff = [self.cast.noor, self.cast.denise, self.cast.iris, self.cast.ruud, self.cast.mila, self.cast.bas]
        for who in [*staff, *map(walker.person, outside)]:
            roles = walker.roles(who)
            assert {one for one in Activity if may(one, Phase.PRIVATE_TIME, roles)} <= OUTSIDE_MAY
            assert {part for part in CasePart if sees(part, Phase.PRIVATE_TIME, roles)} <= OUTSIDE_SEES
            for activity in (Activity.SEE_PLAN, Activity.SEE_VERSIONS, Activity.LET_IN, Activity.SEE_HISTORY):
                with pytest.raises(Refusal):
                    open_case(walker.by(who), walker.id, activity)
        self.session.rollback()

    def _belongs_inside(self, one: Participant) -> bool:
        gone = one.removed_at is not None or one.attends is Attends.EXCLUDED
        return not gone and ROLE_OF_PART[one.part] in INSIDE_ROLES

    @invariant()
    def nobody_is_in_a_room_that_is_not_open(self) -> None:
        case = self.walker.conference
        if case.phase not in CONFERENCE or case.without_conference:
            assert self.walker.here() == set()
            under_way = (Meeting.started_at.is_not(None), Meeting.ended_at.is_(None))
            assert self.session.scalars(select(Meeting.id).where(*under_way)).all() == []

    @invariant()
    def nothing_of_an_earlier_round_counts(self) -> None:
        facts, said = self.walker.facts(), self.walker.said
        if facts.phase in {Phase.PRIVATE_TIME, Phase.CLOSED}:
            return
        assert {p.id for p in facts.people if p.informed} <= said.informed
        assert {p.id for p in facts.people if p.present} <= said.came
        assert facts.told <= said.told
        assert {
            p.id for p in (*hear(VoiceMatter.AGAIN, facts).yes, *hear(VoiceMatter.STOPPING, facts).yes)
        } <= said.wished
        if facts.phase is Phase.PRESENTATION:
            assert {p.id for p in facts.people if VoiceMatter.PLAN in p.voices} <= said.asked
            assert facts.accepted is None or said.decided
            assert {line.id for line in facts.bottom_lines if line.met is not None} <= said.checked
        if facts.phase is Phase.EVALUATION:
            assert said.evaluated or not facts.evaluation_held
            open_kinds = {row.kind for row in self.walker.open_follow_ups()}
            assert facts.settled_follow_ups & open_kinds == set()

    @invariant()
    def somebody_can_go_on_or_stop(self) -> None:
        """Nobody is locked in; and a reason why not can be put right on a page that this person may open."""
        walker = self.walker
        facts = walker.facts()
        if facts.phase is Phase.CLOSED:
            return
        ways = []
        for who in [walker.coordinator(), self.cast.ruud, *map(walker.person, walker.main_persons())]:
            roles = walker.roles(who)
            for verdict in why_not(facts, roles):
                ways += [verdict.rule.step] if verdict.allowed else []
                if who.account_id is not None and facts.phase is not Phase.PRIVATE_TIME:
                    pages = {PAGES[reason.blocker.remedy][1] for reason in verdict.reasons}
                    assert {page for page in pages if not may(page, facts.phase, roles)} == set()
        assert ways != []
        self.session.rollback()

    @invariant()
    def what_is_owed_stands_at_somebody_s_home(self) -> None:
        self.acts += 1
        if self.acts % self.looks_every == 0:
            self._owed_stands_somewhere()

    def _owed_stands_somewhere(self) -> None:
        walker = self.walker
        case, facts, at = walker.conference, walker.facts(), walker.at
        if case.phase in {Phase.PRIVATE_TIME, Phase.CLOSED}:
            return
        home = {
            who.account_id: staff_home(self.session, who, at)
            for who in (self.cast.noor, self.cast.denise, self.cast.ruud)
        }
        coordinator, manager = home.get(case.coordinator_id), home[self.cast.ruud.account_id]
        if coordinator is not None and Role.COORDINATOR not in walker.roles(walker.coordinator()):
            coordinator = None
        notices = owed_in(self.session, [case.id]).get(case.id, ())
        if coordinator is not None:
            owed = _ids(open_lines(notices, {Role.COORDINATOR}))
            assert [_ids(one.lines) for one in coordinator.waits[NeedKind.OWED]] == ([owed] if owed else [])
            page = case_page(self.session, open_case(walker.by(), walker.id, Activity.SEE_CASE), at)
            assert sorted(_ids(line for same, _endpoint in page.owed for line in same)) == sorted(owed)
        elif owed := _ids(open_lines(notices, {Role.REGIONAL_MANAGER})):
            assert [_ids(one.lines) for one in manager.waits[NeedKind.OWED]] == [owed]
        if case.phase is not Phase.REGISTRATION:
            for at_home, role in ((coordinator, Role.COORDINATOR), (manager, Role.REGIONAL_MANAGER)):
                if at_home is not None:
                    found = [
                        blocker
                        for one in broken(facts, {role})
                        if one.rule.guard is not COORDINATOR_INDEPENDENT
                        for blocker in one.blockers
                    ]
                    assert [list(one.blockers) for one in at_home.waits[NeedKind.NO_LONGER]] == (
                        [found] if found else []
                    )
            assert bool(manager.waits[NeedKind.TO_DECIDE]) == bool(facts.coordinator.conflicts)
        if (asked := case.asked_coordinator_id) is not None:
            assert [row.case.id for row in home[asked].waits[NeedKind.ASKED]] == [case.id]
        wished = {matter for matter in WISHES if hear(matter, facts).yes}
        for at_home in (coordinator, manager):
            assert at_home is None or {one.matter for one in at_home.waits[NeedKind.TO_RING] if one.matter} == wished
        self.session.rollback()

    # what is so after a step

    def _it_was_asked(self, step: Step, draft: object) -> None:
        """Of an agreed plan: whoever had to be asked was, or the paper names them, and the coordinator said why."""
        if step not in {Step.AGREE_PLAN, Step.REVISE_PLAN}:
            return
        walker, said = self.walker, self.walker.said
        case = walker.conference
        with_task = people_with_task(draft)  # type: ignore[arg-type]
        family = walker.circle(*FAMILY_PARTS, Part.SUPPORTER)
        came = set() if case.without_conference else said.came
        not_asked, silent = set(), set()
        for one in family:
            here = one.attends is not Attends.EXCLUDED and (one.part is Part.MAIN_PERSON or one.id in came)
            if (here or one.id in with_task) and one.id not in said.asked:
                not_asked.add(one.name)
        on_sides = [one for one in family if one.side and one.attends is not Attends.EXCLUDED]
        silent = {one.side for one in on_sides} - {one.side for one in on_sides if one.id in said.asked}
        silent -= {one.side for one in family if one.name in not_asked}
        version = self.session.scalars(select(PlanVersion).order_by(PlanVersion.number.desc())).first()
        assert version is not None
        printed = {row["name"] for row in version.snapshot["agreed"] if row["answer"].endswith("not_asked")}
        assert printed == not_asked | silent
        if step is Step.AGREE_PLAN and printed:
            words = self.session.scalars(select(StepWords).order_by(StepWords.change_id.desc())).first()
            assert words is not None
            assert words.overrides.get("everyone_asked")

    def _nothing_is_open(self, step: Step, live: dict[int, int]) -> None:
        walker = self.walker
        case = walker.conference
        if step in END_OF_STEP:
            waiting = (
                OutboxMessage.sent_at.is_(None),
                OutboxMessage.given_up_at.is_(None),
                OutboxMessage.link.is_(None),
            )
            mails = self.session.execute(select(OutboxMessage.key, OutboxMessage.queued_at).where(*waiting))
            if step is not Step.PLAN_WITHOUT_CONFERENCE:
                assert [
                    row.key for row in mails if row.key.startswith(f"{case.id}:") and row.queued_at != walker.at
                ] == []
        gone = set(walker.main_persons()) if step is Step.MAIN_PERSON_GONE else set()
        assert self._live_links() == {link: who for link, who in live.items() if who not in gone}
        planned = (Meeting.started_at.is_(None), Meeting.starts_at.is_not(None))
        if case.phase is Phase.CLOSED or step is Step.PLAN_WITHOUT_CONFERENCE:
            assert self.session.scalars(select(Meeting.id).where(*planned)).all() == []
        if case.phase is Phase.CLOSED:
            assert walker.open_follow_ups() == []
            assert case.asked_coordinator_id is None
            assert (
                self.session.scalars(
                    select(Match.id).where(Match.accepted_on.is_(None), Match.ended_on.is_(None))
                ).all()
                == []
            )

    def _destroyed_is_destroyed(self, step: Step) -> None:
        walker = self.walker
        if step is Step.NO_PLAN or step in ROUND_ENDS:
            left, words = everything(self.session), walker.said.words if step is Step.NO_PLAN else walker.ended
            assert [word for word in words if word in left] == []
        if step in ROUND_ENDS:
            text = self.session.scalars(select(PlanVersion.content).order_by(PlanVersion.number.desc())).first()
            assert text is not None
            assert from_json(text) == walker.draft()

    def _live_links(self) -> dict[int, int]:
        rows = select(PersonalLink.id, PersonalLink.participant_id).where(PersonalLink.revoked_at.is_(None))
        return {row.id: row.participant_id for row in self.session.execute(rows)}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_walks(database: Database, database_url: str) -> None:
    """A few walks, the same ones each time. Far more of them, at random, are a matter of raising these numbers."""
    few = settings(max_examples=14, stateful_step_count=25, deadline=None, derandomize=True, database=None)
    slow = list(HealthCheck)  # a walk takes about a second
    run_state_machine_as_test(
        lambda: Walk(database, looks_every=7),  # type: ignore[arg-type] # anything that makes one
        settings=settings(few, report_multiple_bugs=False, suppress_health_check=slow),
    )
