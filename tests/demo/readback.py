"""Rebuilds a case file from the database through the queries of the features, to prove that nothing is lost.

The ids of a file are not stored; they are found again by name.
"""

from collections import Counter
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.accounts.models import Account
from ekc.conferences.access import Case, open_case
from ekc.conferences.queries import circle
from ekc.conferences.queries import voices as voice_queries
from ekc.conferences.queries.bottom_lines import bottom_lines
from ekc.conferences.queries.concerns import concerns
from ekc.conferences.queries.consents import consents
from ekc.conferences.queries.names import names
from ekc.conferences.queries.registration import registration
from ekc.core.clock import to_local
from ekc.evaluations import queries as evaluations_queries
from ekc.matching.queries.match import matches
from ekc.matching.queries.profile import languages
from ekc.meetings import queries as meetings
from ekc.plans.draft import Action, from_json
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import versions as plan_versions
from ekc.privatetime.queries import rounds
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import Activity, Attends, Step, SupportAnswer, VoiceMatter
from tests.clock import START

_LOOKED = {FollowUpKind.CALL: "call after four weeks", FollowUpKind.EVALUATION: "evaluation meeting"}
_ENDED = {Step.COME_OUT: "plan ready", Step.ASK_FOR_INFORMATION: "asked for information"}


def rebuilt_case(session: Session, coordinator: Visitor, conference_id: int, ids: dict[str, str]) -> dict[str, Any]:
    """The file. `ids` holds the id of each name, the coordinator's too. People present are ordered by name."""
    return _Teller(session, open_case(By(session, coordinator, START), conference_id, Activity.SEE_CASE), ids).all()


def pruned(value: Any) -> Any:
    """Without empty lists, empty texts and False. 0 stays."""
    if isinstance(value, dict):
        kept = {key: pruned(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in ("", [], {}, None) and item is not False}
    return [pruned(item) for item in value] if isinstance(value, list) else value


class _Teller:
    def __init__(self, session: Session, case: Case, ids: dict[str, str]) -> None:
        self.session, self.case = session, case
        self.names = names(session, case.id)
        self.ids = {number: ids[name] for number, name in self.names.items()}
        self.by_name = ids
        meeting = meetings.current_meeting(session, case.id)
        assert meeting is not None
        self.meeting = meeting

    def all(self) -> dict[str, Any]:
        row = registration(self.session, self.case.id)
        return {
            "title": row.title,
            "variant": self.case.variant.value,
            "profile": self.case.profile,
            "language": row.language,
            "timezone": row.timezone,
            "legal_context": row.legal_context.value,
            "municipality": row.municipality,
            "topics": list(row.topics),
            "question": row.question,
            "sides": list(row.sides),
            "registration": {
                "on": row.registered_on,
                "by": row.registered_by.value,
                "reason": row.reason,
                "main_person_said_yes_on": self.said_yes_on(),
                "wishes": list(row.wishes),
                "consents": [
                    {
                        "person": self.ids[consent.participant_id],
                        "scope": consent.scope,
                        "given_on": consent.given_on,
                        "note": consent.note,
                    }
                    for consent in consents(self.session, self.case.id)
                ],
            },
            "coordinator": self.coordinator(),
            "people": {self.ids[number]: self.person(number) for number in self.names},
            "setup": self.setup(),
            "information": self.information(),
            "private_time": {"rounds": self.rounds()},
            "plan": self.plan(),
            "evaluation": self.evaluations(),
            "costs": self.costs(),
        }

    def coordinator(self) -> dict[str, Any]:
        match = matches(self.session, self.case.id).current
        assert match is not None
        assert match.declaration is not None
        account = self.session.get_one(Account, match.account_id)
        return {
            "id": self.by_name[account.name],
            "name": account.name,
            "email": account.email,
            "languages": list(languages(self.session, [account.id]).get(account.id, {})),
            "accepted_on": match.accepted_on,
            "independence": match.declaration.independence,
        }

    def person(self, number: int) -> dict[str, Any]:
        found = circle.person(self.session, self.case, number)
        assert found is not None
        return {
            "name": found.name,
            "role": found.part.value,
            "relation": found.relation,
            "side": found.side,
            "organisation": found.organisation,
            "speaks_on_behalf_of": found.speaks_for,
            "language": found.language,
            "timezone": found.timezone,
            "born": found.born,
            "phone": found.phone,
            "email": found.email,
            "address_secret": found.address_secret,
            "needs": list(found.needs),
            "need_kinds": list(found.need_kinds),
            "interpreter": found.needs_interpreter,
            "support": self.ids.get(found.support_id or 0),
            "closeness": found.closeness,
            "brought_by": self.ids.get(found.brought_by_id or 0),
            "attends": None if found.attends in (None, Attends.IN_PERSON) else found.attends.value,
            "view": found.view,
            "reason": found.exclusion_reason,
            "decided_by": found.excluded_by,
            "decided_on": found.excluded_on,
        }

    def setup(self) -> dict[str, Any]:
        around = {row.kind.value: row.text for row in meetings.arrangements(self.session, self.meeting.id)}
        assert self.meeting.expected_minutes is not None
        return {
            "informed": {self.ids[p.id]: p.informed_on for p in circle.circle(self.session, self.case.id)},
            "safety": [
                {
                    "person": self.ids[one.participant_id],
                    "concern": one.concern,
                    "arrangement": one.arrangement,
                    "apart_from": self.ids.get(one.apart_from_id or 0),
                    "said_by": one.said_by,
                }
                for one in concerns(self.session, self.case.id)
            ],
            "date_options": [self.local(row.starts_at) for row in meetings.date_options(self.session, self.meeting.id)],
            "chosen": self.local(self.meeting.starts_at),
            "expected_hours": self.meeting.expected_minutes / 60,
            "venue": {
                "name": self.meeting.venue_name,
                "address": self.meeting.venue_address,
                "access": self.meeting.venue_access,
            },
            "catering": around.get("food"),
            "travel": around.get("travel"),
            "childcare": around.get("childcare"),
            "bottom_lines": [
                {
                    "text": line.text,
                    "set_by": self.ids[line.set_by],
                    "ground": line.ground,
                    "shared_on": line.shared_on,
                }
                for line in bottom_lines(self.session, self.case.id)
            ],
        }

    def information(self) -> dict[str, Any]:
        came = meetings.stretches(self.session, self.meeting.id)
        return {
            "started": self.local(self.meeting.started_at),
            "present": sorted(self.ids[row.participant_id] for row in came if row.came_at == self.meeting.started_at),
            "items": [
                {"by": self.ids.get(row.participant_id or 0, "coordinator"), "kind": row.kind.value, "text": row.text}
                for row in meetings.information_items(self.session, self.meeting.id)
            ],
            "questions": [
                {"asked_by": self.ids[row.participant_id], "text": row.text, "answer": row.answer}
                for row in meetings.questions(self.session, self.meeting.id)
                if row.participant_id is not None  # those of the family stand with private time
            ],
        }

    def rounds(self) -> list[dict[str, Any]]:
        asked = meetings.questions(self.session, self.meeting.id)
        answers = {row.text: row.answer for row in asked if row.participant_id is None}
        return [
            {
                "began": self.local(row.began_at),
                "ended": self.local(row.ended_at),
                "ended_by": _ENDED[row.ended_by] if row.ended_by else None,
                "note": row.ended_for,
                "answer": answers.get(row.ended_for or ""),
                "why": row.why,
            }
            for row in rounds(self.session, self.case.id)
        ]

    def said_yes_on(self) -> date:
        """When the last main person said yes to a conference."""
        voices = voice_queries.voices(self.session, self.case.id)
        return max(row.said_on for row in voices if row.matter is VoiceMatter.CONFERENCE)

    def plan(self) -> dict[str, Any]:
        first = plan_versions.version(self.session, self.case.id, 1)
        assert first is not None
        plan, again = from_json(first.content), from_json(first.content).evaluation
        said = plan_answers.acceptances(self.session, self.case.id)
        refused = [row for row in said if not row.accepted]
        checks = plan_answers.bottom_line_checks(self.session, self.case.id, self.case.presentation)
        agreed = plan_answers.agreements(self.session, self.case.id, self.case.presentation)
        lines = bottom_lines(self.session, self.case.id)
        return {
            "goals": [{"text": goal.text, "actions": [*map(self.action, goal.actions)]} for goal in plan.goals],
            "accepted_on": first.agreed_on,
            "accepted_by": self.ids[said[-1].participant_id],
            "sent_back_once": " - ".join([self.local(refused[0].decided_at), refused[0].reason]) if refused else None,
            "bottom_lines_met": [checks[line.id] for line in lines],
            "monitor": self.ids[plan.monitor or 0],
            "contingency": [
                {"if": what_if.if_, "then": what_if.then, "who": [self.ids[number] for number in what_if.who]}
                for what_if in plan.what_ifs
            ],
            "evaluation": {
                "on": f"{again.at:%Y-%m-%dT%H:%M}",
                "where": again.place,
                "convened_by": self.ids[again.convenor or 0],
                "with": [self.ids[number] for number in again.others],
            },
            "agreed": {self.ids[row.participant_id]: row.words or row.answer.value for row in agreed},
        }

    def action(self, action: Action) -> dict[str, Any]:
        answered = action.answer not in (None, SupportAnswer.PENDING)
        return {
            "what": action.what,
            "who": [self.ids[number] for number in action.who],
            "by": action.by,
            "starts": action.starts,
            "every": action.every.value if action.every else None,
            "kind": action.kind.value,
            "answer": f"{action.answer}, {action.answer_words}" if answered else None,
        }

    def evaluations(self) -> list[dict[str, Any]]:
        rows = evaluations_queries.follow_ups(self.session, self.case.id, self.case.registered_on)
        held = sorted((row for row in rows if row.held_on), key=lambda row: row.held_on or row.due_on)
        written = evaluations_queries.follow_up_records(self.session, [row.id for row in held])
        return [
            {
                "kind": _LOOKED[row.kind],
                "on": row.held_on,
                "by": self.by_name.get(row.held_by or ""),
                "found": row.found,
                "present": sorted(self.ids[number] for number in written[row.id].present),
                "goals": [{"goal": goal, "score": score} for goal, score in written[row.id].goals.items()],
                "actions": {state.value: n for state, n in Counter(written[row.id].actions.values()).items()},
                "marks": {
                    **{self.ids[number]: mark for number, mark in written[row.id].marks.items()},
                    "family": list(written[row.id].unnamed),
                },
                "decision": row.decision,
            }
            for row in held
        ]

    def costs(self) -> dict[str, Any]:
        sheet = evaluations_queries.cost_sheet(self.session, self.case.id)
        told = (
            {}
            if sheet is None
            else {
                "coordinator_hours": _part(sheet.coordinator_minutes, 60),
                "family_hours": _part(sheet.family_minutes, 60),
                "professional_hours": _part(sheet.professional_minutes, 60),
                "fee": _part(sheet.fee, 100),
                "venue_and_food": _part(sheet.venue_and_food, 100),
                "travel": _part(sheet.travel, 100),
                "childcare": _part(sheet.childcare, 100),
                "interpreter": _part(sheet.interpreter, 100),
            }
        )
        rows = evaluations_queries.avoided_costs(self.session, self.case.id)
        return {**told, "avoided": [{"what": row.what, "amount": row.amount / 100, "basis": row.basis} for row in rows]}

    def local(self, instant: datetime | None) -> str:
        return f"{to_local(instant, self.case.timezone):%Y-%m-%dT%H:%M}" if instant else ""


def _part(value: int | None, factor: int) -> float | None:
    return None if value is None else value / factor
