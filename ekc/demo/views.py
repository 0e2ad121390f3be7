"""The bar of the demonstration: being somebody else, moving the clock on, the post box. Elsewhere all of it is 404."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.access import Visitor
from ekc.conferences.access import may_open
from ekc.core.handlers import path_holds_key
from ekc.core.language import gettext, moment
from ekc.core.postbox import items
from ekc.core.routes import MAX_ID, db, local_path, moves, now, public, runtime
from ekc.demo.cast import Group, Person, around, groups, staff
from ekc.demo.clock import MomentAhead, move_on, places
from ekc.links.actions import sign_in_by_link
from ekc.links.queries.links import newest_link
from ekc.signin.login import by, end_session, request_device, start_account_session, start_link_session, visitor
from ekc.signin.models import Method
from ekc.workflow.profiles import NL

bp = Blueprint("demo", __name__)
View = Callable[..., ResponseReturnValue]
_SHOWN = 50  # mails


@dataclass(frozen=True, slots=True)
class Bar:
    """What the bar shows on this page, and the first page below it. Read when it is drawn."""

    conference_id: int | None
    here: str  # the page to which the clock returns

    @property
    def now(self) -> datetime:
        """The instant that it is here."""
        return now()

    @property
    def places(self) -> tuple[MomentAhead, ...]:
        """Where the clock can go."""
        return places(db(), now(), self.conference_id)

    @property
    def people(self) -> tuple[Person, ...]:
        """Whom one can be in this case."""
        return around(db(), now(), self.conference_id)

    @property
    def staff(self) -> tuple[Person, ...]:
        """Everybody who works here."""
        return staff(db())

    @property
    def groups(self) -> tuple[Group, ...]:
        """The cases and their people."""
        return groups(db(), now())


def bar() -> Bar | None:
    """The bar of this page; None outside the demonstration."""
    if not runtime().settings.demo:
        return None
    opened = (request.view_args or {}).get("conference_id") or request.args.get("case", type=int)
    readable = request.method == "GET" and not path_holds_key(request.path)
    return Bar(_known(opened or visitor().conference_id), request.full_path.rstrip("?") if readable else "/")


def _known(number: int | None) -> int | None:
    """A number that can be that of a case; None for any other."""
    return number if number and 0 < number <= MAX_ID else None


def _demo_only(view: View) -> View:
    @wraps(view)
    def shown(**numbers: int) -> ResponseReturnValue:
        if not runtime().settings.demo or any(number > MAX_ID for number in numbers.values()):
            abort(404)
        return view(**numbers)

    return public(shown)


@bp.post("/demo/be/<int:account_id>")
@_demo_only
@moves
def be(account_id: int) -> ResponseReturnValue:
    """Sign in as a person with an account."""
    start_account_session(account_id, Method.DEMO)
    case = _known(request.form.get("case", type=int))
    open_to = url_for("journey.case", conference_id=case) if case and may_open(by(), case) else url_for("home")
    return redirect(open_to, 303)


@bp.post("/demo/be/link/<int:link_id>")
@_demo_only
@moves
def be_participant(link_id: int) -> ResponseReturnValue:
    """Sign in as a person with a personal link."""
    if not _sign_in_by_link(link_id):
        abort(404)
    return redirect(url_for("journey.own_page", conference_id=visitor().conference_id), 303)


def _sign_in_by_link(link_id: int) -> bool:
    begun = sign_in_by_link(db(), now(), Method.DEMO, request_device(), link_id)
    if begun is not None:
        start_link_session(begun.token)
    return begun is not None


@bp.get("/demo/post")
@_demo_only
def post() -> ResponseReturnValue:
    """Show what would have left."""
    return render_template("demo/post.html", items=items(db(), _SHOWN), timezone=NL.timezone)


@bp.post("/demo/clock")
@_demo_only
@moves
def move() -> ResponseReturnValue:
    """Move the clock on, and return to the page as the same person."""
    who = visitor()
    ahead = places(db(), now(), _known(request.form.get("case", type=int)))
    place = next((one for one in ahead if one.to == request.form.get("to")), None)
    if place is None:
        abort(404)
    move_on(db(), runtime().settings, place.at)
    g.pop("now")
    target = local_path(request.form.get("next")) if _sign_in_again(who) else None
    flash(gettext("It is %(moment)s now.", moment=moment(now(), place.timezone)))
    return redirect(target or url_for("home"), 303)


def _sign_in_again(who: Visitor) -> bool:
    """Sign the same person in again: meanwhile their sign-in has ended. False if they cannot come in any more."""
    if who.account_id is not None:
        start_account_session(who.account_id, Method.DEMO)
    elif who.participant_id is not None and who.conference_id is not None:
        link = newest_link(db(), now(), who.conference_id, who.participant_id)
        if link is None or not _sign_in_by_link(link.id):
            end_session()
            return False
    return True
