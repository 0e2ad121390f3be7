"""The facts of a case file, on which page each can be read, and in which words.

A line of PLACES names a fact ("*" is any key or number), the page, and the function that gives its words. A page is the
URL within the case; `person` is the page of the person of the fact. Values of form fields count as text.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any

from ekc.core.clock import from_local
from ekc.core.language import day, moment, short_day
from ekc.demo.validation import answer_of
from ekc.evaluations.forms import SCORES
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    ActionKind,
    ActionState,
    Attends,
    Closeness,
    Every,
    InformationKind,
    LegalContext,
    Part,
    PersonNeed,
    Variant,
)
from tests.stories.agreeing import said
from tests.stories.preparing import SCOPES, language_name
from tests.stories.walk import Walk

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Fact:
    """One value of a file and its path."""

    path: Path
    value: Any

    @property
    def dotted(self) -> str:
        """The path as text: people.yara.born."""
        return ".".join(map(str, self.path))


def facts(value: Any, path: Path = ()) -> Iterator[Fact]:
    """All values of a file, as `tomllib` reads it."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from facts(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from facts(item, (*path, number))
    else:
        yield Fact(path, value)


Say = Callable[[Walk, Any], str]


def plain(_walk: Walk, value: Any) -> str:
    """The text itself."""
    return " ".join(str(value).split())


def named(_walk: Walk, value: Any) -> str:
    """A person of the file, by name."""
    return _walk.name(value)


def teller(walk: Walk, value: Any) -> str:
    """Who gave information."""
    return "The coordinator" if value == walk.case.coordinator.id else walk.name(value)


def typed(_walk: Walk, value: date) -> str:
    """As in a field for a day."""
    return f"{value:%d-%m-%Y}"


def long_day(_walk: Walk, value: date) -> str:
    """Monday 2 March 2026."""
    return day(value)


def plain_day(_walk: Walk, value: date) -> str:
    """2 March 2026."""
    return day(value, weekday=False)


def at(walk: Walk, value: str) -> str:
    """Saturday 18 April 2026, 10:00."""
    return moment(from_local(datetime.fromisoformat(value), walk.case.timezone), walk.case.timezone)


def local(_walk: Walk, value: str) -> str:
    """As in a field for a day and a time."""
    return f"{datetime.fromisoformat(value):%d-%m-%Y %H:%M}"


def hours(_walk: Walk, value: float) -> str:
    """31.5 hours."""
    return f"{value:g} hours"


def money(walk: Walk, value: float) -> str:
    """€212.40."""
    return {"nl": "€", "england": "£"}[walk.case.profile] + f"{value:,.2f}"


def secret(_walk: Walk, value: bool) -> str:
    """The ticked box."""
    assert value
    return "[x] The address is secret: print it nowhere"


def coded(kind: Any) -> Say:
    """The label of an enum member."""
    return lambda walk, value: walk.said(kind(value).label)


def met(_walk: Walk, value: bool) -> str:
    """Whether a bottom line is met."""
    return "met" if value else "not met"


def answered(_walk: Walk, value: str) -> str:
    """The answer to a request for support, and its words."""
    answer, words = answer_of(value)
    assert answer is not None
    return f"support: {answer.label} “{words}”"


def agreed(_walk: Walk, value: str) -> str:
    """The answer to the plan, in their words."""
    answer, words = said(value)
    return f"“{words}”" if words else answer.label


def sent_back(_walk: Walk, value: str) -> str:
    """Why the plan was not accepted."""
    return f"“{value.partition(' - ')[2]}”"


#: As these sentences begin: the rest is in the words of the kind of conference.
_ENDED_BY: dict[str, str] = {
    "asked for information": "Private time has been interrupted:",
    "plan ready": "Private time has ended:",
}
_KINDS: dict[str, str] = {"call after four weeks": "Call after four weeks", "evaluation meeting": "Evaluation"}

#: (fact, page, function that gives its words). The first line that matches a fact counts.
PLACES: tuple[tuple[str, str, Say], ...] = (
    ("title", "", plain),
    ("variant", "", coded(Variant)),
    ("profile", "registration", lambda _, code: PROFILES[code].name),
    ("language", "registration", lambda _, code: language_name(code)),
    ("timezone", "registration", plain),
    ("legal_context", "registration", coded(LegalContext)),
    ("municipality", "", plain),
    ("topics.*", "registration", plain),
    ("question", "", plain),
    ("sides.*", "circle", plain),
    ("registration.on", "registration", long_day),
    ("registration.by", "registration", coded(Part)),
    ("registration.reason", "registration", plain),
    ("registration.main_person_said_yes_on", "registration", typed),
    ("registration.wishes.*", "registration", plain),
    ("registration.consents.*.person", "consents", named),
    ("registration.consents.*.scope", "consents", lambda _, scope: SCOPES[scope]),
    ("registration.consents.*.given_on", "consents", plain_day),
    ("registration.consents.*.note", "consents", plain),
    ("coordinator.name", "coordinator", plain),
    ("coordinator.accepted_on", "coordinator", long_day),
    ("coordinator.independence", "coordinator", plain),
    ("people.*.role", "person", coded(Part)),
    ("people.*.language", "person", lambda _, code: language_name(code)),
    ("people.*.born", "person", typed),
    ("people.*.address_secret", "person", secret),
    ("people.*.support", "person", named),
    ("people.*.brought_by", "person", named),
    ("people.*.closeness", "person", coded(Closeness)),
    ("people.*.need_kinds.*", "person", coded(PersonNeed)),
    ("people.*.interpreter", "person", lambda _, asked: "Needs an interpreter" if asked else ""),
    ("people.*.attends", "person", coded(Attends)),
    ("people.*.decided_on", "person", typed),
    ("people.*", "person", plain),
    ("setup.informed.*", "person", typed),
    ("setup.safety.*.person", "safety", named),
    ("setup.safety.*.apart_from", "safety", named),
    ("setup.safety.*", "safety", plain),
    ("setup.date_options.*", "meeting", at),
    ("setup.chosen", "meeting", at),
    ("setup.expected_hours", "meeting", plain),
    ("setup.bottom_lines.*.set_by", "bottom-lines", named),
    ("setup.bottom_lines.*.shared_on", "bottom-lines", lambda _, on: f"shared {short_day(on, on)}"),
    ("setup.bottom_lines.*", "bottom-lines", plain),
    ("setup.*", "meeting", plain),
    ("information.started", "times", at),
    ("information.present.*", "attendance", named),
    ("information.items.*.by", "information", teller),
    ("information.items.*.kind", "information", coded(InformationKind)),
    ("information.items.*.text", "information", plain),
    ("information.questions.*.asked_by", "information", named),
    ("information.questions.*", "information", plain),
    ("private_time.rounds.*.began", "times", local),
    ("private_time.rounds.*.ended", "times", local),
    ("private_time.rounds.*.ended_by", "history", lambda _, by: _ENDED_BY[by]),
    ("private_time.rounds.*.answer", "information", plain),
    ("private_time.rounds.*", "history", plain),
    ("plan.goals.*.actions.*.who.*", "plan/versions/1", named),
    ("plan.goals.*.actions.*.by", "plan/versions/1", lambda _, on: f"no later than {day(on, year=False)}"),
    ("plan.goals.*.actions.*.starts", "plan/versions/1", lambda _, on: f"from {day(on, year=False)}"),
    ("plan.goals.*.actions.*.every", "plan/versions/1", coded(Every)),
    ("plan.goals.*.actions.*.answer", "plan/agreement", answered),
    ("plan.goals.*.actions.*.kind", "part", coded(ActionKind)),
    ("plan.goals.*", "plan/versions/1", plain),
    ("plan.accepted_on", "plan/versions/1", lambda _, on: f"accepted this plan on {day(on)}"),
    ("plan.accepted_by", "plan/versions/1", named),
    ("plan.sent_back_once", "plan/agreement", sent_back),
    ("plan.bottom_lines_met.*", "plan/agreement", met),
    ("plan.monitor", "plan/versions/1", lambda walk, id_: f"Ring first: {walk.name(id_)}"),
    ("plan.contingency.*.who.*", "plan/versions/1", named),
    ("plan.contingency.*", "plan/versions/1", plain),
    ("plan.evaluation.on", "plan/versions/1", at),
    ("plan.evaluation.convened_by", "plan/versions/1", lambda walk, id_: f"{walk.name(id_)} calls everyone together"),
    ("plan.evaluation.with.*", "plan/versions/1", named),
    ("plan.evaluation.where", "plan/versions/1", plain),
    ("plan.agreed.*", "plan/agreement", agreed),
    ("evaluation.*.kind", "follow-ups", lambda _, kind: _KINDS[kind]),
    ("evaluation.*.on", "follow-ups", long_day),
    ("evaluation.*.by", "follow-ups", named),
    ("evaluation.*.present.*", "follow-ups", named),
    ("evaluation.*.goals.*.score", "follow-ups", lambda _, score: SCORES[score]),
    ("evaluation.*.marks.family.*", "follow-ups", lambda _, mark: f"{mark}"),
    ("evaluation.*.decision", "follow-ups", plain),
    ("evaluation.*.found", "follow-ups", plain),
    ("costs.*_hours", "costs", hours),
    ("costs.avoided.*.amount", "costs", money),
    ("costs.avoided.*", "costs", plain),
    ("costs.*", "costs", money),
)

#: Shown by several words of a page together.
_COUNTED = "evaluation.*.actions.*"
_MARK = "evaluation.*.marks.*"
#: Ids that exist in the file only.
NO_FACTS = ("coordinator.id", "evaluation.*.goals.*.goal")
#: Shown in the coordinator's account only.
OF_THE_ACCOUNT = ("coordinator.email", "coordinator.languages.*")


def sentence(walk: Walk, fact: Fact) -> tuple[str, str]:
    """The page of a fact, and its words there. Raises KeyError for a fact without a place."""
    *_, name = fact.path
    if fnmatchcase(fact.dotted, _COUNTED):
        return "follow-ups", f"{fact.value} {ActionState(str(name)).label}"
    if fnmatchcase(fact.dotted, _MARK) and name != "family" and fact.path[-2] == "marks":
        return "follow-ups", f"Mark of {walk.name(str(name))} {fact.value}"
    for pattern, page, say in PLACES:
        if fnmatchcase(fact.dotted, pattern):
            return page, say(walk, fact.value)
    raise KeyError(fact.dotted)
