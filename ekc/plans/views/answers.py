"""The page of the agreement: who agrees, bottom lines, acceptance, and answers to requests for support."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.access import By
from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries.bottom_lines import BottomLineRow, visible_bottom_lines
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.forms import EditingForm, PlainForm, Standing
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, now
from ekc.plans.actions import acceptance as acceptance_actions
from ekc.plans.actions import agreement as agreement_actions
from ekc.plans.actions import drafts
from ekc.plans.changes import text_changes
from ekc.plans.draft import Action, from_json, number_of
from ekc.plans.draft import actions as actions_of
from ekc.plans.facts import askable, heard
from ekc.plans.forms.answers import (
    TEXT,
    AcceptanceForm,
    AgainForm,
    AgreementForm,
    BottomLineCheckForm,
    EverybodyForm,
    OwnAnswerForm,
    SupportForm,
)
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import circle as plan_circle
from ekc.plans.queries import versions as plan_versions
from ekc.plans.queries.circle import CirclePerson
from ekc.plans.views.blueprint import bp
from ekc.plans.views.plan import SubmittedForm, rhythms, seen_revision
from ekc.signin.login import by
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, ActionKind, Activity, CasePart, Phase, Role, Scope, VoiceMatter
from ekc.workflow.voices import VOICE_RULES

Form = TypeVar("Form", bound=EditingForm)
_AGREEMENT = "plans.agreement"


@bp.get("/agreement")
@case_route(Activity.SEE_PLAN)
def agreement(case: Case) -> ResponseReturnValue:
    """Who agrees, bottom lines, acceptance and support."""
    return _page(case)


@bp.post("/agreement/everybody")
@case_route(Activity.RECORD_AGREEMENT)
@edits
def everybody_agrees(case: Case) -> ResponseReturnValue:
    """Record that all these people agree."""
    return _save(
        case,
        "everybody",
        partial(_fresh, _everybody_form, case),
        lambda who, form: agreement_actions.record_agreements(who, case.id, form.people.data, form.to_how()),
        anchor="agree",
    )


@bp.post("/agreement/again")
@case_route(Activity.RECORD_AGREEMENT)
@edits
def everybody_again(case: Case) -> ResponseReturnValue:
    """Record that all these people were asked again, and say the same of the plan as it is now."""
    return _save(
        case,
        "again",
        partial(_fresh, _again_form, case),
        lambda who, form: agreement_actions.say_the_same(who, case.id, form.people.data, form.to_how()),
        anchor="agree",
    )


@bp.post("/agreement/person")
@case_route(Activity.RECORD_AGREEMENT)
@edits
def somebody_agrees(case: Case) -> ResponseReturnValue:
    """Record whether one person agrees, fully, in part or not."""
    return _save(
        case,
        "person",
        partial(_fresh, _agreement_form, case),
        lambda who, form: agreement_actions.record_agreement(
            who, case.id, form.person.data, form.to_answer(), form.to_words(), form.to_how()
        ),
        anchor="agree",
    )


@bp.post("/agreement/own")
@case_route(Activity.ANSWER_PLAN)
@edits
def say_own_answer(case: Case) -> ResponseReturnValue:
    """Record whether the visitor agrees."""
    return _save(
        case,
        "own",
        partial(own_answer_form, case),
        lambda who, form: agreement_actions.say_own_answer(who, case.id, form.to_answer(), form.to_words()),
        page="journey.own_page" if _own_back() else _AGREEMENT,
        anchor="agree" if _own_back() else "",
    )


def _own_back() -> str:
    """Where whoever answers on their own page goes on; empty: on the page of all answers."""
    return "mine" if request.args.get("back") == "mine" else ""


@bp.post("/agreement/bottom-lines/<int:bottom_line_id>")
@case_route(Activity.CHECK_PLAN)
@edits
def check_bottom_line(case: Case, bottom_line_id: int) -> ResponseReturnValue:
    """Record whether the plan meets a bottom line."""
    return _save(
        case,
        f"bottom-line-{bottom_line_id}",
        partial(_fresh, partial(_check_form, bottom_line_id), case),
        lambda who, form: acceptance_actions.check_bottom_line(who, case.id, bottom_line_id, form.met.data == "yes"),
    )


@bp.post("/agreement/acceptance")
@case_route(Activity.DECIDE_ACCEPTANCE)
@edits
def decide(case: Case) -> ResponseReturnValue:
    """Record that the plan is accepted, or refused for safety."""
    return _save(
        case,
        "acceptance",
        partial(_fresh, _acceptance_form, case),
        lambda who, form: acceptance_actions.decide_acceptance(
            who, case.id, form.person.data, form.accepts, form.reason.data
        ),
    )


@bp.post("/agreement/support/<key>")
@case_route(Activity.ANSWER_SUPPORT)
@edits
def answer_support(case: Case, key: str) -> ResponseReturnValue:
    """Record the answer to a request for support."""
    return _save(
        case,
        key,
        partial(_support_form, case, key),
        lambda who, form: drafts.answer_support(who, case.id, seen_revision(), key, form.to_answer(), form.words.data),
    )


def _save(
    case: Case,
    place: str,
    form_of: Callable[..., Form],
    save: Callable[[By, Form], None],
    anchor: str = "",
    page: str = _AGREEMENT,
) -> ResponseReturnValue:
    """Save the form of one place on the page, unless what it replaces was changed since it was shown.

    `page`: where one goes on.
    """
    form = form_of()
    if form.validate_on_submit():
        with form.showing_refusal():
            save(by(form.unless_changed(lambda: form_of(formdata=None))), form)
            return _back(case, anchor or place, page)
    return _page(case, SubmittedForm(place, form))


def _back(case: Case, anchor: str, page: str = _AGREEMENT) -> ResponseReturnValue:
    flash(_("Saved."), "success")
    return redirect(url_for(page, conference_id=case.id, _anchor=anchor), 303)


class AgreementFacts:
    """What the page and its forms ask about the agreement of a case: each is read once, when first asked."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def people(self) -> tuple[CirclePerson, ...]:
        """Everybody who is or was in the circle."""
        return plan_circle.circle(db(), self.case.id)

    @cached_property
    def found(self) -> plan_versions.StoredDraft:
        """The draft."""
        return plan_versions.stored_draft(db(), self.case.id)

    @cached_property
    def askable(self) -> list[CirclePerson]:
        """Whom one can ask about the draft."""
        return askable(self.people, self.found.draft)

    @cached_property
    def answers(self) -> plan_answers.Answers:
        """What is said of the draft as it is."""
        return plan_answers.answers(db(), self.case.id, self.case.presentation, self.found.text)

    @cached_property
    def decisions(self) -> tuple[plan_answers.AcceptanceRow, ...]:
        """The decisions about the plan that the visitor sees: all, or only their own."""
        decisions = plan_answers.acceptances(db(), self.case.id)
        if self.case.sees(CasePart.ACCEPTANCE) is Scope.ALL:
            return decisions
        return tuple(row for row in decisions if row.participant_id == self.case.visitor.participant_id)

    @cached_property
    def deciders(self) -> tuple[CirclePerson, ...]:
        """Who decides."""
        return plan_circle.deciders(db(), self.case.id, self.people)

    @property
    def recordable(self) -> list[CirclePerson]:
        """Whose decision the visitor may record: the coordinator anybody's, others their own."""
        if Role.COORDINATOR in self.case.roles:
            return list(self.deciders)
        return [person for person in self.deciders if person.id == self.case.visitor.participant_id]

    @cached_property
    def lines(self) -> tuple[BottomLineRow, ...]:
        """The bottom lines that the visitor sees."""
        return visible_bottom_lines(db(), self.case)

    @cached_property
    def met(self) -> dict[int, bool]:
        """Whether the draft as it is meets each of them."""
        return plan_answers.bottom_line_checks(db(), self.case.id, self.case.presentation, self.found.text)


def _fresh(form: Callable[..., Form], case: Case, **more: Any) -> Form:
    """A form with what is so now."""
    return form(AgreementFacts(case), **more)


def _shown_text(text: int) -> dict[str, Standing]:
    """For forms that answer a text: which one they showed."""
    return {TEXT: Standing(_("The plan"), _("another text than you saw: number %(number)s", number=text), text)}


def _stands(found: plan_answers.Answers, people: Iterable[CirclePerson]) -> dict[str, Standing]:
    """The text, and what was written down of each person about it, for the forms that replace that."""
    names = {person.id: person.name for person in people}
    said = (row for row in found.said.values() if row.participant_id in names)
    return _shown_text(found.text) | {
        str(row.participant_id): _standing(names[row.participant_id], row.answer.label, row.words) for row in said
    }


def _standing(name: str, answer: str, words: str) -> Standing:
    return Standing(name, f"{_(answer)} “{words}”" if words else _(answer), (answer, words))


def _away(case: Case, people: Iterable[CirclePerson]) -> frozenset[int]:
    """Who of them is not in the room where the plan is presented."""
    return frozenset(person.id for person in people if case.phase is not Phase.PRESENTATION or not person.came_last)


def _everybody_form(read: AgreementFacts, **more: Any) -> EverybodyForm:
    away, stands = _away(read.case, read.askable), _stands(read.answers, read.askable)
    return EverybodyForm(read.askable, away=away, stands=stands, prefix="everybody-", **more)


def _again_form(read: AgreementFacts, **more: Any) -> AgainForm:
    """The form with everybody whose answer is about an earlier text."""
    found = read.answers
    people = [person for person in read.askable if person.id in {**found.said, **found.earlier}]
    earlier = [person.id for person in people if person.id in found.earlier]
    more = {"data": {"people": earlier}, **more}
    return AgainForm(people, away=_away(read.case, people), stands=_stands(found, people), prefix="again-", **more)


def _agreement_form(read: AgreementFacts, **more: Any) -> AgreementForm:
    return AgreementForm(
        read.askable,
        PROFILES[read.case.profile].only_agreed_recorded,
        away=_away(read.case, read.askable),
        stands=_stands(read.answers, read.askable),
        prefix="person-",
        **more,
    )


def own_answer_form(case: Case, **more: Any) -> OwnAnswerForm:
    """The form in which the visitor says whether they agree, with what they said before."""
    return answer_form(case, *_own_said(case), **more)


def _own_said(case: Case) -> tuple[int, plan_answers.AgreementRow | None]:
    """The text that the family reads, and what the visitor said of it."""
    text = plan_versions.text_read(db(), case)
    said = {row.participant_id: row for row in plan_answers.agreements(db(), case.id, case.presentation, text)}
    return text, said.get(case.visitor.participant_id or 0)


def answer_form(case: Case, text: int, row: plan_answers.AgreementRow | None, **more: Any) -> OwnAnswerForm:
    """The same, of a text that was read, and what they said of it."""
    stands = {}
    if row:
        own = _standing(_("Your answer"), row.answer.label, row.words)
        how = f", {_(row.how.label)}" if row.how else ""
        stands["own"] = replace(own, words=own.words + how, what=(own.what, row.how))
    return OwnAnswerForm(PROFILES[case.profile].only_agreed_recorded, stands=_shown_text(text) | stands, **more)


def _check_form(bottom_line_id: int, read: AgreementFacts, **more: Any) -> BottomLineCheckForm:
    words, met = {True: _("met"), False: _("not met")}, read.met
    stands = (
        {"checked": Standing(_("The plan meets it"), words[met[bottom_line_id]], met[bottom_line_id])}
        if bottom_line_id in met
        else {}
    )
    return BottomLineCheckForm(stands=_shown_text(read.found.text) | stands, **more)


def _acceptance_form(read: AgreementFacts, **more: Any) -> AcceptanceForm:
    """The form, with the last decision of each who decides. The visitor offers those whose decision they may record."""
    words = {True: N_("accepted"), False: N_("not accepted")}
    about = (read.case.presentation, read.found.text)
    last = {row.participant_id: row for row in read.decisions if (row.presentation, row.text) == about}
    stands = {str(id_): _standing(row.name, words[row.accepted], row.reason) for id_, row in last.items()}
    text = _shown_text(read.found.text)
    return AcceptanceForm(read.recordable, stands=text | stands, prefix="acceptance-", **more)


def _support_form(case: Case, key: str, **more: Any) -> SupportForm:
    """The form with the answer as it is."""
    form = SupportForm(prefix=f"{key}-", **more)
    if not form.is_submitted() or more:
        found = [action for action in actions_of(plan_versions.stored_draft(db(), case.id).draft) if action.key == key]
        if not found:
            raise Unknown
        form.fill(found[0])
    return form


def _answers_request(case: Case, action: Action) -> bool:
    own = case.visitor.participant_id in action.who
    return case.may(Activity.ANSWER_SUPPORT) and (own or Role.COORDINATOR in case.roles)


def _page(case: Case, sent: SubmittedForm | None = None) -> ResponseReturnValue:
    session, read = db(), AgreementFacts(case)
    people, found = read.people, read.found
    closed = case.phase is Phase.CLOSED
    agreed = closed or case.phase is Phase.EVALUATION
    in_force = plan_versions.version_read(session, case, case.plan_number) if agreed else None
    whole = case.sees(CasePart.PLAN) is not None
    # Of a version that is still a draft, others see only the requests to themselves.
    shows_draft = plan_versions.reads_next(session, case) and not (closed and in_force)
    text, draft = found.text, found.draft
    if in_force is not None and whole and not shows_draft:
        text, draft = in_force.text, from_json(in_force.content)
    asking = draft if closed else found.draft
    of_draft = text == found.text
    answers = read.answers if of_draft else plan_answers.answers(session, case.id, case.presentation, text)
    today = local_date(now(), case.timezone)
    unheard = heard(people, draft, {id_: row.answer for id_, row in answers.said.items()}, case.without_conference)
    deciders = read.deciders
    current = tuple(row for row in read.decisions if (row.presentation, row.text) == (case.presentation, text))
    older = in_force if in_force is not None and in_force.text != text else None
    own_text, own_said = _own_said(case) if case.may(Activity.ANSWER_PLAN) else (text, None)
    page = render_template(
        "plans/agreement.html",
        case=case,
        revision=found.revision,
        text=text,
        names={person.id: person.name for person in people},
        parts={person.id: person.part for person in people},
        whole=whole,
        asked=askable(people, draft) if whole else (),
        not_asked={person.id for person in unheard.not_asked},
        sides=unheard.sides,
        differ=VOICE_RULES[VoiceMatter.PLAN].differ,
        said=answers.said,
        own_said=own_said,
        own_back=_own_back(),
        own_older=older is not None and own_text == older.text,
        earlier=answers.earlier if shows_draft else {},
        former=answers.former,
        changed={
            number: text_changes(row.draft, draft)
            for number, row in answers.former.items()
            if number in _texts(answers)
        },
        in_force=in_force,
        older=older,
        older_said=plan_answers.agreements(session, case.id, case.presentation, older.text) if older and whole else (),
        lines=read.lines,
        met=read.met if of_draft else plan_answers.bottom_line_checks(session, case.id, case.presentation, text),
        met_earlier=plan_answers.bottom_line_checks(session, case.id, case.presentation),
        deciding=bool(deciders) if whole else case.visitor.participant_id in {person.id for person in deciders},
        deciders=[person.name for person in deciders],
        decisions=read.decisions,
        accepted=plan_answers.is_accepted(current),
        requests=[
            (number_of(asking, action.key), action)
            for action in actions_of(asking)
            if action.kind is ActionKind.PROFESSIONAL
            and (shows_draft or (closed and whole) or _answers_request(case, action))
        ],
        forms=_forms(read, answers, sent, in_force=in_force is not None and in_force.text == found.text),
        sent=sent,
        rhythms=rhythms(),
        today=today,
    )
    return (page, sent.status) if sent else page


def _texts(answers: plan_answers.Answers) -> set[int]:
    return {row.text for row in answers.earlier.values()}


def _forms(
    read: AgreementFacts, answers: plan_answers.Answers, sent: SubmittedForm | None, in_force: bool
) -> dict[str, PlainForm]:
    """The forms that the visitor can use, by their place on the page; `sent` as it was sent.

    `answers`: to the text that the page shows; `in_force`: the draft is the text that was agreed last.
    """
    forms: dict[str, PlainForm] = {}
    empty = {"formdata": None}
    case, found, asked = read.case, read.found, read.askable
    open_ = [person for person in asked if person.id not in answers.said]
    if case.may(Activity.RECORD_AGREEMENT) and (Role.COORDINATOR in case.roles or not in_force):
        if open_:
            stands = _shown_text(found.text)
            forms["everybody"] = EverybodyForm(
                open_, away=_away(case, open_), stands=stands, prefix="everybody-", **empty
            )
        if answers.earlier.keys() & {person.id for person in asked}:
            forms["again"] = _again_form(read, **empty)
        if asked:
            forms["person"] = _agreement_form(read, **empty)
    if case.may(Activity.CHECK_PLAN):
        for line in read.lines:
            forms[f"bottom-line-{line.id}"] = _check_form(line.id, read, **empty)
    if case.may(Activity.ANSWER_PLAN) and case.visitor.participant_id in {person.id for person in asked}:
        forms["own"] = own_answer_form(case, **empty)
    # at the presentation, and about a new version of the plan
    if case.may(Activity.DECIDE_ACCEPTANCE) and not in_force and read.recordable:
        forms["acceptance"] = _acceptance_form(read, **empty)
    for action in actions_of(found.draft):
        if action.kind is ActionKind.PROFESSIONAL and _answers_request(case, action):
            form = SupportForm(prefix=f"{action.key}-", **empty)
            form.fill(action)
            forms[action.key] = form
    if sent:
        forms[sent.place] = sent.form
    return forms
