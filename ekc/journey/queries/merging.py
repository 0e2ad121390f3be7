"""What two registrations of one conference say: who is in both, and where they differ."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference, Participant
from ekc.core.language import day
from ekc.core.language import gettext as _
from ekc.names import nearly_same, words
from ekc.workflow.vocabulary import N_, Attends

#: Texts of the registration, of which both can be kept, and of a person, of which one is right.
TEXTS = {"reason": N_("Why now"), "question": N_("The question, as you would put it today")}
OF_PERSON = {
    "name": N_("Name"),
    "relation": N_("Relation"),
    "side": N_("Side"),
    "born": N_("Born on"),
    "attends": N_("How they come"),
    "phone": N_("Phone"),
    "email": N_("Email"),
    "organisation": N_("Organisation"),
    "address": N_("Address"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that both say otherwise: `here` stops, `there` goes on. `key`: of the choice between them."""

    key: str
    label: str
    here: str
    there: str
    can_keep_both: bool = False


@dataclass(frozen=True, slots=True)
class CaseDifferences:
    """What happens when a registration is merged into another. `joins`: who is only in the one that stops."""

    differences: tuple[Difference, ...]
    joins: tuple[str, ...]


def pairs(session: Session, here: int, there: int) -> list[tuple[Participant, Participant | None]]:
    """Everybody of the one that stops, with who in the other seems to be the same person."""
    mine, others = _people(session, here), _people(session, there)
    found: list[tuple[Participant, Participant | None]] = []
    for one in mine:
        named = (other for other in others if nearly_same(one.name, other.name))
        same = min(named, key=lambda other: (set(words(one.name)) != set(words(other.name)), other.id), default=None)
        if same is not None:
            others.remove(same)
        found.append((one, same))
    return found


def merging(session: Session, here: int, there: int) -> CaseDifferences:
    """What differs, and who joins."""
    one, other = session.get_one(Conference, here), session.get_one(Conference, there)
    differences = [
        Difference(name, _(label), getattr(one, name), getattr(other, name), can_keep_both=True)
        for name, label in TEXTS.items()
        if _differ(getattr(one, name), getattr(other, name))
    ]
    if one.legal_context is not other.legal_context:
        labels = (_(one.legal_context.label), _(other.legal_context.label))
        differences.append(Difference("legal_context", _("Voluntary or under pressure"), *labels))
    people = pairs(session, here, there)
    for person, same in people:
        differences += [] if same is None else _of_person(person, same)
    return CaseDifferences(tuple(differences), tuple(person.name for person, same in people if same is None))


def _of_person(one: Participant, other: Participant) -> Iterable[Difference]:
    for name, label in OF_PERSON.items():
        here, there = _in_words(one, name), _in_words(other, name)
        if _differ(here, there):
            if name == "address":  # whoever merges does not read those that are secret
                here, there = (_("a secret address") if it.address_secret else it.address for it in (one, other))
            yield Difference(f"{name}_{one.id}", f"{other.name}: {_(label)}", here, there)


def _in_words(person: Participant, name: str) -> str:
    if name == "attends":  # that somebody stays away is no choice
        return _(person.attends.label) if person.attends not in {None, Attends.EXCLUDED} else ""
    if name == "born":
        days = (person.born, person.born_until)
        return " – ".join(day(one, weekday=False) for one in days if one)
    return str(getattr(person, name))


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and " ".join(one.split()) != " ".join(other.split())


def _people(session: Session, conference_id: int) -> list[Participant]:
    here = (Participant.conference_id == conference_id, Participant.removed_at.is_(None))
    return list(session.scalars(select(Participant).where(*here).order_by(Participant.id)))
