"""Personal links: made, replaced, handed over and revoked; requests from new devices confirmed or refused.

Tokens and checks: `ekc/links`. Each action locks the case first.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By
from ekc.accounts.models import Account, Region
from ekc.accounts.queries import phone_of
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import has_page, member
from ekc.conferences.entries import MadeLink, NewCode, NewLink
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.circle import circle
from ekc.conferences.queries.consents import who_wants_no
from ekc.core.audit import record
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.language import language_of, using
from ekc.core.outbox import Link, MailRule, Recipient, TextRule, Written, queue
from ekc.core.texter import international
from ekc.core.transaction import writing
from ekc.links import actions as links_actions
from ekc.links import tokens as links
from ekc.links.mails import PERSONAL_LINK, PERSONAL_LINK_TEXT, text_message
from ekc.links.models import Confirmed, LinkDevice, PersonalLink
from ekc.links.queries.devices import awaits_approval
from ekc.links.queries.links import link_of_token, links_of, links_without_code, live_link, newest_link
from ekc.links.tokens import NOTHING_ASKED, Check
from ekc.signin.passwords import DEFAULT_COST, Cost, hash_password
from ekc.workflow.ends.rows import end_of
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Activity

#: The ways in which a link is handed over.
DELIVERY_WAYS = ("paper", "mail", "message")


def make_link(
    by: By,
    conference_id: int,
    participant_id: int,
    new: NewLink | None = None,
    cost: Cost = DEFAULT_COST,
    replaces: int | None = None,
) -> MadeLink:
    """Make a personal link; the one before, its devices and its sessions end at once.

    Without `new` it lasts as long and asks the same as the one before, or has the defaults. `replaces` is the id of the
    link that the page offered to replace (0: none). Raises Stale if that has changed, so that reloading a page does not
    revoke the new link.
    """
    before = newest_link(by.session, by.at, conference_id, participant_id)
    code = ""
    if new is None and before is not None and (before.question or not before.answer_hash):
        check = Check(before.question or "", before.answer_hash)
    else:
        check, code = _check(new or NewLink(), cost)
    if new is None:
        new = NewLink(days=(before.expires_at - before.made_at).days) if before else NewLink()
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.MAKE_LINKS)
        participant = member(by.session, conference_id, participant_id)
        if not has_page(participant.part, participant.attends, end_of(conference.outcome, conference.stop_reason)):
            raise Refusal(N_("There is no page for %(name)s, so there is no link either."), name=participant.name)
        if replaces not in (None, _live_links(by.session, by.at, conference_id).get(participant_id, 0)):
            raise Stale(
                N_(
                    "A new link for %(name)s was shown already, and is shown only once. Do you not have it? Replace it."
                ),
                name=participant.name,
            )
        token = _create_link(by, participant, new.days, check)
    return MadeLink(participant_id, token, code)


def make_missing_links(by: By, conference_id: int, cost: Cost = DEFAULT_COST) -> tuple[MadeLink, ...]:
    """Make a link with a code for everybody who can have one and has none. Raises Refusal if nobody lacks one.

    A child too young to read gets none by itself: whoever wants one for them makes it beside their name.
    """
    on = by.at.date()
    rows = (row for row in circle(by.session, conference_id) if has_page(row.part, row.attends))
    people = [row.id for row in rows if not row.cannot_read(on)]
    live = _live_links(by.session, by.at, conference_id)
    lacking = [one for one in people if one not in live]
    # Outside the transaction, because hashing is slow on purpose.
    checks = {one: _check(NewLink(), cost) for one in lacking}
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.MAKE_LINKS)
        live, end = _live_links(by.session, by.at, conference_id), end_of(conference.outcome, conference.stop_reason)
        lacks = {one: member(by.session, conference_id, one) for one in checks if one not in live}
        made = [
            MadeLink(one, _create_link(by, person, NewLink().days, checks[one][0]), checks[one][1])
            for one, person in lacks.items()
            if has_page(person.part, person.attends, end)
        ]
        if not made:
            raise Refusal(N_("Everybody has a link. A lost one is replaced beside the name."))
    return tuple(made)


def make_links_again(
    by: By, conference_id: int, link_ids: Collection[int], cost: Cost = DEFAULT_COST
) -> tuple[MadeLink, ...]:
    """Replace these links, each by one with a code, so that their slips are printed together.

    Raises Stale if none of them works any more, so that reloading a page does not revoke the new ones.
    """
    # Outside the transaction, because hashing is slow on purpose.
    asked = (row.id for row in links_of(by.session, conference_id) if row.id in link_ids and row.is_live(by.at))
    checks = {one: _check(NewLink(), cost) for one in asked}
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.MAKE_LINKS)
        end = end_of(conference.outcome, conference.stop_reason)
        made = []
        for row in links_of(by.session, conference_id):
            if row.id not in checks or not row.is_live(by.at):  # who left the circle has none that works
                continue
            person = member(by.session, conference_id, row.participant_id)
            if not has_page(person.part, person.attends, end):
                continue
            check, code = checks[row.id]
            token = _create_link(by, person, (row.expires_at - row.made_at).days, check)
            made.append(MadeLink(person.id, token, code))
        if not made:
            raise Stale(
                N_("New links were made already, and are shown only once. Do you not have them? Replace them here.")
            )
    return tuple(made)


def make_new_codes(by: By, conference_id: int, cost: Cost = DEFAULT_COST) -> tuple[NewCode, ...]:
    """A code for each valid link that asks for approval, because a former coordinator knew its code or answer.

    Links and devices stay; slips of before work with the new code. Raises Refusal if there is no such link.
    """
    asking = {row.id: row.participant_id for row in links_without_code(by.session, by.at, conference_id, by.visitor)}
    # Outside the transaction, because hashing is slow on purpose.
    checks = {one: _check(NewLink(), cost) for one in asking}
    with writing(by.session):
        lock_case(by, conference_id, Activity.MAKE_LINKS)
        made = []
        for row in links_without_code(by.session, by.at, conference_id, by.visitor):
            if row.id in checks:
                check, code = checks[row.id]
                links_actions.set_code(by.session, row.id, check, by.visitor.account_id)
                participant = member(by.session, conference_id, row.participant_id)
                by.record("link.code_made", conference_id, name=participant.name)
                made.append(NewCode(row.participant_id, code))
        if not made:
            raise Refusal(N_("Each link has a code. One that got lost: replace the link."))
    return tuple(made)


def hand_over(
    by: By,
    conference_id: int,
    tokens: Sequence[str],
    way: str,
    address: str = "",
) -> None:
    """Note how links were handed over. With `address`, the URL of the link, it is sent by mail or text message.

    Raises Stale if a link is no longer valid, Refusal where there is no mail address or telephone number.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.MAKE_LINKS)
        for token in tokens:
            link = link_of_token(by.session, by.at, token, lock=True)
            if link is None or link.conference_id != conference_id:
                raise Stale(N_("This link does not work any more. Make a new one."))
            participant = member(by.session, conference_id, link.participant_id)
            if address:
                _send(by, conference, participant, link, way, address)
            ways = [one for one in DELIVERY_WAYS if one == way or one in link.handed_over.split(",")]
            link.handed_over = ",".join(ways)
            by.record("link.handed_over", conference_id, name=participant.name, way=way)


def revoke_links(by: By, conference_id: int, participant_id: int) -> None:
    """Revoke all personal links of somebody; ends their sessions."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.END_LINKS)
        participant = member(by.session, conference_id, participant_id)
        links_actions.revoke(by.session, by.at, participant_id=participant_id)
        by.record("link.revoked", conference_id, name=participant.name)


def answer_request(by: By, conference_id: int, device_id: int, is_them: bool) -> str:
    """Confirm the device of somebody who waits, or refuse it and revoke the link, as a stranger has it.

    Returns the name of the link's owner. Raises Unknown for a device of another case, Refusal if nobody waits any more.
    """
    with writing(by.session):
        lock_case(by, conference_id, Activity.MAKE_LINKS)
        link, device = _locked_device(by.session, conference_id, device_id)
        participant = member(by.session, conference_id, link.participant_id)
        if not awaits_approval(device, by.at) or live_link(by.session, by.at, link.id) is None:
            raise Refusal(N_("Nobody waits there any more. Let them ask again."))
        if is_them:
            device.confirmed_at, device.how = by.at, Confirmed.COORDINATOR
        else:
            links_actions.revoke(by.session, by.at, link_id=link.id)
        action = "link.let_in" if is_them else "link.turned_away"
        by.record(action, conference_id, name=participant.name, device=device.device)
    return participant.name


def answer_in_room(by: By, conference_id: int, device_id: int, is_them: bool) -> str:
    """In private time, by family in the room: let in the device of somebody who waits, or refuse it.

    A refusal ends the request alone: the link may well be its owner's, and nobody can make another one now. Returns the
    name of the link's owner. Raises Unknown for a device of another case, or of somebody who does not belong in the
    room, Refusal if nobody waits any more.
    """
    with writing(by.session):
        lock_case(by, conference_id, Activity.LET_IN)
        link, device = _locked_device(by.session, conference_id, device_id)
        participant = member(by.session, conference_id, link.participant_id)
        if not participant.is_inside:
            raise Unknown
        if not awaits_approval(device, by.at) or live_link(by.session, by.at, link.id) is None:
            raise Refusal(N_("Nobody waits there any more. Let them ask again."))
        if is_them:
            device.confirmed_at, device.how = by.at, Confirmed.FAMILY
        else:
            links_actions.end_devices(by.session, by.at, [device.id])
        action = "link.let_in" if is_them else "link.turned_away"
        by.record(action, conference_id, name=participant.name, device=device.device)
    return participant.name


def forget_codes_of_former_coordinators(session: Session, at: datetime, region_id: int) -> int:
    """In the cases of a region, make links ask the coordinator on new devices where their maker no longer coordinates.

    A former coordinator knows the codes and answers of the links that they made. Returns the number of cases changed
    now. Actions that end a coordinator's access do this at once; this nightly job covers access that ends with time.
    """
    timezone = session.scalars(select(Region.timezone).where(Region.id == region_id)).one()
    today = local_date(at, timezone)
    over = [
        and_(Conference.profile == code, Conference.tasks_ended_on < today - timedelta(days=profile.access_days))
        for code, profile in PROFILES.items()
    ]
    theirs = (Conference.id == PersonalLink.conference_id, Conference.coordinator_id == PersonalLink.made_by)
    gone = select(Account.id).where(Account.leaves_on < today)
    here = PersonalLink.conference_id.in_(select(Conference.id).where(Conference.region_id == region_id))
    with writing(session):
        which = exists().where(*theirs, or_(*over)) | PersonalLink.made_by.in_(gone)
        changed = links_actions.ask_on_new_devices(session, here & which)
        for conference_id in changed:
            record(session, PROGRAM.actor, at, "link.codes_forgotten", conference_id)
    return len(changed)


def end_device(by: By, conference_id: int, device_id: int) -> None:
    """Forget a device: its session ends, and the check is asked again."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.END_LINKS)
        link, device = _locked_device(by.session, conference_id, device_id)
        participant = member(by.session, conference_id, link.participant_id)
        links_actions.end_devices(by.session, by.at, [device.id])
        by.record("link.device_ended", conference_id, name=participant.name, device=device.device)


def _send(by: By, conference: Conference, participant: Participant, link: PersonalLink, way: str, address: str) -> None:
    """Send a link, in words that do not tell what it is about."""
    language = language_of(participant.language, conference.language, PROFILES[conference.profile].language)
    if way == "mail":
        rule: MailRule | TextRule = PERSONAL_LINK
        to, text = participant.email, ""
        if not to:
            raise Refusal(N_("There is no email address of %(name)s. Write it in the circle."), name=participant.name)
    else:
        rule = PERSONAL_LINK_TEXT
        if participant.id in who_wants_no(by.session, conference.id, "text message"):
            raise Refusal(N_("%(name)s wants no text messages any more. Ring them."), name=participant.name)
        to = international(participant.phone, PROFILES[conference.profile].calling_code)
        with using(language):
            text = text_message(address, local_date(link.expires_at, conference.timezone))
        if not to:
            raise Refusal(
                N_("There is no telephone number of %(name)s that takes text messages. Write it in the circle."),
                name=participant.name,
            )
    queue(
        by.session,
        rule,
        Recipient(participant.id, to, language),
        by.at,
        case=conference.id,
        link=Link(address, link.expires_at),
        ring=phone_of(by.session, conference.coordinator_id),  # without a name: it may be read by others
        written=Written(text) if text else None,
        link_id=link.id,
    )


def _check(new: NewLink, cost: Cost) -> tuple[Check, str]:
    """What a new link asks on a new device, and the code to tell its owner ("" if it asks something else)."""
    if new.by_hand:
        return NOTHING_ASKED, ""
    code = "" if new.question else links.new_entrance_code()
    return Check(new.question, hash_password(links.normalize_answer(new.answer if new.question else code), cost)), code


def _live_links(session: Session, at: datetime, conference_id: int) -> dict[int, int]:
    """The valid link of each participant who has one: link id by participant id."""
    return {row.participant_id: row.id for row in links_of(session, conference_id) if row.is_live(at)}


def _create_link(by: By, participant: Participant, days: int, check: Check) -> str:
    before = newest_link(by.session, by.at, participant.conference_id, participant.id)
    links_actions.revoke(by.session, by.at, participant_id=participant.id)
    token = links_actions.new_link(
        by.session,
        by.at,
        conference_id=participant.conference_id,
        participant_id=participant.id,
        made_by=by.visitor.account_id,
        days=days,
        check=check,
        note=before.note if before else None,
    )
    by.record("link.made", participant.conference_id, name=participant.name, days=days)
    return token


def _locked_device(session: Session, conference_id: int, device_id: int) -> tuple[PersonalLink, LinkDevice]:
    found = session.execute(
        select(PersonalLink, LinkDevice)
        .join(LinkDevice, LinkDevice.link_id == PersonalLink.id)
        .where(LinkDevice.id == device_id, PersonalLink.conference_id == conference_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise Unknown
    return found[0], found[1]
