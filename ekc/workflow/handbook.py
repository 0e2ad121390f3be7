"""Writes `docs/workflow.md` from the tables, so that the book never says anything else than the program does.

`python -m ekc.workflow.handbook > docs/workflow.md` makes it anew.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator

from ekc.workflow.activities import ACTIVITIES
from ekc.workflow.blocker import GuardRule
from ekc.workflow.definition import PHASES, STEPS, VERSION, PhaseRule, StepRule
from ekc.workflow.duties import DUTIES
from ekc.workflow.engine import PHASE_RULES, diagram
from ekc.workflow.follow_ups import FOLLOW_UPS, FollowUpRule, FormSection
from ekc.workflow.parts import PARTS, PartRule
from ekc.workflow.profiles import PROFILES, Clock, Force, Profile
from ekc.workflow.vocabulary import Labelled, Phase, Role, Scope

_INTRODUCTION = f"""\
# The workflow

Version {VERSION}. Made from the tables in `ekc/workflow/` by `python -m ekc.workflow.handbook`; do not edit it here.
Short keys such as EK4 stand for the sources in [sources.md](sources.md)."""

_ABOUT_PARTS = """\
Whoever is excluded, or was taken out of the circle, has no role and sees nothing. What the family shares of its plan
with a referrer or professional is a role of its own: without it they see what has to be met, and nothing of the plan.
Nobody in the circle sees how to reach anybody else, whatever side they are on; a secret address stands on the
coordinator's pages alone and in no document. The coordinator's own access to a closed case ends: see the countries."""


def handbook() -> str:
    """The whole policy as Markdown."""
    parts = [
        _INTRODUCTION,
        f"```mermaid\n{diagram()}\n```",
        "## Phases",
        _table(("phase", "on the rail", "who may be in the room"), (_phase(rule) for rule in PHASES)),
        "An interpreter has no say of their own and may be wherever somebody in the room needs them.",
        "## Steps",
        _table(("step", "from", "to", "who takes it", "it asks for"), (_step(rule) for rule in STEPS)),
        "## What has to be so, and what a step brings about",
        *(text for rule in STEPS for text in _conditions(rule)),
        "## Follow-ups",
        _table(
            ("follow-up", "planned by", "due", "it asks beside the actions", "blocks closing"),
            (_follow_up(rule) for rule in FOLLOW_UPS),
        ),
        "## Who may do what",
        "Roles without a column do nothing in a case. Steps are taken as the tables above tell.",
        _activities(),
        "## Who sees which part",
        _ABOUT_PARTS,
        _parts(),
        "## Across the organisation",
        "Each as far as the office holds: a manager's regions, a social care manager's municipalities.",
        _table(("duty", "whose"), ((rule.title, _names(rule.roles)) for rule in DUTIES)),
        "## Countries",
        *(text for profile in PROFILES.values() for text in _profile(profile)),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _names(words: Iterable[Labelled]) -> str:
    """Names in the order of their enumeration, so that the text does not change from run to run."""
    words = frozenset(words)
    return ", ".join(word.label for kind in {type(word) for word in words} for word in kind if word in words)


def _phase(rule: PhaseRule) -> tuple[str, str, str]:
    return rule.title, rule.short if rule.on_rail else "-", _names(rule.room) or "-"


def _step(rule: StepRule) -> tuple[str, str, str, str, str]:
    sources = ", ".join(PHASE_RULES[source].title for source in rule.sources)
    target = PHASE_RULES[rule.target].title if rule.target else "stays"
    asks = [rule.ask] if rule.ask else []
    asks += ["a new date"] if rule.asks_date else []
    who = _names(rule.who) + (f"; in private time {_names(rule.inside)}" if rule.inside else "")
    return rule.title, sources, target, who, " · ".join(asks) or "-"


def _conditions(rule: StepRule) -> Iterator[str]:
    yield f"### {rule.title}"
    if rule.called_in:
        yield f"The coordinator, outside the room, says: *{rule.called_in}*."
    if rule.guards:
        yield "\n".join(_guard(guard) for guard in rule.guards)
    else:
        yield "Nothing has to be so."
    if rule.questions:
        texts = ((ask.__name__, " ".join((inspect.getdoc(ask) or "").split())) for ask in rule.questions)
        yield "Asked about, and no condition:\n\n" + "\n".join(f"- `{code}`: {text}" for code, text in texts)
    if rule.effects:
        yield "Then: " + "; ".join(effect.label for effect in rule.effects) + "."


def _guard(guard: GuardRule) -> str:
    text = " ".join((inspect.getdoc(guard.check) or "").split())
    override = f" *The {_names(guard.override)} may override this with a reason.*" if guard.override else ""
    return f"- `{guard.code}`: {text}{override}"


def _follow_up(rule: FollowUpRule) -> tuple[str, str, str, str, str]:
    planned = ", ".join(step.title for step in STEPS if step.step in rule.planned_by)
    due = f"by the clock `{rule.clock}`: see the countries" if rule.clock else "on the day that the plan names"
    asks = ", ".join(section.replace("_", " ") for section in FormSection if section in rule.sections)
    return rule.kind.label, planned, due, asks or "-", "yes" if rule.blocks_closing else "no"


def _activities() -> str:
    roles = [role for role in Role if any(role in rule.grants for rule in ACTIVITIES)]
    rows = ((rule.title, *(_phases(rule.grants.get(role, frozenset())) for role in roles)) for rule in ACTIVITIES)
    return _table(("may", *(role.label for role in roles)), rows)


def _parts() -> str:
    rows = ((rule.title, *(_grant(rule, role) for role in Role)) for rule in PARTS)
    return _table(("sees", *(role.label for role in Role)), rows)


def _grant(rule: PartRule, role: Role) -> str:
    grant = rule.grants.get(role)
    if grant is None:
        return "-"
    phases = _phases(grant.phases)
    return phases if grant.scope is Scope.ALL else f"{grant.scope.label}: {phases}"


def _phases(phases: frozenset[Phase]) -> str:
    def short(some: Iterable[Phase]) -> str:
        return ", ".join(PHASE_RULES[phase].short.lower() for phase in some)

    if not phases:
        return "-"
    if missing := [phase for phase in Phase if phase not in phases]:
        return f"all but {short(missing)}" if len(missing) < 3 else short(p for p in Phase if p in phases)
    return "always"


def _profile(profile: Profile) -> Iterator[str]:
    yield f"### {profile.name}"
    numbers = [_clock(clock) for clock in profile.clocks]
    consent = f"from {profile.own_consent_from} years"
    numbers.append(
        ("A child consents too", consent, "-", _force(profile.own_consent_force, profile.own_consent_source))
    )
    for ceiling in profile.ceilings:
        age = f"youngest child under {ceiling.below_age}" if ceiling.below_age else "otherwise"
        length = f"at most {ceiling.months} months after the plan is agreed"
        numbers.append((f"Evaluation, {age}", length, "-", _force(profile.ceiling_force, profile.ceiling_source)))
    least = f"{profile.least_family_present} people"
    numbers.append(("Of the family in the room for private time", least, "-", _force(Force.DEFAULT, "")))
    access = (
        f"{profile.access_days} days after their last task: the last follow-up is written down, or the case is closed; "
        f"with a warning {profile.access_warning_days} days before"
    )
    numbers.append(("The coordinator can open the case until", access, "-", _force(Force.DEFAULT, "")))
    yield _table(("what", "how long or how many", "stops when", "force and source"), numbers)
    yield "\n".join(f"- {sentence} ({source})" for sentence, source in profile.legal_notes)


def _clock(clock: Clock) -> tuple[str, str, str, str]:
    length = f"{clock.length} {clock.unit.label} after {clock.start.label}"
    window = f", with {clock.window} days more" if clock.window else ""
    condition = " (where somebody referred the case)" if clock.with_referrer else ""
    return clock.title + condition, length + window, clock.stop.label, _force(clock.force, clock.source)


def _force(force: Force, source: str) -> str:
    return f"{force.label} ({source})" if source else force.label


if __name__ == "__main__":
    sys.stdout.write(handbook())
