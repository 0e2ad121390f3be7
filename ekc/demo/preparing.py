"""Entering what comes before the conference: registration, coordinator, circle, safety, bottom lines, the meeting.

A file gives days without times, and not for everything. What it leaves open is entered on a plausible day: the circle
when the case is taken on, views and concerns when people are informed.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from ekc.accounts.access import NOBODY, Visitor
from ekc.conferences.actions import bottom_lines, consents, registration
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions import safety as safety_actions
from ekc.conferences.actions.heard import note_heard
from ekc.conferences.entries import (
    BottomLineText,
    Concern,
    HeardOfPeople,
    NewCase,
    NewConsent,
    PersonDetails,
    Registration,
    told_of_all,
)
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries import registration as registration_queries
from ekc.demo import case_schema
from ekc.demo.case_schema import PersonId, RegisteredBy, Setup
from ekc.demo.player import Player
from ekc.matching.actions.asking import ask_coordinator
from ekc.matching.actions.independence import accept, confirm_coordinator
from ekc.matching.entries import Declaration
from ekc.meetings.actions import arranging
from ekc.workflow.vocabulary import PROFESSIONAL_PARTS, ArrangementKind, Attends, Part, Step

#: What people are told when day and place are known, by language.
_INVITED = {"en": "Told the day and the place, on paper.", "nl": "Dag en plek verteld, en op papier gegeven."}
#: An action to run at an instant.
Entry = tuple[datetime, Callable[[datetime], None]]


def register(player: Player) -> None:
    """Register the case: by the referrer, or by the manager for a main person."""
    case, begun = player.case, player.case.registration
    main_persons = _main_persons(player)
    referrers = [id_ for id_, person in case.people.items() if person.role is Part.REFERRER]
    by_referrer = begun.by is RegisteredBy.REFERRER
    player.details = {id_: _details(person) for id_, person in case.people.items()}
    new = NewCase(
        variant=case.variant,
        profile=case.profile,
        language=case.language,
        timezone=case.timezone,
        legal_context=case.legal_context,
        municipality=case.municipality,
        region_id=player.cast.region_id,
        title=case.title,
        topics=case.topics,
        question=case.question,
        reason=begun.reason,
        wishes=begun.wishes or (),
        sides=case.sides or (),
        registered_by=Part(begun.by),
        said_yes_on=(_if_by(begun.main_person_said_yes_on, begun.on),) * len(main_persons),
        main_persons=tuple(player.details[id_] for id_ in main_persons),
        registrant=player.details[referrers[0]] if by_referrer else None,
    )
    who = NOBODY if by_referrer else player.cast.manager
    player.id = registration.register_case(player.by(player.on(begun.on, "10:00"), who), new)
    entered = [*main_persons, *referrers[:1]] if by_referrer else main_persons
    circle = circle_queries.circle(player.session, player.id)
    player.people = {id_: row.id for id_, row in zip(entered, circle, strict=True)}


def prepare(player: Player) -> None:
    """Enter everything until the conference can be opened, in chronological order."""
    case, taken_on = player.case, _taken_on(player.case.registration, player.case.coordinator)
    agenda: list[Entry] = [
        (player.on(case.coordinator.accepted_on, "09:00"), partial(_ask, player)),
        (player.on(case.coordinator.accepted_on, "14:00"), partial(_accept, player)),
        (player.on(taken_on, "16:00"), partial(_take_on, player)),
    ]
    if case.registration.main_person_said_yes_on > case.registration.on:
        yes = partial(_say_yes, player)
        agenda.append((player.on(case.registration.main_person_said_yes_on, "11:00"), yes))
    agenda += [
        (player.on(consent.given_on, "15:00"), partial(_consent, player, consent))
        for consent in case.registration.consents or ()
    ]
    if case.setup is not None:
        agenda += _setup(player, case.setup, taken_on)
    for at, do in sorted(agenda, key=lambda entry: entry[0]):
        do(at)


def _taken_on(begun: case_schema.RegistrationEntry, coordinator: case_schema.CoordinatorEntry) -> date:
    """The first day on which no guard blocks taking the case on."""
    given = [consent.given_on for consent in begun.consents or ()]
    return max(coordinator.accepted_on, begun.main_person_said_yes_on, *given)


def _if_by(day: date, latest: date) -> date | None:
    return day if day <= latest else None


def _details(person: case_schema.PersonEntry) -> PersonDetails:
    """What is known of somebody from the start. Views, supporters and exclusions follow later."""
    needs = person.needs or ()
    return PersonDetails(
        name=person.name,
        part=person.role,
        relation=person.relation or "",
        side=person.side or "",
        organisation=person.organisation or "",
        speaks_for=person.speaks_on_behalf_of or "",
        language=person.language or "",
        timezone=person.timezone or "",
        born=person.born,
        phone=person.phone or "",
        email=person.email or "",
        address_secret=bool(person.address_secret),
        needs=needs,
        need_kinds=person.need_kinds or (),
        needs_interpreter=person.interpreter or any(one.lower().startswith(("interpreter", "tolk")) for one in needs),
        closeness=person.closeness,
        attends=None if person.attends is Attends.EXCLUDED else person.attends or Attends.IN_PERSON,
    )


def _ask(player: Player, at: datetime) -> None:
    account = player.cast.coordinator.account_id
    assert account is not None, "a coordinator has an account"  # noqa: S101 - narrows the type
    ask_coordinator(player.by(at, player.cast.manager), player.id, account)


def _accept(player: Player, at: datetime) -> None:
    # A file has the coordinator's own words only, so the other answers stay open.
    declared = Declaration(player.case.coordinator.independence)
    accept(player.by(at), player.id, declared)
    for main_person in _main_persons(player):
        confirm_coordinator(player.by(at + timedelta(hours=1), player.visitor(main_person)), player.id)


def _take_on(player: Player, at: datetime) -> None:
    player.step(at, Step.TAKE_ON)
    at += timedelta(minutes=5)
    new = [id_ for id_ in player.case.people if id_ not in player.people]
    details = [player.details[id_] for id_ in new]
    added = circle_actions.add_people(player.by(at, _staff(player, at)), player.id, details)
    player.people |= dict(zip(new, added, strict=True))


def _add(player: Player, id_: str, at: datetime) -> None:
    """Add somebody to the circle, if not there yet: by the manager until there is a coordinator."""
    if id_ not in player.people:
        details = player.details[id_]
        player.people[id_] = circle_actions.add_person(player.by(at, _staff(player, at)), player.id, details)


def _staff(player: Player, at: datetime) -> Visitor:
    accepted = player.on(player.case.coordinator.accepted_on, "14:00")
    return player.cast.coordinator if at > accepted else player.cast.manager


def _consent(player: Player, consent: case_schema.ConsentEntry, at: datetime) -> None:
    _add(player, consent.person, at)
    new = NewConsent(
        participant_id=player.people[consent.person],
        scope=consent.scope,
        given_on=consent.given_on,
        note=consent.note or "",
    )
    consents.add_consent(player.by(at + timedelta(minutes=5), _staff(player, at)), player.id, new)


def _register_again(player: Player, at: datetime, **changes: Any) -> None:
    now = registration_queries.registration(player.session, player.id)
    entered = Registration(**{column.name: getattr(now, column.name) for column in fields(Registration)})
    registration.change_registration(player.by(at, _staff(player, at)), player.id, replace(entered, **changes))


def _main_persons(player: Player) -> list[str]:
    return [id_ for id_, person in player.case.people.items() if person.role is Part.MAIN_PERSON]


def _say_yes(player: Player, at: datetime) -> None:
    """Enter when the main persons said yes to a conference: a file gives one day for all of them."""
    now = registration_queries.registration(player.session, player.id)
    same = Registration(**{column.name: getattr(now, column.name) for column in fields(Registration)})
    day = player.case.registration.main_person_said_yes_on
    said: dict[int, date | None] = {player.people[id_]: day for id_ in _main_persons(player)}
    registration.change_registration(player.by(at, _staff(player, at)), player.id, same, said_yes_on=said)


def _setup(player: Player, setup: Setup, taken_on: date) -> list[Entry]:
    first, last = min(setup.informed.values(), default=taken_on), max(setup.informed.values(), default=taken_on)
    agenda: list[Entry] = [
        (player.on(first, "16:30"), partial(_register_again, player, question_agreed_on=first)),
        (player.on(first, "17:00"), partial(_offer_dates, player, setup)),
        (player.on(last, "17:30"), partial(_arrange, player, setup)),
    ]
    if player.settles:
        agenda.append((player.on(last, "17:45"), partial(player.tell, sentences=_INVITED)))
    for day in sorted(set(setup.informed.values())):
        informed = [id_ for id_, on in setup.informed.items() if on == day and id_ not in player.not_informed]
        if informed:
            agenda.append((player.on(day, "15:00"), partial(_inform, player, informed)))
    for id_, person in player.case.people.items():
        known_on = person.decided_on or setup.informed.get(id_, last)
        if person.view or person.support or person.brought_by or person.attends is Attends.EXCLUDED:
            agenda.append((player.on(known_on, "15:30"), partial(_know, player, id_)))
    agenda += [
        (player.on(setup.informed.get(concern.person, last), "15:45"), partial(_keep_safe, player, concern))
        for concern in setup.safety or ()
    ]
    agenda += [
        (player.on(line.shared_on, "11:00"), partial(_set_bottom_line, player, line)) for line in setup.bottom_lines
    ]
    agenda += [
        (player.on(day, "11:20"), partial(_share_bottom_lines, player, day))
        for day in sorted({line.shared_on for line in setup.bottom_lines})
    ]
    if not setup.bottom_lines:
        agenda.append((player.on(last, "17:20"), partial(_no_bottom_lines, player)))
    return agenda


def _inform(player: Player, ids: Sequence[str], at: datetime) -> None:
    for id_ in ids:
        day = player.case.setup.informed[PersonId(id_)] if player.case.setup else None
        safe_on = day if _says_safe(player, id_) else None
        player.details[id_] = replace(player.details[id_], informed_on=day, safe_on=safe_on)
    note_heard(
        player.by(at),
        player.id,
        HeardOfPeople(
            told=told_of_all(player.people[id_] for id_ in ids),
            safe=[player.people[id_] for id_ in ids if _says_safe(player, id_)],
        ),
    )


def _says_safe(player: Player, id_: str) -> bool:
    """Whether somebody who is told says that it is safe for them: the file has nothing that they are afraid of."""
    afraid = {one.person for one in (player.case.setup.safety or ())} if player.case.setup else set()
    return id_ not in afraid and player.case.people[PersonId(id_)].role not in PROFESSIONAL_PARTS


def _know(player: Player, id_: str, at: datetime) -> None:
    """Enter somebody's view, supporter or exclusion."""
    person = player.case.people[PersonId(id_)]
    details = replace(
        player.details[id_],
        attends=Attends.EXCLUDED if person.attends is Attends.EXCLUDED else player.details[id_].attends,
        support_id=player.people[person.support] if person.support else None,
        brought_by_id=player.people[person.brought_by] if person.brought_by else None,
        view=person.view or "",
        exclusion_reason=person.reason or "",
        excluded_by=person.decided_by or "",
        excluded_on=person.decided_on,
    )
    player.details[id_] = details
    circle_actions.change_person(player.by(at), player.id, player.people[id_], details)


def _keep_safe(player: Player, entry: case_schema.SafetyConcernEntry, at: datetime) -> None:
    concern = Concern(
        participant_id=player.people[entry.person],
        concern=entry.concern,
        arrangement=entry.arrangement,
        apart_from_id=player.people[entry.apart_from] if entry.apart_from else None,
        said_by=entry.said_by or "",
    )
    safety_actions.add_concern(player.by(at), player.id, concern)


def _set_bottom_line(player: Player, line: case_schema.BottomLineEntry, at: datetime) -> None:
    new = BottomLineText(text=line.text, ground=line.ground)
    bottom_lines.add_bottom_line(player.by(at, player.visitor(line.set_by)), player.id, new)


def _share_bottom_lines(player: Player, day: date, at: datetime) -> None:
    bottom_lines.share_bottom_lines(player.by(at), player.id, day)


def _no_bottom_lines(player: Player, at: datetime) -> None:
    bottom_lines.say_no_bottom_lines(player.by(at), player.id)


def _offer_dates(player: Player, setup: Setup, at: datetime) -> None:
    for option in setup.date_options:
        arranging.add_date(player.by(at), player.id, player.instant(option))


def _arrange(player: Player, setup: Setup, at: datetime) -> None:
    """Enter date, duration, venue and arrangements. Those that the file does not name are not needed."""
    interpreters = [person.name for person in player.case.people.values() if person.role is Part.INTERPRETER]
    things = {
        ArrangementKind.FOOD: setup.catering,
        ArrangementKind.TRAVEL: setup.travel,
        ArrangementKind.CHILDCARE: setup.childcare,
        ArrangementKind.INTERPRETER: ", ".join(interpreters),
    }
    entry = arranging.Arrangements(
        dates=arranging.Dates(player.instant(setup.chosen), tuple(map(player.instant, setup.date_options))),
        expected_minutes=round(setup.expected_hours * 60),
        venue=arranging.Venue(setup.venue.name, setup.venue.address, setup.venue.access),
        things=tuple(arranging.Arranged(kind, text or "", not_needed=not text) for kind, text in things.items()),
    )
    arranging.arrange_all(player.by(at), player.id, entry)
