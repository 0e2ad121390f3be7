"""What people do with one case, through the product's own actions: for `test_walk.py`, which looks at it after each.

A refusal changes nothing, and is no fault. `MENDS` follows the advice of each reason why a step cannot be taken.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import ClassVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.conferences.access import open_case
from ekc.conferences.actions import circle, consents, links, registration, safety
from ekc.conferences.actions.heard import note_heard
from ekc.conferences.entries import (
    Concern,
    HeardOfPeople,
    NewConsent,
    NewLink,
    PersonDetails,
    Registration,
    told_of_all,
)
from ekc.conferences.models import Conference, Consent, Participant, SafetyConcern
from ekc.conferences.queries.bottom_lines import bottom_lines
from ekc.conferences.queries.consents import consented
from ekc.conferences.queries.registration import registration as registration_row
from ekc.core.clock import local_date, to_local
from ekc.core.errors import Refusal
from ekc.core.outbox import OutboxMessage
from ekc.evaluations import actions as evaluations
from ekc.evaluations.actions import FollowUpReport
from ekc.evaluations.models import FollowUp
from ekc.journey.actions.steps import take_step
from ekc.journey.facts import gather_facts
from ekc.links.verification import ask_to_come_in, verify_by_device
from ekc.matching.actions import asking, independence
from ekc.matching.queries.match import open_conflicts
from ekc.meetings.actions import arranging, attendance, information
from ekc.meetings.actions.arranging import Arranged, Venue
from ekc.meetings.actions.information import InformationText, QuestionText
from ekc.meetings.models import Meeting, Question, Stretch
from ekc.plans import edits
from ekc.plans.actions.acceptance import check_bottom_line, decide_acceptance
from ekc.plans.actions.agreement import record_agreement
from ekc.plans.actions.drafts import change_plan
from ekc.plans.draft import Draft, EvaluationPlan, NewAction, NewWhatIf
from ekc.plans.models import PlanDraft
from ekc.plans.queries.circle import circle as people_of_plan
from ekc.plans.queries.circle import deciders
from ekc.plans.queries.versions import stored_draft
from ekc.workflow.definition.kinds import ReasonKind, Taking
from ekc.workflow.engine import STEP_RULES, verdict_on
from ekc.workflow.facts import Facts
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import (
    FAMILY_PARTS,
    PROFESSIONAL_PARTS,
    Activity,
    Agreed,
    ArrangementKind,
    Attends,
    InformationKind,
    Part,
    Role,
    Step,
)
from tests.build import INDEPENDENT, TIMEZONE, Made
from tests.cast import COST, Cast, participant


@dataclass
class Said:
    """What was said and done since the round, the meeting or the presentation began, as the test itself counts it."""

    informed: set[int] = field(default_factory=set)  # in this round
    wished: set[int] = field(default_factory=set)
    came: set[int] = field(default_factory=set)  # to a meeting of this round
    told: set[InformationKind] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)  # about this presentation
    decided: bool = False
    checked: set[int] = field(default_factory=set)
    evaluated: bool = False  # this version
    words: list[str] = field(default_factory=list)  # of this round
    again: list[str] = field(default_factory=list)  # of wishes for another one


class Walker:
    """One case and everybody who has to do with it."""

    _numbers: ClassVar[Iterator[int]] = count(1)

    def __init__(self, session: Session, cast: Cast, at: datetime, case: Made) -> None:
        self.session, self.cast, self.at, self.id = session, cast, at, case.id
        self.people = dict(case.people)
        self.said = Said()
        self.before = Said()  # what was said until this round began
        self.ended: list[str] = []  # the words of the round that was ended last
        self.tokens: dict[int, str] = {}

    # what is so now

    @property
    def conference(self) -> Conference:
        return self.session.get_one(Conference, self.id, populate_existing=True)

    @property
    def today(self) -> date:
        return local_date(self.at, TIMEZONE)

    def facts(self) -> Facts:
        return gather_facts(self.session, self.conference, self.at)

    def circle(self, *parts: Part) -> list[Participant]:
        here = (Participant.conference_id == self.id, Participant.removed_at.is_(None))
        found = self.session.scalars(select(Participant).where(*here).order_by(Participant.id)).all()
        return [one for one in found if not parts or one.part in parts]

    def main_persons(self) -> list[int]:
        return [one.id for one in self.circle(Part.MAIN_PERSON) if one.attends is not Attends.EXCLUDED]

    def draft(self) -> Draft:
        return stored_draft(self.session, self.id).draft

    def roles(self, who: Visitor) -> frozenset[Role]:
        """Their roles in the case, through the funnel; none where it gives them nothing."""
        for activity in (Activity.SEE_CASE, Activity.SEE_OWN_PAGE, Activity.SEE_REQUEST):
            try:
                return open_case(By(self.session, who, self.at), self.id, activity).roles
            except Refusal:
                pass
        return frozenset()

    # who acts

    def coordinator(self) -> Visitor:
        """Whoever coordinates the case; before anybody does, whoever is asked."""
        case = self.conference
        of_account = {self.cast.noor.account_id: self.cast.noor, self.cast.denise.account_id: self.cast.denise}
        return of_account.get(case.coordinator_id or case.asked_coordinator_id, self.cast.noor)

    def person(self, id_: int) -> Visitor:
        return participant(self.id, id_)

    def by(self, who: Visitor | None = None) -> By:
        return By(self.session, who or self.coordinator(), self.at)

    def word(self, kept: bool = False) -> str:
        """A word that stands nowhere else. `kept`: not of the round."""
        word = f"Q{next(self._numbers)}Z"
        if not kept:
            self.said.words.append(word)
        return word

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """What the product refuses changes nothing."""
        try:
            yield
        except Refusal:
            pass
        finally:
            self.session.rollback()

    # steps

    def take(self, step: Step, who: Visitor, overriding: Collection[str] = (), **more: object) -> bool:
        """Try to take a step; whether the case moved. Its words are words of the round that it begins or goes on."""
        rule = STEP_RULES[step]
        before = self.conference.phase, self.conference.round, self.conference.presentation
        numbered = self.session.scalar(select(Conference.version).where(Conference.id == self.id))
        word = self.word()
        whys = {code: self.word() for code in overriding}
        reason = word if rule.reason is ReasonKind.TEXT else ""
        taking = Taking(step, reason=reason, overrides=whys, **more)  # type: ignore[arg-type]
        with self.refusing():
            take_step(self.by(who), self.id, taking)
            if who.participant_id is not None and rule.matter is not None:
                self.said.wished.add(who.participant_id)
                self.said.again += [word] if step is Step.RECONVENE else []
        now = self.conference.phase, self.conference.round, self.conference.presentation
        moved = now != before or (step is Step.REVISE_PLAN and self.conference.version != numbered)
        if not moved:
            return False
        match step:
            case Step.STOP_ROUND | Step.NO_NEW_PLAN:
                said, self.ended = self.said, self.said.words
                self.said = replace(
                    self.before,
                    informed=self.before.informed | said.informed,
                    evaluated=self.before.evaluated or said.evaluated,
                    wished=set(),
                    words=[],
                )
            case Step.RECONVENE:
                self.before = self.said
                self.said = Said(words=[word, *whys.values(), *self.said.again])
            case Step.COME_OUT | Step.PLAN_WITHOUT_CONFERENCE:
                self.said.asked, self.said.decided, self.said.checked = set(), False, set()
            case Step.AGREE_PLAN | Step.REVISE_PLAN:
                self.said.evaluated = False
            case _:
                pass
        return True

    def reasons(self, step: Step) -> list[str]:
        """The conditions of a step that do not hold for its coordinator."""
        verdict = verdict_on(step, self.facts(), {Role.COORDINATOR})
        return list(dict.fromkeys(reason.guard for reason in verdict.reasons)) if verdict else []

    # the registration and the coordinator

    def change_registration(self, yes: dict[int, date | None] | None = None, **changes: object) -> None:
        row = registration_row(self.session, self.id)
        now = Registration(**{one.name: getattr(row, one.name) for one in fields(Registration)})
        registration.change_registration(self.by(), self.id, replace(now, **changes), yes or {})  # type: ignore[arg-type]

    def consent(self, who: int) -> None:
        consents.add_consent(self.by(), self.id, NewConsent(participant_id=who, given_on=self.today))

    def take_consent_back(self, who: int) -> None:
        given = select(Consent.id).where(Consent.participant_id == who, Consent.withdrawn_on.is_(None))
        for one in self.session.scalars(given).all():
            consents.withdraw_consent(self.by(), self.id, one)

    def ask_another(self) -> None:
        other = self.cast.denise if self.coordinator() is self.cast.noor else self.cast.noor
        asking.ask_coordinator(self.by(self.cast.ruud), self.id, other.account_id or 0)

    def asked_coordinator(self) -> Visitor | None:
        asked = self.conference.asked_coordinator_id
        return next((one for one in (self.cast.noor, self.cast.denise) if one.account_id == asked), None)

    def accept(self, tied: bool = False) -> None:
        if asked := self.asked_coordinator():
            independence.accept(self.by(asked), self.id, replace(INDEPENDENT, relation="a neighbour" if tied else ""))

    def waive(self) -> None:
        for conflict in open_conflicts(self.session, self.id):
            independence.waive_conflict(self.by(self.cast.ruud), self.id, conflict.key, "The family knows.")

    # the circle

    def change_person(self, who: int, **changes: object) -> None:
        row = self.session.get_one(Participant, who)
        now = {one.name: getattr(row, one.name) for one in fields(PersonDetails)}
        now["needs"] = tuple(now["needs"])
        if changes.get("attends") not in {None, Attends.EXCLUDED}:
            changes |= {"exclusion_reason": "", "excluded_by": "", "excluded_on": None}
        circle.change_person(self.by(), self.id, who, PersonDetails(**(now | changes)))

    def exclude(self, who: int) -> None:
        why = {"exclusion_reason": "It is not safe.", "excluded_by": "The court", "excluded_on": self.today}
        self.change_person(who, attends=Attends.EXCLUDED, **why)

    def tell(self, people: Collection[int]) -> None:
        note_heard(self.by(), self.id, HeardOfPeople(told=told_of_all(people)))
        self.said.informed |= set(people)

    def arrange_safety(self) -> None:
        afraid = select(SafetyConcern).where(SafetyConcern.conference_id == self.id)
        for row in self.session.scalars(afraid).all():
            if row.said_at is not None:
                safety.answer_concern(self.by(), self.id, row.id, "They sit apart.")
                continue
            mended = Concern(participant_id=row.participant_id, concern=row.concern or "", arrangement="Sit apart.")
            safety.change_concern(self.by(), self.id, row.id, mended)

    # the meeting

    def here(self) -> set[int]:
        """Who is in the room now."""
        there = (Meeting.conference_id == self.id, Stretch.left_at.is_(None), Stretch.corrected_at.is_(None))
        return set(self.session.scalars(select(Stretch.participant_id).join(Meeting).where(*there)))

    def come(self, people: Collection[int]) -> None:
        attendance.record_attendance(self.by(), self.id, people)
        self.said.came |= set(people)

    def tell_at_the_meeting(self, kind: InformationKind) -> None:
        information.add_information(self.by(), self.id, InformationText(kind, self.word()))
        self.said.told.add(kind)

    def ask(self, who: int) -> None:
        information.add_question(self.by(), self.id, QuestionText(who, self.word()))

    def answer_questions(self) -> None:
        for row in self.session.scalars(select(Question).join(Meeting).where(Meeting.conference_id == self.id)).all():
            if row.answer is None:
                with self.refusing():  # of the round before
                    answered = QuestionText(row.participant_id, row.text, self.word())
                    information.change_question(self.by(), self.id, row.id, answered)

    # the plan

    def edit(self, edit: edits.Edit) -> str:
        row = self.session.get(PlanDraft, self.id, populate_existing=True)
        text = row.text if row else 0
        key = change_plan(self.by(), self.id, row.revision if row else 0, edit)
        if (
            self.session.get_one(PlanDraft, self.id, populate_existing=True).text != text
        ):  # what was said is not about it
            self.said.asked, self.said.decided, self.said.checked = set(), False, set()
        return key

    def write_plan(self) -> None:
        """Add what the plan lacks: by whoever is in the circle now."""
        family = [one.id for one in self.circle(*FAMILY_PARTS) if one.attends is not Attends.EXCLUDED]
        draft = self.draft()
        if not draft.goals:
            self.edit(edits.add_goal(self.word()))
            draft = self.draft()
        for action in [action for goal in draft.goals for action in goal.actions]:
            self.edit(edits.remove(action.key))
        new = NewAction(what=self.word(), who=tuple(family[:2]), by=self.today + timedelta(7))
        self.edit(edits.add_action(draft.goals[0].key, new))
        for what_if in draft.what_ifs:
            self.edit(edits.remove(what_if.key))
        self.edit(edits.add_what_if(NewWhatIf(if_=self.word(), then=self.word(), who=tuple(family[:2]))))
        self.edit(edits.set_monitor(family[0]))
        again = to_local(self.at, TIMEZONE).replace(tzinfo=None) + timedelta(weeks=12, days=1)
        self.edit(edits.set_evaluation(EvaluationPlan(at=again, place=self.word(), convenor=family[-1])))

    def agree(self, who: int, answer: Agreed = Agreed.YES) -> None:
        record_agreement(self.by(), self.id, who, answer, self.word())
        self.said.asked.add(who)

    def ask_everyone(self) -> None:
        for one in self.circle(*FAMILY_PARTS, Part.SUPPORTER):
            with self.refusing():
                self.agree(one.id)

    def accept_plan(self, accepted: bool = True) -> None:
        for one in deciders(self.session, self.id, people_of_plan(self.session, self.id)):
            decide_acceptance(self.by(), self.id, one.id, accepted, "" if accepted else self.word())
            self.said.decided = True

    def check_bottom_lines(self, met: bool = True) -> None:
        for line in bottom_lines(self.session, self.id):
            check_bottom_line(self.by(), self.id, line.id, met)
            self.said.checked.add(line.id)

    # afterwards

    def open_follow_ups(self, *kinds: FollowUpKind) -> list[FollowUp]:
        still = (FollowUp.held_on.is_(None), FollowUp.given_up_on.is_(None))
        rows = self.session.scalars(select(FollowUp).where(FollowUp.conference_id == self.id, *still)).all()
        return [row for row in rows if not kinds or row.kind in kinds]

    def settle(self, *kinds: FollowUpKind) -> None:
        for row in self.open_follow_ups(*kinds):
            evaluations.give_up(self.by(), self.id, row.id, self.word(kept=True))

    def evaluate(self, wants_new: bool = True) -> None:
        if not self.open_follow_ups(FollowUpKind.EVALUATION):
            evaluations.plan_evaluation(self.by(), self.id, self.today)
        for row in self.open_follow_ups(FollowUpKind.EVALUATION):
            report = FollowUpReport(held_on=self.today, found=self.word(kept=True), wants_new_version=wants_new)
            evaluations.record_follow_up(self.by(), self.id, row.id, report)
            self.said.evaluated |= row.version_number == self.conference.plan_number

    # devices and mails

    def make_link(self, who: int) -> None:
        self.tokens[who] = links.make_link(self.by(), self.id, who, NewLink(by_hand=True), COST).token

    def come_in(self, who: int, lets_in: int | None) -> bool:
        """Ask to be let in on a new device, by somebody in the room or by the coordinator; whether it signs in then."""
        device, token = ask_to_come_in(self.session, self.at, self.tokens[who], "a phone")
        if lets_in is not None:
            links.answer_in_room(self.by(self.person(lets_in)), self.id, device, True)
        else:
            links.answer_request(self.by(), self.id, device, True)
        return verify_by_device(self.session, self.at, self.tokens[who], token, own=False) is not None

    def send_mails(self) -> None:
        """All mails that wait are sent."""
        self.session.rollback()
        waiting = (OutboxMessage.sent_at.is_(None), OutboxMessage.given_up_at.is_(None))
        self.session.execute(update(OutboxMessage).where(*waiting).values(sent_at=self.at, link=None, body=""))
        self.session.commit()

    # following the advice

    def mend(self, guard: str) -> bool:
        """Do what the reason of this condition advises; False where it advises another step, or cannot come up."""
        mend = _MENDS.get(guard)
        if mend is None:
            return False
        mend(self)
        self.session.rollback()
        return True


def _say_yes(walker: Walker) -> None:
    said = {one.id for one in walker.facts().people if "conference" in one.voices}
    walker.change_registration({one: walker.today for one in walker.main_persons() if one not in said})


def _both_sides(walker: Walker) -> None:
    for side in walker.facts().sides:
        if not any(one.side == side for one in walker.facts().family):
            circle.add_person(walker.by(), walker.id, PersonDetails(name="Somebody There", part=Part.FAMILY, side=side))


def _consents(walker: Walker) -> None:
    for one in walker.circle(Part.CHILD):
        if one.born is None:
            walker.change_person(one.id, born=date(2012, 1, 1))
    have = consented(walker.session, walker.id)
    for one in walker.circle(*FAMILY_PARTS):
        if one.id not in have:
            walker.consent(one.id)


def _coordinator(walker: Walker) -> None:
    if walker.conference.asked_coordinator_id is None:
        walker.ask_another()
    walker.accept()


def _confirm(walker: Walker) -> None:
    for one in walker.main_persons():
        independence.confirm_coordinator(walker.by(walker.person(one)), walker.id)


def _decide_who_comes(walker: Walker) -> None:
    for one in walker.circle():
        if one.attends is None:
            walker.change_person(one.id, attends=Attends.IN_PERSON)


def _tell(walker: Walker) -> None:
    if not any(one.attends in {Attends.IN_PERSON, Attends.VIDEO, Attends.PHONE} for one in walker.circle()):
        walker.change_person(walker.main_persons()[0], attends=Attends.IN_PERSON)
    walker.tell([one.id for one in walker.circle() if one.informed_on is None] or walker.main_persons())


def _ask_about_safety(walker: Walker) -> None:
    if not any(one.asked_about_safety for one in walker.facts().people):
        walker.change_person(walker.main_persons()[0], attends=Attends.IN_PERSON)
    unasked = [one.id for one in walker.facts().people if one.safety_unasked]
    if unasked:
        note_heard(walker.by(), walker.id, HeardOfPeople(safe=unasked))


def _make_safe(walker: Walker) -> None:
    walker.arrange_safety()
    if not walker.said.informed:
        walker.tell(walker.main_persons())


def _arrange(walker: Walker) -> None:
    arranging.choose_date(walker.by(), walker.id, walker.at + timedelta(days=3))
    arranging.set_venue(walker.by(), walker.id, Venue("Buurthuis De Brug", "Waalkade 12"))
    for kind in (ArrangementKind.FOOD, ArrangementKind.TRAVEL, ArrangementKind.INTERPRETER):
        arranging.arrange(walker.by(), walker.id, Arranged(kind, not_needed=True))


def _outnumber(walker: Walker) -> None:
    for one in walker.circle(*PROFESSIONAL_PARTS):
        if one.attends is not Attends.EXCLUDED:
            walker.change_person(one.id, attends=Attends.LETTER)
    if not any(one.takes_part for one in walker.facts().family):
        walker.change_person(walker.main_persons()[0], attends=Attends.IN_PERSON)


def _family_comes(walker: Walker) -> None:
    """Those of the family who stayed at home come after all; where they are few, somebody joins."""
    facts = walker.facts()
    family = [one.id for one in walker.circle(*FAMILY_PARTS) if one.attends is not Attends.EXCLUDED]
    sides = {one.side for one in walker.circle(*FAMILY_PARTS) if one.id in family}
    missing = [("", facts.profile.least_family_present - len(family))]
    missing += [(side, 1) for side in facts.sides if side not in sides]
    for side, number in missing:
        for _ in range(number):
            new = PersonDetails(name="Somebody More", part=Part.FAMILY, attends=Attends.IN_PERSON, side=side)
            family.append(circle.add_person(walker.by(), walker.id, new))
    walker.come(sorted({*walker.said.came, *family} & {one.id for one in walker.circle()}))
    for one in set(family) - walker.here():
        attendance.come_back(walker.by(), walker.id, one)


def _tell_situation(walker: Walker) -> None:
    for kind in InformationKind:
        walker.tell_at_the_meeting(kind)


def _take_out_the_others(walker: Walker) -> None:
    for one in walker.main_persons()[1:]:
        if one in walker.here():
            attendance.leave(walker.by(), walker.id, one)
        circle.remove_person(walker.by(), walker.id, one, "Left.")


def _make_room(walker: Walker) -> None:
    """The professionals leave, and whoever stays away by now."""
    attendance.professionals_leave(walker.by(), walker.id)
    here = walker.here()
    for one in walker.circle(*FAMILY_PARTS, Part.SUPPORTER):
        if one.id in here and one.attends is Attends.EXCLUDED:
            attendance.leave(walker.by(), walker.id, one.id)


_MENDS: dict[str, Callable[[Walker], None]] = {
    "main_person_said_yes": _say_yes,
    "consents_valid": _consents,
    "two_sides_there": _both_sides,
    "coordinator_accepted": _coordinator,
    "independence_declared": _coordinator,
    "coordinator_independent": Walker.waive,
    "coordinator_confirmed": _confirm,
    "question_agreed": lambda walker: walker.change_registration(
        question="How do we see to it?", question_agreed_on=walker.today
    ),
    "everyone_decided": _decide_who_comes,
    "everyone_informed": _tell,
    "safety_asked": _ask_about_safety,
    "safety_decided": _make_safe,
    "childrens_part_decided": _decide_who_comes,
    "meeting_arranged": _arrange,
    "family_outnumbers_professionals": _outnumber,
    "information_told": _tell_situation,
    "questions_answered": Walker.answer_questions,
    "enough_family_present": _family_comes,
    **dict.fromkeys(("professionals_left", "excluded_left"), _make_room),
    **dict.fromkeys(
        (
            "actions_complete",
            "actions_before_evaluation",
            "what_if_complete",
            "evaluation_arranged",
            "monitor_named",
            "support_answered",
        ),
        Walker.write_plan,
    ),
    "bottom_lines_met": Walker.check_bottom_lines,
    "accepted": Walker.accept_plan,
    "everyone_asked": Walker.ask_everyone,
    "evaluation_held": Walker.evaluate,
    "family_wants_new_version": Walker.evaluate,
    "call_settled": Walker.settle,
    "evaluation_settled": Walker.settle,
    "only_main_person": _take_out_the_others,
}
