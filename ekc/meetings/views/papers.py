"""The papers of the day: what is in the pile and what it still misses, and the pile itself or one paper of it."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import name_and_phone_of
from ekc.conferences.access import Case
from ekc.conferences.document.absent import asked_views
from ekc.conferences.document.bottom_lines import BottomLineSheet, bottom_line_sheet
from ekc.conferences.forms.fields import language_name
from ekc.conferences.gate import case_route, paper_route
from ekc.conferences.queries.absent import absent_views
from ekc.conferences.queries.circle import PersonRow, circle
from ekc.core.language import LANGUAGES, language, language_of, ngettext, using
from ekc.core.language import gettext as _
from ekc.core.routes import db, runtime
from ekc.meetings import queries
from ekc.meetings.document.agenda import agenda
from ekc.meetings.document.arrangements import arrangement_list
from ekc.meetings.document.attendance import attendance_list
from ekc.meetings.document.badges import badges, short_relation
from ekc.meetings.document.head import DayHead
from ekc.meetings.document.pile import PILE, RULES, AskedPile, DayPaper, InPile, Pile
from ekc.meetings.document.plan_sheets import PlanSheets
from ekc.meetings.document.route import Route
from ekc.meetings.forms.papers import PapersForm
from ekc.meetings.views.blueprint import bp
from ekc.meetings.views.meeting import NOTHING_YET, head_of
from ekc.orders import ordering
from ekc.workflow.vocabulary import FROM_AFAR, Activity, ArrangementKind, Attends, PersonNeed

_ADDRESS = "/conferences/<int:conference_id>/papers"


@dataclass(frozen=True, slots=True)
class OfferedPaper:
    """A paper of the pile. `values` None: there is nothing to print, as `why_not` says.

    `missing`: what it still lacks, also on the first sheet; `note`: what is said on the page alone.
    """

    paper: DayPaper
    values: Any
    copies: str = ""
    missing: tuple[str, ...] = ()
    why_not: str = ""
    note: str = ""


@bp.get(_ADDRESS)
@case_route(Activity.SEE_HISTORY)
def papers(case: Case) -> ResponseReturnValue:
    """What is in the pile."""
    people = circle(db(), case.id)
    meeting = queries.current_meeting(db(), case.id) or NOTHING_YET
    offered = _offered(case, meeting, people, language(), relations=False)
    said = (short_relation(one.relation) for one in people if one.expected_in_room and one.is_inside)
    return render_template(
        "meetings/papers.html",
        case=case,
        offered=offered,
        relations=tuple(dict.fromkeys(filter(None, said))),
        form=PapersForm(formdata=None, data={"language": language_of(case.language, language())}),
    )


@bp.get(f"{_ADDRESS}.pdf")
@paper_route(PILE.activity)
def papers_pdf(case: Case) -> ResponseReturnValue:
    """The papers that were ticked, or all that there are where nothing was asked; or only one."""
    form = PapersForm(request.args)
    code = form.language.data if form.language.data in LANGUAGES else language_of(case.language, language())
    with using(code):
        meeting = queries.current_meeting(db(), case.id) or NOTHING_YET
        every = _offered(case, meeting, circle(db(), case.id), code, relations=form.relations.data)
        there = [one for one in every if one.values is not None]
        wanted = form.wanted() if form.language.data or form.only.data else frozenset(DayPaper)
        chosen = [one for one in there if one.paper in wanted]
        contents = tuple(InPile(_(one.paper.label), one.copies, one.missing) for one in chosen)
    if not chosen:
        flash(_("Tick a paper that can be printed."), "warning")
        return redirect(url_for("meetings.papers", conference_id=case.id), 303)
    if form.only.data:
        return ordering.give_paper(RULES[chosen[0].paper], case, [chosen[0].values])
    bound = {one.paper.value: one.values for one in chosen if one.paper is not DayPaper.VIEWS}
    views = next((one.values for one in chosen if one.paper is DayPaper.VIEWS), None)
    return ordering.give_paper(PILE, case, [AskedPile(Pile(code, head_of(case, meeting), contents, **bound), views)])


def _offered(
    case: Case, meeting: queries.MeetingRow, people: tuple[PersonRow, ...], code: str, *, relations: bool
) -> tuple[OfferedPaper, ...]:
    """The papers that the visitor may print, with their values in this language."""
    head = head_of(case, meeting)
    name, phone = name_and_phone_of(db(), case.coordinator_id)
    arranged = {row.kind: row for row in queries.arrangements(db(), meeting.id)}

    def name_of(spoken: str) -> str:
        return language_name(spoken, code)

    many = sum(one.expected_in_room for one in people)
    each = ngettext("%(num)d copy, one for each person", "%(num)d copies, one for each person", many)
    needs = arrangement_list(
        code,
        head,
        people,
        {kind: row.text or "" for kind, row in arranged.items()},
        name_of,
    )
    food = arranged.get(ArrangementKind.FOOD)
    day = agenda(
        code,
        head,
        case.question,
        case.timezone,
        meeting.starts_at,
        meeting.expected_minutes,
        not (food and food.not_needed),
    )
    cut = badges(code, case.number, people, name, name_of, relations=relations)
    list_ = attendance_list(code, head, people, name, name_of)
    offered = [
        OfferedPaper(
            DayPaper.ARRANGEMENTS,
            needs,
            _("1 copy: the first sheet for the shop, the one with names for yourself"),
            () if food and food.settled else (_("Nothing is arranged for food and drink yet."),),
        ),
        _route(code, meeting, head, people, (name, phone)),
        OfferedPaper(DayPaper.AGENDA, day, each, (*_lacks_of_agenda(meeting), *_large_print(people))),
        OfferedPaper(DayPaper.BADGES, cut, _("1 copy, to cut out")),
        OfferedPaper(DayPaper.ATTENDANCE, list_, _("1 copy, for the table at the door"), _unsure(people)),
    ]
    sheet = bottom_line_sheet(db(), case, code) if case.may(Activity.SEE_BOTTOM_LINES) else None
    if sheet is not None:
        offered.append(_bottom_lines(sheet, each))
    if case.may(Activity.NOTE_VIEWS):
        offered.append(_views(case, code))
    lines = tuple(line.text for line in sheet.lines) if sheet else ()
    plan = PlanSheets(code, case.number, case.title, case.question, lines)
    often = _("1 copy, and the sheet of the goals as often as is needed")
    return (*offered, OfferedPaper(DayPaper.PLAN_SHEETS, plan, often))


def _lacks_of_agenda(meeting: queries.MeetingRow) -> tuple[str, ...]:
    lacks = []
    if meeting.starts_at is None:
        lacks.append(_("No date has been chosen yet: there is room to write the times."))
    elif meeting.expected_minutes is None:
        lacks.append(_("How long it takes is not known."))
    return tuple(lacks)


def _large_print(people: tuple[PersonRow, ...]) -> tuple[str, ...]:
    many = sum(PersonNeed.LARGE_PRINT in one.needed for one in people if one.expected_in_room)
    if not many:
        return ()
    return (
        ngettext(
            "%(num)d person reads large print: enlarge what they get to A3.",
            "%(num)d people read large print: enlarge what they get to A3.",
            many,
        ),
    )


def _unsure(people: tuple[PersonRow, ...]) -> tuple[str, ...]:
    many = sum(one.attends is None for one in people)
    if not many:
        return ()
    return (
        ngettext(
            "Of %(num)d person it is not known yet whether they come.",
            "Of %(num)d people it is not known yet whether they come.",
            many,
        ),
    )


def _route(
    code: str,
    meeting: queries.MeetingRow,
    head: DayHead,
    people: tuple[PersonRow, ...],
    coordinator: tuple[str, str],
) -> OfferedPaper:
    name, phone = coordinator
    joins = any(one.attends in FROM_AFAR for one in people)
    place = queries.place_of(db(), meeting)
    if not place.name:
        return OfferedPaper(DayPaper.ROUTE, None, why_not=_("There is no place yet."))
    route = Route(
        language=code,
        head=head,
        address=place.address,
        access=place.access,
        route=place.route,
        secret=place.secret,
        coordinator=name,
        phone=phone,
        contact=runtime().settings.contact,
        joining=place.joining if joins else "",
    )
    lacks = [
        (not (place.address or place.secret), _("The address is not known yet.")),
        (not (place.route or place.secret), _("No route is known: there are lines to write it on.")),
        (not phone, _("The coordinator has no telephone number: there is a line to write it on.")),
        (joins and not place.joining, _("How people join from elsewhere is not known yet.")),
    ]
    missing = tuple(said for lacking, said in lacks if lacking)
    note = _("The address is secret, and not on this paper.") if place.secret else ""
    return OfferedPaper(DayPaper.ROUTE, route, _("as many as you hand out"), missing, note=note)


def _bottom_lines(sheet: BottomLineSheet, each: str) -> OfferedPaper:
    if sheet.lines or sheet.none_on:
        return OfferedPaper(DayPaper.BOTTOM_LINES, sheet, each)
    return OfferedPaper(
        DayPaper.BOTTOM_LINES, None, why_not=_("There are no bottom lines yet that the family can be told.")
    )


def _views(case: Case, code: str) -> OfferedPaper:
    """What was left to be read out. Not of whoever stays away as was decided: that is on a paper of its own."""
    rows = [row for row in absent_views(db(), case) if row.text or row.pictures]
    read = [row for row in rows if row.attends is not Attends.EXCLUDED]
    note = _("What somebody said who stays away, as was decided, is not in this pile.") if len(read) < len(rows) else ""
    if read:
        return OfferedPaper(
            DayPaper.VIEWS, asked_views(case, code, read), _("1 copy, for the person who reads it out"), note=note
        )
    return OfferedPaper(DayPaper.VIEWS, None, why_not=_("There is nothing to be read out."), note=note)
