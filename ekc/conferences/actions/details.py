"""What was filled in of several people of the circle that was not known yet, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import circle
from ekc.conferences.actions.consents import note_consent
from ekc.conferences.actions.safety import note_concern
from ekc.conferences.effects import sharing_now, tell_who_sees_more
from ekc.conferences.entries import Concern, FilledIn, NewConsent, PersonDetails
from ekc.conferences.models import Conference, Participant
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, Activity


def fill_in(by: By, conference_id: int, filled: Sequence[FilledIn]) -> None:
    """Write down what was filled in, of all of them or of nobody.

    Raises Refusal, at `<id>.<field>`, for what may not be entered, and where somebody noted something else meanwhile.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        if not filled:
            raise Refusal(N_("Nothing is filled in yet."))
        before = sharing_now(by.session, conference)
        if any(one.consented_on for one in filled):
            lock_case(by, conference_id, Activity.NOTE_CONSENTS)
        people = circle.chosen_members(by.session, conference_id, {one.participant_id for one in filled})
        by_id = {participant.id: participant for participant in people}
        for one in filled:
            try:
                if one.details:
                    details = _with(by_id[one.participant_id], one.details)
                    circle.change_in(by, conference, roles, by_id[one.participant_id], details, "")
                _note_beside(by, conference, one)
            except Refusal as refusal:
                raise refusal.at(f"{one.participant_id}.{refusal.field}") from None
        tell_who_sees_more(by.session, conference, by.at, before)


def _note_beside(by: By, conference: Conference, one: FilledIn) -> None:
    """A consent and a worry, which are rows of their own."""
    if one.consented_on:
        new = NewConsent(participant_id=one.participant_id, given_on=one.consented_on, note=one.consent_note)
        note_consent(by, conference, new)
    if one.concern:
        note_concern(
            by,
            conference.id,
            Concern(participant_id=one.participant_id, concern=one.concern, arrangement=one.arrangement),
        )


def _with(participant: Participant, filled: Mapping[str, Any]) -> PersonDetails:
    """All details of somebody, with what was filled in. Raises Refusal where there is something else by now."""
    known: dict[str, Any] = {}
    for field in fields(PersonDetails):
        value = getattr(participant, field.name)
        known[field.name] = tuple(value) if isinstance(value, list) else value
    for name, value in filled.items():
        if known[name] and known[name] != value:
            raise Refusal(
                N_("Somebody noted this meanwhile. Empty this box, or change it on the page of this person.")
            ).at(name)
    return PersonDetails(**{**known, **filled})
