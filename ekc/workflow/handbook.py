"""Writes `docs/workflow.md` from the tables, so that the document says what the program does.

`python -m ekc.workflow.handbook > docs/workflow.md` writes it again.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta

from ekc.workflow.activities import ACTIVITIES, ActivityRule
from ekc.workflow.blocker import GuardRule
from ekc.workflow.definition.kinds import TAKEN_BACK_WITHIN, PhaseRule, StepRule
from ekc.workflow.definition.rows import PHASES, STEPS, VERSION
from ekc.workflow.duties import DUTIES
from ekc.workflow.ends.kinds import EndRule
from ekc.workflow.ends.rows import ENDS
from ekc.workflow.engine import PHASE_RULES, diagram
from ekc.workflow.follow_ups import FOLLOW_UPS, OPEN_FOLLOW_UPS, FollowUpRule, FormSection, OpenFollowUpsRule
from ekc.workflow.matching import RANK, WISHES
from ekc.workflow.owed.kinds import NoticeRule
from ekc.workflow.owed.rows import NOTICES
from ekc.workflow.parts import PARTS, PartRule
from ekc.workflow.profiles import PROFILES, Clock, Force, LegalNote, Profile
from ekc.workflow.standing import STANDING, StandingRule
from ekc.workflow.vocabulary import Labelled, Phase, Role, Scope, Step
from ekc.workflow.voices import VOICES, Asked, VoiceRule

_INTRODUCTION = f"""\
# The workflow

Version {VERSION}. Made from the tables in `ekc/workflow/` by `python -m ekc.workflow.handbook`; do not edit it here.
Short keys such as EK4 stand for the sources in [sources.md](sources.md)."""

_ABOUT_ACTIVITIES = """\
Roles without a column do nothing in a case. Steps are taken as the tables above tell. A plan is in force from its
agreement on, also when the family comes together again, until another one is agreed or the case is closed."""

_ABOUT_PARTS = """\
Whoever is excluded, or was taken out of the circle, has no role and sees nothing. What the family shares of its plan
with a referrer or professional is a role of its own: without it they see what has to be met, and nothing of the plan.
Nobody in the circle sees how to reach anybody else, whatever side they are on; a secret address stands on the
coordinator's pages alone and in no document. The coordinator's own access to a closed case ends: see the countries."""

_ABOUT_NOTICES = """\
What a step or a change makes owed stands at home and on the case page until facts show that it is settled: a contact
in the log, a mail that was sent and did not come back, a look at the own page, an answer. Nothing is ticked by hand.
Of one kind, and about one person, only the last one counts. Nothing is owed to whoever was taken out of the circle or
stays away as was decided.
An email that leads to a page tells those alone who had a link to it when it left; one that says it itself, everybody.
Whoever has no email address and no page stays on the list until somebody told them; after the end the regional manager
sees it as well."""


_ABOUT_STANDING = """\
What a step asked goes on being asked, whoever joins later, comes of age or takes back a yes. What does not hold any
more stands above the next step on the case page, and at home or on the own page of whoever can mend it. It stops these
steps as if they asked it themselves, and never the way out of private time, another day, coming together again or
stopping. What only the opening asks does not stand where the plan is made without a conference."""


_ABOUT_ENDS = """\
Staff reads why a case was stopped on the case page and in the history, for some days also at home; the family and the
professionals read a neutral sentence. In private time nobody but the family acts: whatever happened, an end from
outside waits until the family has come out."""


_ABOUT_VOICES = """\
Each person's answer is their own, and stands for nobody else. Of those who stay away as was decided, only whoever has a
task in the plan is asked. The families read the last column on their own pages."""


_ABOUT_MATCHING = """\
What a family asks for is compared with what each coordinator says of themselves, and said in words: meets, misses, or
not known. Nothing is compared, read or shown that the family did not ask for: nobody is ranked by background, gender or
where they live unless it has a wish about that. Then they are sorted. Whoever has less of the first line stands higher,
the next line decides where that is equal, and the name at last."""


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
        "## Whose yes each matter needs",
        _ABOUT_VOICES,
        _table(("matter", "who is asked", "what settles it", "where people differ"), (_voice(rule) for rule in VOICES)),
        "## What goes on being asked",
        _ABOUT_STANDING,
        _table(
            ("condition", "since", "stands in", "stops", "whose work it is", "on the checklist"),
            (_standing(row) for row in STANDING),
        ),
        "## Ends",
        _ABOUT_ENDS,
        *(text for rule in ENDS for text in _end(rule)),
        "## Follow-ups",
        _table(
            ("follow-up", "planned by", "due", "it asks beside the actions", "blocks closing"),
            (_follow_up(rule) for rule in FOLLOW_UPS),
        ),
        "What happens to follow-ups that are open:",
        _table(("step", "what happens"), (_open_follow_ups(rule) for rule in OPEN_FOLLOW_UPS)),
        "## What is owed to whom",
        _ABOUT_NOTICES,
        _table(
            ("what", "they", "to whom", "as long as the case is in", "settled by", "made owed by"),
            (_notice(rule) for rule in NOTICES),
        ),
        "## Who may do what",
        _ABOUT_ACTIVITIES,
        _activities(),
        "What a change makes owed:",
        "\n".join(f"- {rule.title}: {_owes(rule)}" for rule in ACTIVITIES if rule.owes),
        "## Who sees which part",
        _ABOUT_PARTS,
        _parts(),
        "## Across the organisation",
        "Each as far as the office holds: a manager's regions, a social care manager's municipalities.",
        _table(("duty", "whose"), ((rule.title, _names(rule.roles)) for rule in DUTIES)),
        "## Which coordinator fits",
        _ABOUT_MATCHING,
        _table(("wish", "met if"), ((rule.kind.label, rule.met) for rule in WISHES)),
        "The order:",
        "\n".join(f"{number}. {rule.title}" for number, rule in enumerate(RANK, 1)),
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
    asks += ["the number of the other conference"] if rule.asks_other else []
    who = _names(rule.who)
    return rule.title, sources, target, who, " · ".join(asks) or "-"


def _end(rule: EndRule) -> Iterator[str]:
    yield f"### End: {rule.title}"
    steps = ", ".join(step.title for step in STEPS if step.step in rule.steps)
    lines = [f"- By: {steps or 'a correction of the registration'}."]
    if rule.settles:
        lines.append(
            "- Settles: " + "; ".join(one.label for one in type(min(rule.settles)) if one in rule.settles) + "."
        )
    if rule.destroys:
        lines.append(
            "- Destroys: " + "; ".join(one.label for one in type(min(rule.destroys)) if one in rule.destroys) + "."
        )
    for said, when in ((rule, ""), (rule.with_plan, ", where a plan is in force")):
        if said is None:
            continue
        lines += [f"- Email to {who.label}{when}: *{words.subject}.* {words.body}" for who, words in said.mails.items()]
        pages = (
            ("case page", said.staff),
            ("page of the family", said.family),
            ("page of the agencies", said.agencies),
        )
        lines += [f"- The {page}{when} says: {words}" for page, words in pages if words]
    again = (("staff", rule.again.staff), ("the family", rule.again.family), ("agencies", rule.again.agencies))
    lines += [f"- Again, for {whom}: {words}" for whom, words in again]
    yield "\n".join(lines)


def _conditions(rule: StepRule) -> Iterator[str]:
    yield f"### {rule.title}"
    if rule.called_in:
        yield f"The coordinator, outside the room, says: *{rule.called_in}*."
    if rule.way_out:
        way = rule.way_out
        yield f"A family that does not get there reads: *{way.title}. {way.what} {way.agree}*"
    if rule.guards:
        yield "\n".join(_guard(guard) for guard in rule.guards)
    if standing := [row.guard.code for row in STANDING if rule.step in row.stops]:
        yield "And what stands: " + ", ".join(f"`{code}`" for code in standing) + "."
    elif not rule.guards:
        yield "Nothing has to be so."
    if rule.questions:
        texts = ((ask.__name__, " ".join((inspect.getdoc(ask) or "").split())) for ask in rule.questions)
        yield "Asked about, and no condition:\n\n" + "\n".join(f"- `{code}`: {text}" for code, text in texts)
    if rule.effects:
        yield "Then: " + "; ".join(effect.label for effect in rule.effects) + "."
    if rule.owes:
        yield f"Owed: {_owes(rule)}"
    if rule.back:
        minutes = TAKEN_BACK_WITHIN // timedelta(minutes=1)
        yield f"Whoever took it can take it back for {minutes} minutes, as long as nothing else was done since."


def _guard(guard: GuardRule) -> str:
    text = " ".join((inspect.getdoc(guard.check) or "").split())
    override = f" *The {_names(guard.override)} may override this with a reason.*" if guard.override else ""
    return f"- `{guard.code}`: {text}{override}"


def _standing(row: StandingRule) -> tuple[str, str, str, str, str, str]:
    def titles(steps: frozenset[Step]) -> str:
        return ", ".join(rule.title.lower() for rule in STEPS if rule.step in steps)

    shown = "always" if row.listed else "while it does not hold"
    return (
        f"`{row.guard.code}`",
        titles(row.since),
        _phases(row.phases),
        titles(row.stops),
        _names(row.mended_by),
        shown,
    )


def _voice(rule: VoiceRule) -> tuple[str, str, str, str]:
    return rule.matter.label, "; ".join(word.label for word in Asked if word in rule.asked), rule.settled, rule.differ


def _follow_up(rule: FollowUpRule) -> tuple[str, str, str, str, str]:
    planned = ", ".join(step.title for step in STEPS if step.step in rule.planned_by)
    due = f"by the clock `{rule.clock}`: see the countries" if rule.clock else "on the day that the plan names"
    asks = ", ".join(section.replace("_", " ") for section in FormSection if section in rule.sections)
    return rule.kind.label, planned, due, asks or "-", "yes" if rule.blocks_closing else "no"


def _notice(rule: NoticeRule) -> tuple[str, str, str, str, str, str]:
    steps = (step.title.lower() for step in STEPS if rule.kind in step.owes)
    changes = (activity.title for activity in ACTIVITIES if rule.kind in activity.owes)
    return (
        rule.kind.label,
        rule.verb.label,
        rule.to.label,
        _phases(rule.phases),
        _names(rule.cleared_by),
        "; ".join((*steps, *changes)),
    )


def _owes(rule: StepRule | ActivityRule) -> str:
    """What this makes owed to whom."""
    said = (f"{row.kind.label} ({row.verb.label}: {row.to.label})" for row in NOTICES if row.kind in rule.owes)
    return "; ".join(said) + "."


def _open_follow_ups(rule: OpenFollowUpsRule) -> tuple[str, str]:
    return next(step.title for step in STEPS if step.step is rule.step), rule.sentence


def _activities() -> str:
    roles = [role for role in Role if any(rule.phases(role, in_force=True) for rule in ACTIVITIES)]
    rows = (
        (
            rule.title,
            *(_when(rule.grants.get(role, frozenset()), rule.in_force.get(role, frozenset())) for role in roles),
        )
        for rule in ACTIVITIES
    )
    return _table(("may", *(role.label for role in roles)), rows)


def _parts() -> str:
    rows = ((rule.title, *(_grant(rule, role) for role in Role)) for rule in PARTS)
    return _table(("sees", *(role.label for role in Role)), rows)


def _grant(rule: PartRule, role: Role) -> str:
    grant = rule.grants.get(role)
    if grant is None:
        return "-"
    phases = _when(grant.phases, grant.in_force)
    return phases if grant.scope is Scope.ALL else f"{grant.scope.label}: {phases}"


def _when(phases: frozenset[Phase], in_force: frozenset[Phase]) -> str:
    """The phases, and those that are added while a plan is in force."""
    return f"{_phases(phases)}; with a plan in force also {_phases(in_force)}" if in_force else _phases(phases)


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
        age = f"youngest under {ceiling.below_age}, or not known how old" if ceiling.below_age else "otherwise"
        length = f"at most {ceiling.months} months after the plan is agreed"
        numbers.append((f"Evaluation, {age}", length, "-", _force(profile.ceiling_force, profile.ceiling_source)))
    ringing = f"within {profile.ring_within} working days of the registration"
    numbers.append(("Whoever registered is rung", ringing, "-", _force(Force.DEFAULT, "")))
    if profile.offer_source:
        offer = "when, to whom and what they said, or why it was not"
        numbers.append(("A conference is offered to a family", offer, "-", _force(Force.LAW, profile.offer_source)))
    least = f"{profile.least_family_present} people"
    numbers.append(("Of the family in the room for private time", least, "-", _force(Force.DEFAULT, "")))
    access = (
        f"{profile.access_days} days after their last task: the last follow-up is written down, or the case is closed; "
        f"with a warning {profile.access_warning_days} days before"
    )
    numbers.append(("The coordinator can open the case until", access, "-", _force(Force.DEFAULT, "")))
    days = profile.views_kept_days
    kept = f"{days} {'day' if days == 1 else 'days'} after the plan is agreed, or the case is closed"
    sooner, force = "there is no plan, or a consent is taken back", _force(profile.views_force, profile.views_source)
    numbers.append(("What absent people wanted to say is destroyed", kept, sooner, force))
    yield _table(("what", "how long or how many", "stops when", "force and source"), numbers)
    if profile.only_agreed_recorded:
        yield "Of a plan only what is agreed is recorded."
    yield "\n".join(map(_note, profile.legal_notes))


def _note(note: LegalNote) -> str:
    places = ", ".join(sorted(place.label for place in note.places))
    return f"- {note.sentence} ({_force(note.force, note.source)}; shown at {places})"


def _clock(clock: Clock) -> tuple[str, str, str, str]:
    length = f"{clock.length} {clock.unit.label} after {clock.start.label}"
    window = f", with {clock.window} days more" if clock.window else ""
    window += "; on a public holiday it moves to the next working day" if clock.off_holidays else ""
    condition = " (where somebody referred the case)" if clock.with_referrer else ""
    return clock.title + condition, length + window, clock.stop.label, _force(clock.force, clock.source)


def _force(force: Force, source: str) -> str:
    return f"{force.label} ({source})" if source else force.label


if __name__ == "__main__":
    sys.stdout.write(handbook())
