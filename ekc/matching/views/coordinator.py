"""The page of the coordinator of a case."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import managers_of
from ekc.conferences.access import Case
from ekc.conferences.forms.fields import language_name
from ekc.conferences.forms.wishes import CoordinatorWishesForm
from ekc.conferences.gate import case_route
from ekc.conferences.queries.members import members
from ekc.conferences.queries.voices import OwnVoice, main_person_voices, voices
from ekc.core.clock import local_date
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.forms import PlainForm, Standing
from ekc.core.handlers import refused
from ekc.core.language import day, ngettext
from ekc.core.language import gettext as _
from ekc.core.routes import MAX_ID, db, edits, moves, now
from ekc.directory.models import Listing
from ekc.directory.queries import KnownNames, known_names
from ekc.matching.actions import asking, independence, wishes
from ekc.matching.entries import Declaration
from ekc.matching.forms.coordinator import (
    AcceptForm,
    AskCoordinatorForm,
    ConfirmForm,
    DeclareForm,
    EndForm,
    WaiveForm,
)
from ekc.matching.queries import asking as asking_queries
from ekc.matching.queries import handing_over as handing_over_queries
from ekc.matching.queries import match as match_queries
from ekc.matching.queries.asking import AskedBefore
from ekc.matching.queries.candidates import Candidate, candidates
from ekc.matching.views.blueprint import bp
from ekc.signin.login import by, visitor
from ekc.workflow.blocker import Blocker
from ekc.workflow.independence import Conflict
from ekc.workflow.matching import RANK, Compared, Hours
from ekc.workflow.vocabulary import N_, Activity, Agreed, Phase, VoiceMatter

_SHOWN = 20  # candidates, until somebody asks for all
_COORDINATOR = "/conferences/<int:conference_id>/coordinator"


@bp.get(_COORDINATOR)
@case_route(Activity.SEE_REGISTRATION, Activity.SEE_REQUEST, Activity.ASK_COORDINATOR, Activity.ANSWER_MATCH)
def coordinator(case: Case) -> ResponseReturnValue:
    """The match and the candidates; for a coordinator who is asked, the request."""
    return _page(case)


@bp.post(f"{_COORDINATOR}/ask")
@case_route(Activity.ASK_COORDINATOR)
@edits
def ask(case: Case) -> ResponseReturnValue:
    """Ask a coordinator."""
    form = _ask_form(_matches(case))
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _ask_form(_matches(case), formdata=None))
            reason = form.ask_reason.data if form.ask_reason else ""
            first, *others = form.to_asked()
            asking.ask_coordinator(by(unchanged), case.id, first, reason, days=form.to_days(), then=others)
            flash(_("Asked. Ring them too: they see it on their own page."), "success")
            return _back(case)
    elif (form.account_id.raw_data and form.account_id.data is None) or form.in_turn.errors:  # no button sends that
        raise Unknown
    return _page(case, ask=form), form.status


@bp.post(f"{_COORDINATOR}/wishes")
@case_route(Activity.MATCH_COORDINATOR)
@edits
def set_wishes(case: Case) -> ResponseReturnValue:
    """Change what the family asks for, as far as it is compared."""
    form = CoordinatorWishesForm()
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(
                lambda: CoordinatorWishesForm(asking_queries.wishes(db(), case.id).sought, formdata=None)
            )
            wishes.set_wishes(by(unchanged), case.id, form.to_wishes())
            flash(_("Saved. Those who fit best stand first now."), "success")
            return redirect(url_for("matching.coordinator", conference_id=case.id, _anchor="ask"), 303)
    return _page(case, wishes=form), form.status


@bp.post(f"{_COORDINATOR}/accept")
@case_route(Activity.ANSWER_MATCH)
@moves
def accept(case: Case) -> ResponseReturnValue:
    """Accept the case."""
    form = AcceptForm(**_told(case))
    if form.validate_on_submit():
        with form.showing_refusal():
            independence.accept(by(), case.id, form.to_declaration(), form.accepted_on.data, form.phone.data)
            mine = ngettext(
                "The case is yours. Next, the main person says whether you may be their coordinator.",
                "The case is yours. Next, each main person says whether you may be their coordinator.",
                len(_voices(case, None)),
            )
            flash(mine, "success")
            if case.phase is Phase.PRIVATE_TIME:
                return redirect(url_for("journey.case", conference_id=case.id), 303)
            return _back(case)
    return _page(case, accept=form), form.status


@bp.post(f"{_COORDINATOR}/declare")
@case_route(Activity.ANSWER_MATCH)
@edits
def declare(case: Case) -> ResponseReturnValue:
    """Declare independence again."""
    form = DeclareForm(asking_queries.referring_agency(db(), case.id), _organisations())
    if form.validate_on_submit():
        with form.showing_refusal():
            independence.declare(
                by(form.unless_changed(lambda: _own_declaration(case))), case.id, form.to_declaration()
            )
            flash(_("Your declaration is changed."), "success")
            return _back(case)
    return _page(case, declare=form), form.status


@bp.post(f"{_COORDINATOR}/decline")
@case_route(Activity.ANSWER_MATCH)
@moves
def decline(case: Case) -> ResponseReturnValue:
    """Decline the case. The visitor has no access to it from now on."""
    asking.decline(by(), case.id)
    flash(_("Thank you for answering. Your regional manager asks somebody else."), "success")
    return redirect(url_for("home"), 303)


@bp.post(f"{_COORDINATOR}/confirm")
@case_route(Activity.CONFIRM_COORDINATOR)
@edits
def confirm(case: Case) -> ResponseReturnValue:
    """A main person confirms the coordinator: by themselves, or noted by staff."""
    own = case.visitor.participant_id is not None
    form = ConfirmForm() if own else _noting_form(case)
    if form.validate_on_submit():
        try:
            on = None if own else form.confirmed_on.data
            checks = () if own else (form.unless_changed(lambda: _noting_form(case, formdata=None)),)
            independence.confirm_coordinator(by(*checks), case.id, on, form.match_id.data, form.to_person())
        except Refusal as refusal:
            if own:
                raise
            status = form.refuse(refusal)
            return _page(case, confirm=form), status
        flash(_("Thank you. Your coordinator knows."), "success") if own else flash(_("Noted."), "success")
    elif own:
        raise Unknown
    else:
        return _page(case, confirm=form), 422
    return redirect(url_for("journey.own_page", conference_id=case.id), 303) if own else _back(case)


@bp.post(f"{_COORDINATOR}/rather-another")
@case_route(Activity.WANT_ANOTHER_COORDINATOR)
@moves
def rather_another(case: Case) -> ResponseReturnValue:
    """The main person wants another coordinator."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        raise Unknown
    independence.want_another_coordinator(by(), case.id, form.match_id.data)
    flash(_("Noted. The regional manager hears of it."), "success")
    return redirect(url_for("journey.own_page", conference_id=case.id), 303)


@bp.post(f"{_COORDINATOR}/waive")
@case_route(Activity.MATCH_COORDINATOR)
@moves
def waive(case: Case) -> ResponseReturnValue:
    """Waive one conflict."""
    form = WaiveForm(_open_ties(case, _matches(case).current))
    if form.validate_on_submit():
        with form.showing_refusal():
            independence.waive_conflict(by(), case.id, form.conflict.data, form.waive_reason.data)
            flash(_("Noted, with the reason. Everybody on the case can read it."), "success")
            return _back(case)
    return _page(case, waive=form), form.status


@bp.post(f"{_COORDINATOR}/end")
@case_route(Activity.MATCH_COORDINATOR)
@moves
def end(case: Case) -> ResponseReturnValue:
    """End a request, or the match of the coordinator."""
    form = EndForm()
    if form.validate_on_submit():
        with form.showing_refusal():
            asking.end_match(by(), case.id, form.end_reason.data, form.match_id.data)
            flash(_("This conference has no coordinator now. Ask somebody else."), "success")
            return _back(case)
    return _page(case, end=form), form.status


@bp.errorhandler(Unknown)
def no_longer_asked(unknown: Unknown) -> ResponseReturnValue:
    """Whoever was asked, and comes too late, reads so; for anybody else there is no such page."""
    who, conference_id = visitor().account_id, (request.view_args or {}).get("conference_id")
    if not who or not conference_id:
        return refused(unknown)
    asked = asking_queries.asked_before(db(), min(conference_id, MAX_ID), who)
    return refused(_no_longer_asked(asked) if asked else unknown)


def _no_longer_asked(asked: AskedBefore) -> NotNow:
    """Why they are asked no longer, and whom they ring."""
    if asked.declined_on is not None:
        said_no = N_("You said no to this conference on %(day)s. Do you want to take it after all? Ring: %(who)s.")
        return NotNow(said_no, day=asked.declined_on, who=asked.managers)
    if asked.answer_by is not None and asked.answer_by < asked.ended_on:
        too_late = N_(
            "The last day to answer was %(day)s, so you are no longer asked for this conference. Do you still want to "
            "take it? Ring: %(who)s."
        )
        return NotNow(too_late, day=asked.answer_by, who=asked.managers)
    return NotNow(
        N_(
            "You are no longer asked for this conference: somebody else was asked, or it is not needed any more. "
            "Questions? Ring: %(who)s."
        ),
        who=asked.managers,
    )


def _back(case: Case) -> ResponseReturnValue:
    return redirect(url_for("matching.coordinator", conference_id=case.id), 303)


def _matches(case: Case) -> match_queries.Matches:
    return match_queries.matches(db(), case.id)


def _open_ties(case: Case, match: match_queries.MatchRow | None) -> list[tuple[Conflict, Blocker]]:
    """The open conflicts of the coordinator, each with its message."""
    found = match.open_conflicts(match_queries.agencies_of(db(), case.id)) if match else ()
    return [(conflict, match.describe(conflict)) for conflict in found if match]


def _voices(case: Case, match: match_queries.MatchRow | None) -> tuple[OwnVoice, ...]:
    """Each main person, and what they said about this coordinator."""
    circle, said = members(db(), case.id), voices(db(), case.id)
    return main_person_voices(circle, said, VoiceMatter.COORDINATOR, match.id if match else 0)


def _notable(case: Case, said: tuple[OwnVoice, ...]) -> list[OwnVoice]:
    """Whose yes the visitor can note. The coordinator cannot note that somebody takes back their no."""
    own = case.coordinator_id == case.visitor.account_id
    return [one for one in said if not own or one.answer is not Agreed.NO]


def _ask_form(matches: match_queries.Matches, **more: Any) -> AskCoordinatorForm:
    stands = {"asked": Standing(_("Asked"), matches.pending.name, matches.pending.name)} if matches.pending else {}
    return AskCoordinatorForm(matches.current is not None, stands=stands, **more)


def _confirm_form(case: Case, said: tuple[OwnVoice, ...], **more: Any) -> ConfirmForm:
    stands = {
        str(one.id): Standing(
            one.name, f"{_(one.answer.label)}, {day(one.voice.said_on)}", (one.answer, one.voice.said_on)
        )
        for one in said
        if one.answer and one.voice
    }
    notable = _notable(case, said)
    left = [one.id for one in notable if one.answer is not Agreed.YES]
    only = left[0] if len(left) == 1 else None
    today = local_date(now(), case.timezone)
    return ConfirmForm(notable, stands=stands, confirmed_on=today, person=only, **more)


def _noting_form(case: Case, **more: Any) -> ConfirmForm:
    return _confirm_form(case, _voices(case, _matches(case).current), **more)


def _page(case: Case, **filled: PlainForm) -> str:
    """The page; `filled` are forms that were rejected, by name."""
    matches = _matches(case)
    own = [
        match for match in (matches.current, matches.pending) if match and match.account_id == case.visitor.account_id
    ]
    shown = {"case": case, "match": matches.current, "asked": matches.pending, "own": own}
    shown["sent"] = next(iter(filled.values()), None)
    said = _voices(case, matches.current)
    unsaid = [one for one in _notable(case, said) if one.answer is not Agreed.YES]
    forms: dict[str, PlainForm] = {"ask": _ask_form(matches, formdata=None), "end": EndForm(formdata=None)}
    forms["confirm"] = _confirm_form(case, said, formdata=None)
    for match in own:
        forms["declare" if match.accepted else "accept"] = _declaration_form(case, match)
    if not case.may(Activity.SEE_REGISTRATION) and case.may(Activity.ANSWER_MATCH):
        return render_template(
            "matching/request.html",
            **shown,
            forms=forms | filled,
            takeover=handing_over_queries.takeover(db(), case.id),
            today=local_date(now(), case.timezone),
            request=asking_queries.request(db(), case.id) if case.may(Activity.SEE_REQUEST) else None,
            spoken=_spoken,
        )
    if not case.may(Activity.SEE_REGISTRATION):
        found = candidates(db(), case.id, case.region_id, now(), in_private_time=True)
        return render_template(
            "matching/in_private_time.html",
            **shown,
            forms=forms | filled,
            candidates=found,
            askable=_askable(found, matches),
        )
    ties = _open_ties(case, matches.current)
    only = ties[0][0].key if len(ties) == 1 else None
    forms["waive"] = WaiveForm(ties, formdata=None, conflict=only)
    history = match_queries.match_history(db(), case.id)
    found = _candidates(case, history)
    wished = asking_queries.wishes(db(), case.id)
    forms["wishes"] = CoordinatorWishesForm(wished.sought, formdata=None)
    return render_template(
        "matching/coordinator.html",
        **shown,
        said=said,
        unsaid=unsaid,
        gone=matches.current is not None and matches.current.gone(now()),
        forms=forms | filled,
        conflicts=[sentence for _tie, sentence in ties],
        managers=managers_of(db(), case.region_id) if ties else (),
        retracted=matches.current.retracted(tie for tie, _sentence in ties) if matches.current else (),
        wishes=wished,
        candidates=found,
        askable=_askable(found, matches),
        all_refused=bool(found) and all(one.refusal for one in found if one.tied is None) and not matches.pending,
        next_in_turn=asking_queries.next_in_turn(db(), case.id),
        shown=len(found) if filled or "everybody" in request.args else _SHOWN,
        rank_rules=RANK,
        organisations=_organisations(),
        history=history,
    )


def _candidates(case: Case, history: list[match_queries.MatchEvent]) -> list[Candidate]:
    if not case.may(Activity.MATCH_COORDINATOR):
        return []
    unwanted, refusals = match_queries.unwanted(history), match_queries.refusals(history)
    return candidates(db(), case.id, case.region_id, now(), unwanted=unwanted, refusals=refusals)


def _askable(found: list[Candidate], matches: match_queries.Matches) -> int:
    """How many of these can be asked: whoever is not tied to the case, and neither asked nor its coordinator."""
    taken = {match.account_id for match in (matches.current, matches.pending) if match}
    return sum(one.tied is None and one.id not in taken for one in found)


def compared_in_words(one: Compared) -> str:
    """How somebody compares with a wish, in the reader's language."""
    params = dict(one.params)
    if "language" in params:
        params["language"] = language_name(str(params["language"]))
    if "hours" in params:
        params["hours"] = _(Hours(str(params["hours"])).label)
    return _(one.message, **params)


def _own_declaration(case: Case) -> DeclareForm:
    """The form to declare again, filled with what the visitor declared last. Raises Unknown."""
    match = _matches(case).current
    if match is None or match.account_id != case.visitor.account_id:
        raise Unknown
    return _declaration_form(case, match)


def _declaration_form(case: Case, match: match_queries.MatchRow) -> DeclareForm:
    """The form to accept or to declare again, filled with the last declaration, else with known values."""
    known = match.declaration or Declaration(
        "",
        employer=match.employer or None,
        caseload=asking_queries.same_referrer(db(), case.id, match.account_id),
    )
    form: DeclareForm
    if match.accepted:
        form = DeclareForm(**_told(case), formdata=None)
    else:
        today = local_date(now(), case.timezone)
        form = AcceptForm(**_told(case), formdata=None, accepted_on=today, phone=match.phone)
    form.show(known)
    return form


def _told(case: Case) -> dict[str, Any]:
    """What a declaration may name: in private time neither people nor agencies."""
    if case.phase is Phase.PRIVATE_TIME:
        return {"referrer": "", "organisations": _organisations(), "unnamed": True}
    return {"referrer": asking_queries.referring_agency(db(), case.id), "organisations": _organisations()}


def _organisations() -> KnownNames:
    return known_names(db(), Listing.ORGANISATIONS)


def _spoken(codes: tuple[str, ...]) -> str:
    """Language names, in the reader's language."""
    return ", ".join(map(language_name, codes))
