"""Correcting what a registration decides."""

from dataclasses import asdict, fields

from sqlalchemy import and_
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account, Region
from ekc.accounts.notifications import notify_managers
from ekc.accounts.queries import managers_but, readers
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import set_referrer
from ekc.conferences.actions.name_index import index_names
from ekc.conferences.effects import give_notice_of_number, queue_circle_mail, renew_watch, to_be_rung, to_ring
from ekc.conferences.entries import Assignment
from ekc.conferences.models import Conference
from ekc.conferences.queries import registration
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import queue
from ekc.core.transaction import writing
from ekc.directory.actions import row_of
from ekc.directory.models import Listing
from ekc.evaluations.effects import move_follow_ups
from ekc.journey.mails import CORRECTED, CORRECTED_YOURS, END_MAILS
from ekc.journey.models import Correction
from ekc.links.actions import ask_on_new_devices
from ekc.links.models import PersonalLink
from ekc.links.queries.links import on_paper_by
from ekc.matching.actions.asking import withdraw_foreign_request
from ekc.meetings.effects import keep_local_times
from ekc.workflow.ends.kinds import End
from ekc.workflow.ends.rows import END_RULES
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Activity


def correct_registration(by: By, conference_id: int, new: Assignment) -> None:
    """Correct region, country, kind, municipality and referrer; old and new managers and the coordinator are told.

    Another region is a row of the table of ends, whose words the circle gets. The country cannot change any more once a
    plan was agreed.
    """
    with writing(by.session):
        conference, _roles = lock_case(by, conference_id, Activity.CORRECT_REGISTRATION)
        before = registration.assignment(by.session, conference_id)
        if new.profile not in PROFILES or by.session.get(Region, new.region_id) is None:
            raise Unknown
        if new == before:
            raise Refusal(N_("Nothing is different from what was registered."))
        if new.region_id != before.region_id and not readers(by.session, new.region_id):
            raise Refusal(
                N_("Nobody manages this region, so no manager would see the case. Ask your administrator for one.")
            )
        if new.profile != before.profile and conference.plan_number:
            raise Refusal(N_("A plan was agreed under the rules of this country, so the country stays."))
        if new.referrer_id != before.referrer_id:
            set_referrer(by.session, conference, new.referrer_id)
        if new.profile != before.profile:
            _change_country(by.session, conference, new.profile)
            renew_watch(by.session, conference, by.at)
        conference.variant = new.variant
        conference.municipality_id = row_of(by, Listing.MUNICIPALITIES, new.municipality)
        if new.region_id != before.region_id:
            conference.region_id = new.region_id
            _end_with_region(by, conference, before.region_id)
            index_names(by.session, conference)
            move_follow_ups(by.session, conference)
            withdraw_foreign_request(by, conference)
            for hears in END_RULES[End.OTHER_REGION].mails:
                queue_circle_mail(by.session, conference, by.at, END_MAILS[End.OTHER_REGION, hears])
        _record_correction(by, conference, before, new)


def _end_with_region(by: By, conference: Conference, region_before: int) -> None:
    """Managers of the region before know the codes of links that they made, and slips say to ring them."""
    former = {one.id: one for one in managers_but(by.session, region_before, conference.region_id)}
    theirs = (PersonalLink.made_by.in_(former), PersonalLink.made_by.is_distinct_from(conference.coordinator_id))
    ask_on_new_devices(by.session, and_(PersonalLink.conference_id == conference.id, *theirs))
    named = on_paper_by(by.session, conference.id, former)
    was = "; ".join(to_be_rung(former[id_].name, former[id_].phone) for id_ in sorted(set(named.values())))
    if was:
        give_notice_of_number(by.session, conference, by.at, was, to_ring(by.session, conference, by.at))


def _change_country(session: Session, conference: Conference, code: str) -> None:
    """Change the profile; the language and the time zone follow where they were the usual ones of the country."""
    former, profile = PROFILES[conference.profile], PROFILES[code]
    conference.profile = code
    if conference.language == former.language:
        conference.language = profile.language
    if conference.timezone == former.timezone:
        conference.timezone = profile.timezone
        keep_local_times(session, conference, former.timezone)


def _record_correction(by: By, conference: Conference, before: Assignment, after: Assignment) -> None:
    values = {
        f"{name.removesuffix('_id')}_{when}": value
        for when, one in (("before", before), ("after", after))
        for name, value in asdict(one).items()
    }
    by.session.add(Correction(conference_id=conference.id, at=by.at, account_id=by.visitor.account_id, **values))
    regions = {before.region_id, after.region_id}
    notify_managers(by.session, CORRECTED, by.at, regions, conference.id, by=by.visitor)
    coordinator = by.session.get(Account, conference.coordinator_id or 0)
    if coordinator is not None and coordinator.id != by.visitor.account_id:
        queue(by.session, CORRECTED_YOURS, coordinator.recipient, by.at, case=conference.id)
    changed = [one.name for one in fields(Assignment) if getattr(before, one.name) != getattr(after, one.name)]
    by.record("registration.corrected", conference.id, fields=", ".join(changed))
