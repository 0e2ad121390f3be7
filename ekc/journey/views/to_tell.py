"""Who has to hear, answer or decide what, and noting that they were told."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions.contact import log_contacts
from ekc.conferences.gate import case_route
from ekc.conferences.queries.circle import Reach, reach
from ekc.core.errors import Stale
from ekc.core.form_numbers import adds
from ekc.core.language import gettext, translate
from ekc.core.routes import db, now
from ekc.journey.forms import ToldForm
from ekc.journey.notices import owed_in
from ekc.journey.panel import owed_page
from ekc.journey.queries.notices import notices
from ekc.journey.views.blueprint import bp
from ekc.links.models import Confirmed
from ekc.links.queries.links import links_of
from ekc.signin.login import by
from ekc.workflow.ends.rows import END_RULES
from ekc.workflow.owed.kinds import NoticeKind, Verb
from ekc.workflow.owed.still_owed import Owed, lines, told_together
from ekc.workflow.vocabulary import N_, Activity, CasePart


@bp.get("/conferences/<int:conference_id>/to-tell")
@case_route(Activity.TELL)
def to_tell(case: Case) -> ResponseReturnValue:
    """Who still has to hear, answer or decide what, and who did."""
    return _to_tell_page(case, _owed(case))


@bp.post("/conferences/<int:conference_id>/to-tell/<any(hear, get):verb>")
@case_route(Activity.TELL)
@adds()
def told(case: Case, verb: str) -> ResponseReturnValue:
    """Log contacts with those who were told what they had to hear, in one call, or given what they had to get."""
    found = _owed(case)
    told = told_together(found).get(Verb(verb), ())
    if not told:
        raise Stale(N_("Nobody has to hear this any more. Look at the page again."))
    form = ToldForm(told, _labels(case, found))
    if form.validate():
        with form.showing_refusal():
            form.check_shown()
            texts = {id_: gettext("Told: %(what)s.", what=_what(told, id_)) for id_ in form.told.data}
            log_contacts(by(), case.id, texts, form.channel.data)
            flash(gettext("It is in the contact log who was told."), "success")
            return redirect(url_for("journey.to_tell", conference_id=case.id), 303)
    return _to_tell_page(case, found, {Verb(verb): form}), form.status


def _what(told: Iterable[Owed], participant_id: int) -> str:
    """What this person has to hear."""
    kinds = (line.notice.kind for line in told if any(one.id == participant_id for one in line.to))
    return "; ".join(translate(kind.label) for kind in kinds)


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody who has to hear that there is another coordinator.

    `no_code`: the code of their link is gone.
    """

    name: str
    phone: str
    no_code: bool


def _owed(case: Case) -> tuple[Owed, ...]:
    """What is owed in the case now, and concerns the visitor; settled or not."""
    found = owed_in(db(), [case.id]).get(case.id, ())
    return lines(one for one in found if one.rule.listed_to & case.roles)


def _labels(case: Case, found: Iterable[Owed]) -> dict[int, str]:
    """What people are called, with how they can be reached, where the visitor sees that, and what each has to hear."""
    found = tuple(found)
    people = {one.id: one.name for line in found for one in line.to}
    known = reach(db(), people) if case.sees(CasePart.CONTACT) else {}
    labels = {id_: _label(name, known.get(id_)) for id_, name in people.items()}
    for line in found:  # names alone: of a day and a place the last change says enough
        for one in line.to if line.notice.kind is NoticeKind.COORDINATOR else ():
            if one.knows and one.knows != line.notice.was:
                labels[one.id] = gettext("%(person)s, heard last: %(name)s", person=labels[one.id], name=one.knows)
    told = told_together(found).get(Verb.HEAR, ())
    if len({frozenset(one.id for one in line.to) for line in told}) > 1:
        for id_ in {one.id for line in told for one in line.to}:
            labels[id_] = gettext("%(person)s: %(what)s", person=labels[id_], what=_what(told, id_))
    return labels


def _label(name: str, reach: Reach | None) -> str:
    if reach is None:
        return name
    if reach.phone:
        return gettext("%(name)s, phone %(phone)s", name=name, phone=reach.phone)
    if reach.email:
        return gettext("%(name)s, no phone number known", name=name)
    return gettext("%(name)s, no phone number and no email address known", name=name)


def _to_tell_page(case: Case, found: tuple[Owed, ...], rejected: dict[Verb, ToldForm] | None = None) -> str:
    """The page; a form in `rejected` is shown again."""
    labels = _labels(case, found)
    together = told_together(found)
    forms = {verb: ToldForm(told, labels, formdata=None) for verb, told in together.items()} | (rejected or {})
    rows = {row.id: row for row in notices(db(), case.id)}
    return render_template(
        "journey/to_tell.html",
        case=case,
        owed=[
            (one, owed_page(one, case.may), rows[one.notice.id])
            for one in sorted(found, key=lambda one: not one.is_open)
        ],
        together=together,
        forms=forms,
        ends={end: rule.told(case.in_force) for end, rule in END_RULES.items()},
        calls=_calls(case, found),
        old_slips=_old_slips(case, found),
    )


def _calls(case: Case, found: tuple[Owed, ...]) -> list[Call]:
    """Whom a new coordinator rings: their number, and what each still needs to open their page."""
    line = next((one for one in found if one.notice.kind is NoticeKind.COORDINATOR), None)
    if line is None or not line.to or not case.may(Activity.MAKE_LINKS):
        return []
    known = reach(db(), [one.id for one in line.to])
    live = {row.participant_id: row for row in links_of(db(), case.id) if row.is_live(now())}
    rows = ((one, live.get(one.id)) for one in line.to)
    calls = [
        Call(
            one.name,
            known[one.id].phone,
            no_code=link is not None and link.asks is Confirmed.COORDINATOR and link.made_by != case.visitor.account_id,
        )
        for one, link in rows
    ]
    return [one for one in calls if one.phone or one.no_code]


def _old_slips(case: Case, found: tuple[Owed, ...]) -> list[int]:
    """The links of those who have a slip that is not right any more, to be replaced together."""
    people = {one.id for line in found if line.notice.kind is NoticeKind.PAPER for one in line.to}
    if not people or not case.may(Activity.MAKE_LINKS):
        return []
    return [row.id for row in links_of(db(), case.id) if row.participant_id in people and row.is_live(now())]
