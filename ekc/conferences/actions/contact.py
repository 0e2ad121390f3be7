"""The contact log."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import insert

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import chosen_ids, member
from ekc.conferences.actions.entries import refuse_future
from ekc.conferences.entries import NewContact
from ekc.conferences.models import ContactEntry
from ekc.core.clock import local_date
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, Activity


def log_contact(by: By, conference_id: int, new: NewContact) -> int:
    """Add an entry to the contact log; returns its id."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.LOG_CONTACT)
        if new.participant_id is not None:
            member(by.session, conference_id, new.participant_id)
        refuse_future(by.at, conference.timezone, on=new.on)
        return _log(by, new, conference_id)


def log_call(by: By, conference_id: int, participant_id: int) -> None:
    """Add that somebody was spoken to by telephone today, without what was said, in the caller's transaction."""
    conference, _ = lock_case(by, conference_id, Activity.LOG_CONTACT)
    today = local_date(by.at, conference.timezone)
    _log(by, NewContact(on=today, channel="phone", text="", participant_id=participant_id), conference_id)


def _log(by: By, new: NewContact, conference_id: int) -> int:
    entry = ContactEntry(**_entry(by, conference_id, new))
    by.session.add(entry)
    by.session.flush()
    by.record("contact.logged", conference_id, channel=new.channel)
    return entry.id


def _entry(by: By, conference_id: int, new: NewContact) -> dict[str, Any]:
    return asdict(new) | {"conference_id": conference_id, "written_at": by.at, "written_by": by.visitor.account_id}


def log_contacts(by: By, conference_id: int, texts: Mapping[int, str], channel: str) -> int:
    """Add an entry of today for each of these people to the contact log, with the text of each; returns how many.

    By the regional manager too, and after the end: whoever told somebody what they had to hear. It settles nothing that
    staff have to speak with somebody about.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.TELL)
        if not texts:
            raise Refusal(N_("Choose who was told."))
        today = local_date(by.at, conference.timezone)
        told = [
            NewContact(on=today, channel=channel, text=texts[id_], participant_id=id_)
            for id_ in chosen_ids(by.session, conference_id, texts)
        ]
        entries = [_entry(by, conference_id, new) | {"from_list": True} for new in told]
        by.session.execute(insert(ContactEntry), entries)  # at once: their ids are not asked
        by.record("contact.logged", conference_id, channel=channel, people=len(texts))
    return len(texts)
