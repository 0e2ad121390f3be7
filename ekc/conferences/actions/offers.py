"""Noting the offer of a conference, which some countries make a duty."""

from dataclasses import asdict, replace

from sqlalchemy import select

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member
from ekc.conferences.actions.entries import refuse_future
from ekc.conferences.entries import NewOffer
from ekc.conferences.models import Offer
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, Activity, OfferStage

_ANSWERS = frozenset({OfferStage.ACCEPTED, OfferStage.DECLINED})


def note_offer(by: By, conference_id: int, new: NewOffer) -> int:
    """Note that a conference was offered, what somebody said to that, or why it is exempt; returns the id of the line.

    Raises Refusal for an exemption without a reason, for anything else without a person, and for an answer to no offer.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.NOTE_CONSENTS)
        refuse_future(by.at, conference.timezone, on=new.on)
        if new.stage is OfferStage.EXEMPT:
            if not new.reason:
                raise Refusal(N_("Write why it would not be in the child's best interests.")).at("reason")
            new = replace(new, participant_id=None)
        elif new.participant_id is None:
            raise Refusal(N_("Choose to whom it was offered, or who answered.")).at("to")
        else:
            member(by.session, conference_id, new.participant_id)
            new = replace(new, reason="")
        if new.stage in _ANSWERS and not _was_offered(by, conference_id, new):
            raise Refusal(N_("Note first on which day it was offered to them; an answer comes after that."))
        offer = Offer(conference_id=conference_id, **asdict(new))
        by.session.add(offer)
        by.session.flush()
        by.record("offer.noted", conference_id, stage=new.stage.value)
    return offer.id


def _was_offered(by: By, conference_id: int, new: NewOffer) -> bool:
    to_them = (Offer.conference_id == conference_id, Offer.participant_id == new.participant_id)
    before = select(Offer.id).where(*to_them, Offer.stage == OfferStage.OFFERED, Offer.on <= new.on).limit(1)
    return by.session.scalar(before) is not None
