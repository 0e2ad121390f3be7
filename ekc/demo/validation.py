"""Rules between the fields of a case file; each violation is a message with its place."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfoNotFoundError

from ekc.conferences.entries import CONSENT_SCOPES
from ekc.core.clock import zone
from ekc.core.codec import Path
from ekc.demo.case_schema import CaseFile, EndedBy, FollowUpEntry, PersonId, PlanEntry, RegisteredBy
from ekc.workflow.follow_ups import FormSection
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import INSIDE_PARTS, PROFESSIONAL_PARTS, Attends, Part, SupportAnswer

_SECTIONS = ("setup", "information", "private_time", "plan", "evaluation")  # each needs the ones before


def answer_of(words: str) -> tuple[SupportAnswer | None, str]:
    """The answer to a request for support as a file has it ("agreed, room booked"): the answer and its words."""
    said, _, more = words.partition(",")
    known = {answer.value: answer for answer in SupportAnswer}
    return known.get(said.strip().lower()), more.strip()


Problem = tuple[Path, str]


def find_problems(case: CaseFile) -> Iterator[Problem]:
    """Everything that does not fit: its place, and what to do."""
    yield from _frame(case)
    yield from _circle(case)
    yield from _sections(case)
    if case.private_time is not None:
        yield from _private_time(case)
    if case.plan is not None:
        yield from _plan(case, case.plan)
        for number, evaluation in enumerate(case.evaluation or ()):
            for where, sentence in _evaluation(case, case.plan, evaluation):
                yield ("evaluation", number, *where), sentence


def _frame(case: CaseFile) -> Iterator[Problem]:
    if case.profile not in PROFILES:
        yield ("profile",), f"'{case.profile}' is not known here. Use one of: {', '.join(PROFILES)}."
    yield from _zone(case.timezone, "timezone")
    if len(case.municipality) > 80:
        yield ("municipality",), "write it in at most 80 letters."
    if len(case.language) > 8:
        yield ("language",), "write a code such as nl."
    for number, consent in enumerate(case.registration.consents or ()):
        if consent.scope not in CONSENT_SCOPES:
            known = ", ".join(CONSENT_SCOPES)
            yield ("registration", "consents", number, "scope"), f"use one of: {known}."


def _zone(name: str, *place: str) -> Iterator[Problem]:
    try:
        zone(name)
    except (ZoneInfoNotFoundError, ValueError):
        yield place, f"there is no time zone '{name}'. Write one like Europe/Amsterdam."


def _circle(case: CaseFile) -> Iterator[Problem]:
    if case.coordinator.id in case.people:
        yield ("coordinator", "id"), "somebody among the people has this id already. Choose another."
    if not _with(case, {Part.MAIN_PERSON}):
        yield ("people",), "there is no main person. Add one, with the role main_person."
    if case.registration.by is RegisteredBy.REFERRER and not _with(case, {Part.REFERRER}):
        yield ("people",), "a referrer registered this case. Add them, with the role referrer."
    for id_, person in case.people.items():
        explained = [person.reason, person.decided_by, person.decided_on]
        if (person.attends is Attends.EXCLUDED) != all(explained) or (any(explained) and not all(explained)):
            yield (
                ("people", id_),
                "write reason, decided_by and decided_on for whoever is excluded, and for nobody else.",
            )
        if person.support == id_:
            yield ("people", id_, "support"), "nobody supports themselves. Choose somebody else."
        if person.brought_by == id_:
            yield ("people", id_, "brought_by"), "somebody else brought them in. Choose somebody else."
        if len(person.language or "") > 8:
            yield ("people", id_, "language"), "write a code such as nl."
        if person.timezone is not None:
            yield from _zone(person.timezone, "people", id_, "timezone")


def _sections(case: CaseFile) -> Iterator[Problem]:
    there = [name for name in _SECTIONS if getattr(case, name) is not None]
    for name, expected in zip(there, _SECTIONS, strict=False):
        if name != expected:
            yield (name,), f"this comes after {expected}, which is missing. Add it."
    for number, line in enumerate(case.setup.bottom_lines if case.setup else ()):
        if line.set_by not in _with(case, PROFESSIONAL_PARTS):
            yield (
                ("setup", "bottom_lines", number, "set_by"),
                "a referrer or professional sets a bottom line. Name one.",
            )
    for id_ in case.information.present if case.information else ():
        if case.people[id_].attends is Attends.EXCLUDED:
            yield ("information", "present"), f"'{id_}' is excluded. Take them out here, or in people."


def _private_time(case: CaseFile) -> Iterator[Problem]:
    rounds = case.private_time.rounds if case.private_time else ()
    before = case.information.started if case.information else None
    back = False  # whether this round follows on a plan that was not accepted
    for number, round_ in enumerate(rounds):
        where = ("private_time", "rounds", number)
        if (before and round_.began < before) or round_.ended < round_.began:
            yield where, "the times are not in order. Correct them."
        if (round_.note is not None) != (round_.ended_by is EndedBy.QUESTION):
            yield where, "a note is the question for which they came out. Write it there, and only there."
        if round_.answer is not None and round_.note is None:
            yield where, "an answer goes with the question for which they came out. Write it there, and only there."
        if (round_.why is not None) != back:
            yield (
                where,
                "why they went back goes with private time after a plan was ready. Write it there, and only there.",
            )
        before, back = round_.ended, round_.ended_by is EndedBy.PLAN
    if not rounds or (case.plan is not None and not back):
        yield ("private_time", "rounds"), f"the last one ends with '{EndedBy.PLAN}'. Add it."


def _plan(case: CaseFile, plan: PlanEntry) -> Iterator[Problem]:
    yield from _answers(case, plan)
    sent_back = plan.sent_back_once
    rounds = case.private_time.rounds if case.private_time else ()
    between = pairwise(rounds)
    if sent_back and not any(one.ended <= sent_back.at <= other.began for one, other in between):
        yield ("plan", "sent_back_once"), "this moment lies between two stretches of private time. Correct one of them."
    if rounds and plan.accepted_on < rounds[-1].ended.date():
        yield ("plan", "accepted_on"), "a plan is accepted after private time. Correct the day."
    lines = case.setup.bottom_lines if case.setup else ()
    if len(plan.bottom_lines_met or ()) != len(lines):
        yield ("plan", "bottom_lines_met"), f"write true or false for each of the {len(lines)} bottom lines."


def _answers(case: CaseFile, plan: PlanEntry) -> Iterator[Problem]:
    if plan.accepted_by not in _with(case, PROFESSIONAL_PARTS):
        yield ("plan", "accepted_by"), "a referrer or professional accepts a plan. Name one."
    asked = {id_ for id_ in _with(case, INSIDE_PARTS) if case.people[id_].attends != "excluded"}
    for id_ in plan.agreed.keys() - asked:
        yield ("plan", "agreed", id_), "family and supporters agree to a plan. Take this out."
    for place, goal in enumerate(plan.goals):
        for number, action in enumerate(goal.actions):
            where = ("plan", "goals", place, "actions", number)
            if action.answer is not None and (action.kind != "professional" or answer_of(action.answer)[0] is None):
                known = ", ".join(SupportAnswer)
                yield (*where, "answer"), f"begin the answer to a professional action with one of: {known}."


def _evaluation(case: CaseFile, plan: PlanEntry, found: FollowUpEntry) -> Iterator[Problem]:
    count = sum(len(goal.actions) for goal in plan.goals)
    if sum(found.actions.values()) != count or min(found.actions.values(), default=0) < 0:
        yield ("actions",), f"the plan has {count} actions. Let these numbers add up to that."
    answered = {FormSection.GOALS: found.goals, FormSection.PEOPLE: found.present or found.marks}
    if {section for section, answer in answered.items() if answer} - found.rule.sections:
        yield (), "presence, goals and marks belong to an evaluation meeting. Take them out."
    for number, score in enumerate(found.goals or ()):
        if not (1 <= score.goal <= len(plan.goals) and -2 <= score.score <= 2):
            yield ("goals", number), "name a goal of the plan by its number, and a score from -2 to 2."
    for whose, marks in (found.marks or {}).items():
        if (whose != "family" and whose not in case.people) or (whose == "family") != isinstance(marks, tuple):
            yield ("marks", whose), "give one mark to one of the people, and to 'family' a list of marks."
        elif not all(0 <= mark <= 10 for mark in (marks if isinstance(marks, tuple) else (marks,))):
            yield ("marks", whose), "give a mark from 0 to 10."


def _with(case: CaseFile, parts: set[Part] | frozenset[Part]) -> set[PersonId]:
    return {id_ for id_, person in case.people.items() if person.role in parts}


def last_day(case: CaseFile) -> date:
    """The last day on which something happened, by the file."""
    days = [case.registration.on, case.registration.main_person_said_yes_on, case.coordinator.accepted_on]
    days += [consent.given_on for consent in case.registration.consents or ()]
    if case.setup:
        days += [*case.setup.informed.values(), *(line.shared_on for line in case.setup.bottom_lines)]
    if case.information:
        days.append(case.information.started.date())
    days += [round_.ended.date() for round_ in (case.private_time.rounds if case.private_time else ())]
    days += [case.plan.accepted_on] if case.plan else []
    return max(days + [found.on for found in case.evaluation or ()])
