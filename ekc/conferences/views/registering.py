"""Registering a case, a few questions a page. What is answered is kept as a draft (ADR 0051)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial, wraps

from flask import Response, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import managers_of, regions
from ekc.conferences.access import open_case
from ekc.conferences.actions import registration
from ekc.conferences.forms.answers import AnsweredElsewhere, answered, shown_on
from ekc.conferences.forms.registering import (
    PAGES,
    REGISTRANTS,
    TITLES,
    Answers,
    MailLinkForm,
    Offered,
    RegisterForm,
    StartForm,
    first_not_in_order,
    forms_of,
    with_page,
)
from ekc.conferences.queries import registration as registration_queries
from ekc.conferences.views.blueprint import bp
from ekc.core import handlers
from ekc.core.errors import Refusal, Unknown
from ekc.core.form_numbers import adds, remember
from ekc.core.forms import KEEP
from ekc.core.language import LANGUAGES, gettext, language
from ekc.core.outbox import Link, Recipient
from ekc.core.routes import MAX_ID, db, gated, moves, now, only_shows, public, runtime
from ekc.core.sessions import opened_by, opened_in
from ekc.core.tokens import is_token
from ekc.directory.models import Listing
from ekc.directory.queries import known_names
from ekc.drafts import actions as drafts
from ekc.drafts.keeping import keeps_drafts, known_browser, owner_in_browser
from ekc.drafts.queries import DraftRow, draft, draft_of_link
from ekc.signin.actions.throttle import Limit, begin_attempt, discard_attempt
from ekc.signin.language import remember_language
from ekc.signin.login import by, person, request_caller, unauthorized, visitor
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Activity

_START = "/register"  # under this address drafts of registrations are offered again
_PAGE = f"{_START}/<int:draft_id>"
_PICK_UP = f"{_START}/resume/<token>"
_REGISTERED = "registered"  # in the session: the case number for the page of thanks
_MADE_OF = "registered_from"  # in the session: the draft of which a case was made last, and the case
_AN_HOUR = timedelta(hours=1)
_LINKS = Limit("registration links", 10, _AN_HOUR)  # mailed, from one network


def _by_staff() -> bool:
    return visitor().account_id is not None


def _offered() -> Offered:
    return Offered(
        {row.id: row.name for row in regions(db())},
        runtime().settings.countries,
        known_names(db(), Listing.MUNICIPALITIES),
        known_names(db(), Listing.ORGANISATIONS) if _by_staff() else None,
    )


def _of_draft(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Give a view the draft of this address, of this browser and person.

    One that is not offered any more is opened by the form of a page that it was on: nothing typed is lost. If the
    sign-in of whoever wrote it has ended, they sign in first.
    """

    @wraps(view)
    def found(draft_id: int, **kwargs: str) -> ResponseReturnValue:
        row = draft(db(), now(), owner_in_browser(), min(draft_id, MAX_ID))
        if row is not None and (row.is_offered(now()) or opened_in() == row.window):
            g.window = row.window
            return view(row, **kwargs)
        if not person() and (opened_by() or "").startswith("account:"):
            return unauthorized()
        if KEEP in request.form:
            raise Unknown
        of_draft, conference_id = session.get(_MADE_OF, (0, 0))
        if of_draft == draft_id:
            number = registration_queries.case_number(db(), conference_id)
            flash(gettext("This was just registered: %(number)s. It is not registered again.", number=number), "info")
            return redirect(_after(conference_id), 303)
        flash(gettext("What you typed is not kept here any more. Do you have its link? With that you go on."))
        return redirect(url_for("conferences.register"), 303)

    return found


@bp.route(_START, methods=["GET", "POST"])
@public
@gated
@moves
def register() -> ResponseReturnValue:
    """Who registers: the public for themselves or for others, staff for somebody on the phone.

    `?follows=`: the number of the closed case on which it follows.
    """
    form = StartForm()
    if not form.is_submitted():
        form.follows.data = request.args.get("follows", "")
    elif form.validate() and not only_shows():
        answers = (("registered_by", form.registered_by.data), ("follows", form.follows.data))
        owner = known_browser()
        begun = drafts.begin(db(), now(), owner, _START, answers, request_caller().network)
        return redirect(url_for("conferences.register_page", draft_id=begun, page="about"), 303)
    words = {who.value: said[_by_staff()] for who, said in REGISTRANTS.items()}
    many = has_duty(Duty.REGISTER_MANY, visitor().roles)
    page = render_template("conferences/register.html", form=form, registrants=words, many=many)
    return page, 422 if form.errors else 200


@bp.route(f"{_PAGE}/<any({', '.join(PAGES)}):page>", methods=["GET", "POST"])
@public
@keeps_drafts
@gated
@moves
@_of_draft
def register_page(row: DraftRow, page: str) -> ResponseReturnValue:
    """The questions of one page. What is sent is kept, right or wrong; a page that is in order leads to the next."""
    is_sent = request.method == "POST"
    sent = tuple(handlers.typed(everything=True).items(multi=True))
    offered = _offered()
    if is_sent and not only_shows():
        change = partial(answered, page=page, sent=sent, shown=request.form.get("shown", ""))
        try:
            answers = drafts.answer(db(), now(), owner_in_browser(), row.id, change, request_caller().network)
        except AnsweredElsewhere as elsewhere:
            if KEEP in request.form:
                raise
            form = RegisterForm(with_page(row.fields, page, sent), offered, by_staff=_by_staff(), page=page)
            status = form.refuse(elsewhere)
            form.form_errors += elsewhere.in_words(page, offered, by_staff=_by_staff())
            return _page(row, page, form, elsewhere.now), status
        if KEEP in request.form:
            return Response(status=204)
    else:
        answers = with_page(row.fields, page, sent) if is_sent else row.fields
    form = RegisterForm(answers, offered, by_staff=_by_staff(), page=page)
    if is_sent and form.validate() and not only_shows():
        form.tell_unprintable()
        return redirect(_next(row.id, forms_of(answers, offered, by_staff=_by_staff())), 303)
    return _page(row, page, form, answers), 422 if form.errors else 200


def _page(row: DraftRow, page: str, form: RegisterForm, answers: Answers) -> str:
    """`answers`: those that it shows, or that stand there now."""
    number = list(PAGES).index(page)
    return render_template(
        "conferences/register_page.html",
        draft=row,
        page=page,
        title=TITLES[page],
        number=number,
        before=list(PAGES)[number - 1] if number > 1 else None,
        pages=len(PAGES) - 1,
        form=form,
        shown=shown_on(answers, page),
        by_staff=_by_staff(),
    )


def _next(draft_id: int, forms: dict[str, RegisterForm]) -> str:
    """The first page that is not in order; where all are, that on which the answers are checked."""
    page = first_not_in_order(forms)
    if page is None:
        return url_for("conferences.register_check", draft_id=draft_id)
    return url_for("conferences.register_page", draft_id=draft_id, page=page)


def _registered_before(result: str | None) -> ResponseReturnValue:
    """The answer to a registration that was sent twice: the case that the first made."""
    return redirect(_after(int(result)) if result else url_for("conferences.thanks"), 303)


@bp.get(f"{_PAGE}/check")
@public
@_of_draft
def register_check(row: DraftRow) -> ResponseReturnValue:
    """All answers, each with a way back to its page."""
    forms = forms_of(row.fields, _offered(), by_staff=_by_staff())
    if first_not_in_order(forms):
        return redirect(_next(row.id, forms), 303)
    return _check_page(row, forms)


def _check_page(row: DraftRow, forms: dict[str, RegisterForm], refused: RegisterForm | None = None) -> str:
    """`forms`: found in order, so that a name chosen instead of what was typed stands in its place."""
    shown = {page: form.answered() for page, form in forms.items()}
    return render_template("conferences/register_check.html", draft=row, form=refused, shown=shown, titles=TITLES)


@bp.post(f"{_PAGE}/check")
@public
@gated
@adds(_registered_before)
@_of_draft
def register_now(row: DraftRow) -> ResponseReturnValue:
    """Register the case; the draft of it is gone with that."""
    offered = _offered()
    form = RegisterForm(row.fields, offered, by_staff=_by_staff())
    if not form.validate():
        return redirect(_next(row.id, forms_of(row.fields, offered, by_staff=_by_staff())), 303)
    counted = _count()
    owner = owner_in_browser()
    try:
        used_up = partial(drafts.use_up, db(), owner, row.id)
        conference_id = registration.register_case(by(used_up), form.to_new_case())
    except Refusal as refusal:
        if counted:
            discard_attempt(db(), counted)  # a refused registration does not count
        status = form.refuse(refusal)
        forms = forms_of(row.fields, offered, by_staff=_by_staff())
        first_not_in_order(forms)
        return _check_page(row, forms, form), status
    remember(str(conference_id))
    session[_MADE_OF] = [row.id, conference_id]
    return redirect(_after(conference_id), 303)


def _count() -> tuple[int, ...]:
    """Count a registration by the public against the limit. Raises TooMany."""
    an_hour = Limit("registration", runtime().settings.registrations_an_hour, _AN_HOUR)
    return () if _by_staff() or only_shows() else begin_attempt(db(), now(), (an_hour, request_caller().network))


def _after(conference_id: int) -> str:
    """Where to go after registering: to the case if the visitor may see it, else to the page of thanks."""
    session[_REGISTERED] = registration_queries.case_number(db(), conference_id)
    try:
        open_case(by(), conference_id, Activity.SEE_CASE)
    except Refusal:
        return url_for("conferences.thanks")
    return url_for("journey.case", conference_id=conference_id)


@bp.get(f"{_PAGE}/later")
@public
@_of_draft
def register_later(row: DraftRow) -> ResponseReturnValue:
    """Going on at another moment or on another device."""
    return render_template("conferences/register_later.html", draft=row, form=MailLinkForm(formdata=None))


@bp.post(f"{_PAGE}/later")
@public
@gated
@moves
@_of_draft
def make_register_link(row: DraftRow) -> ResponseReturnValue:
    """Make the link with which it is gone on with, show it this once, and mail it if that is wished."""
    form = MailLinkForm()
    address = None
    if form.validate() and not only_shows():
        with form.showing_refusal():
            made = drafts.make_link(db(), owner_in_browser(), row.id)
            address = runtime().settings.base_url + url_for("conferences.pick_up", token=made)
            if form.email.data:
                to = Recipient(0, form.email.data, language())
                begin_attempt(db(), now(), (_LINKS, request_caller().network))
                registration.mail_link(by(), row.id, to, Link(address, row.until))
    status = form.status if form.errors or form.form_errors else 200
    page = render_template("conferences/register_later.html", draft=row, form=form, address=address)
    return page, status


@bp.get(_PICK_UP)
@public
def pick_up(token: str) -> ResponseReturnValue:
    """The page of the link of a registration that was begun. A GET changes nothing: scanners of mail open links too."""
    return render_template("conferences/register_go_on.html", token=token, found=_linked(token) is not None)


@bp.post(_PICK_UP)
@public
@moves
def pick_up_now(token: str) -> ResponseReturnValue:
    """Go on with it in this browser."""
    found = _linked(token)
    if found is None:
        return redirect(url_for("conferences.pick_up", token=token), 303)
    drafts.pick_up(db(), now(), known_browser(), found)
    return redirect(url_for("conferences.register_check", draft_id=found), 303)


@bp.get(f"{_PICK_UP}/language/<language>")
@public
def pick_up_in_language(token: str, language: str) -> ResponseReturnValue:
    """Choose a language on that page, without copying its token into a query string."""
    if language not in LANGUAGES:
        raise Unknown
    response = make_response(redirect(url_for("conferences.pick_up", token=token), 303))
    remember_language(response, language)
    return response


def _linked(token: str) -> int | None:
    return draft_of_link(db(), now(), token, person()) if is_token(token) else None


@bp.get(f"{_START}/thanks")
@public
def thanks() -> ResponseReturnValue:
    """The number of the case just registered in this session, who rings by when, its country's rules, what is next."""
    number = session.get(_REGISTERED)
    registered = registration_queries.registered_as(db(), number) if number else None
    managers = managers_of(db(), registered.region_id) if registered else []
    by_day = PROFILES[registered.profile].rung_by(registered.registered_on) if registered else None
    page = "conferences/thanks.html"
    return render_template(page, number=number, registered=registered, managers=managers, by_day=by_day)
