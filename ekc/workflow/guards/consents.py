"""Conditions on consent: every main person says yes, and whoever has to consents."""

from collections.abc import Iterator

from ekc.workflow.blocker import Blocker, Param, about_no_main_person, about_people
from ekc.workflow.facts import NO_CONSENT, OF_AGE, Facts, consents_missing
from ekc.workflow.vocabulary import N_, Part, Remedy, VoiceMatter
from ekc.workflow.voices import hear


def main_person_said_yes(f: Facts) -> Iterator[Blocker]:
    """Every main person wants the conference (EK1); nobody says yes for somebody else."""
    heard = hear(VoiceMatter.CONFERENCE, f)
    yield from about_people(
        [*heard.not_asked],
        N_("The yes of %(names)s is not recorded yet"),
        N_("The yes of %(n)s main persons is not recorded yet: %(names)s"),
        Remedy.REGISTRATION,
        at="said_yes_{}",
    )
    yield from about_no_main_person(f)


def consents_valid(f: Facts) -> Iterator[Blocker]:
    """Main persons consent, and children themselves from the age in the profile; for a younger main person another.

    Age decides, not the part: for a main person who is too young to be asked, somebody of age of the family consents. A
    group conference is about a place or a question, not about a person, so there the yes of the main persons is
    enough (our reading; no source).
    """
    if f.variant in NO_CONSENT:
        return
    yield from about_no_main_person(f)
    asked_from = f.profile.own_consent_from
    for person in f.people:
        if person.age is None and (person.part is Part.CHILD or person.may_be_a_child):
            params: dict[str, Param] = {"name": person.name, "age": asked_from}
            yield Blocker(
                N_("The age of %(name)s is not known yet: a child is asked from the age of %(age)s"),
                Remedy.PERSON,
                params,
                target=str(person.id),
            )
    missing = consents_missing(f.variant, f.profile, f.people)
    for person in missing:
        if person.withdrew_on:
            sentence = N_("%(name)s took their consent back on %(day)s")
            yield Blocker(sentence, Remedy.CONSENTS, {"name": person.name, "day": person.withdrew_on})
    open_ones = [p for p in missing if not p.withdrew_on]
    grown = [p for p in open_ones if p.is_child and p.age is not None and p.age >= asked_from]
    for person in grown:  # a birthday may have made them so
        sentence = N_("%(name)s is %(age)s years old, and is asked to consent themselves: that is not here yet")
        if person.oldest not in (None, person.age):
            sentence = N_(
                "%(name)s is %(age)s years or older, and is asked to consent themselves: that is not here yet"
            )
        yield Blocker(sentence, Remedy.CONSENTS, {"name": person.name, "age": person.age or 0}, target=str(person.id))
    yield from about_people(
        [p for p in open_ones if p not in grown],
        N_("The consent of %(names)s is not here yet"),
        N_("%(n)s consents are not here yet: %(names)s"),
        Remedy.CONSENTS,
    )
    if not any(p.consented and p.is_family and (p.age is None or p.age >= OF_AGE) for p in f.people):
        yield from about_people(
            [p for p in f.people if p.needs_another_consent(asked_from)],
            N_("Nobody has consented yet for %(names)s, who is too young to be asked"),
            N_("Nobody has consented yet for these main persons, who are too young to be asked: %(names)s"),
            Remedy.CONSENTS,
        )
