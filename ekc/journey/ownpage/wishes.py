"""The wishes on an own page: steps that somebody wants and that all main persons have to want."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ekc.conferences.access import Case
from ekc.conferences.queries.members import Circle, Member
from ekc.conferences.queries.voices import VoiceRow
from ekc.workflow.engine import steps_from, wish_steps
from ekc.workflow.facts import Facts
from ekc.workflow.vocabulary import Agreed, Part, Phase, Step, VoiceMatter
from ekc.workflow.voices import VOICE_RULES, asks_others


@dataclass(frozen=True, slots=True)
class Wish:
    """A step that somebody wants and that all main persons have to want.

    `own`: what the visitor said, who can take it back; None: they are asked.
    """

    matter: VoiceMatter
    step: Step
    own: VoiceRow | None
    differ: str  # what happens where people differ
    alone: bool  # the visitor is the only main person now, and may take the step themselves


def voice_of(said: Iterable[VoiceRow], me: Member, matter: VoiceMatter) -> VoiceRow | None:
    """What this person said in this matter."""
    return next((row for row in said if row.participant_id == me.id and row.matter is matter), None)


def wishes(case: Case, said: list[VoiceRow], circle: Circle, me: Member, facts: Facts | None) -> Iterator[Wish]:
    """The visitor's own wishes, in each phase, and those about which they are asked; never whose wish it is.

    None in private time, where others of the room look along.
    """
    others = {row.id for row in circle} - {me.id}
    for matter, rule in wish_steps(case.has_plan).items() if case.phase is not Phase.PRIVATE_TIME else ():
        own = voice_of(said, me, matter)
        asked = case.phase in rule.sources and any(
            row.matter is matter and row.answer is Agreed.YES and row.participant_id in others and row.asks
            for row in said
        )
        if own is not None and own.answer is Agreed.YES:
            mine = facts is not None and rule in steps_from(case.phase, case.roles, case.has_plan)
            alone = facts is not None and mine and not asks_others(matter, facts, me.id)
            yield Wish(matter, rule.step, own, VOICE_RULES[matter].differ, alone)
        elif own is None and asked and me.part is Part.MAIN_PERSON:
            yield Wish(matter, rule.step, None, VOICE_RULES[matter].differ, alone=False)
