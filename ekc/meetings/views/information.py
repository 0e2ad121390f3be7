"""The page of the information phase: information given, and questions with answers."""

from typing import TypeVar

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries.circle import PersonRow, circle
from ekc.core.errors import Unknown
from ekc.core.form_numbers import adds
from ekc.core.language import gettext
from ekc.core.routes import db, edits, moves
from ekc.meetings import queries
from ekc.meetings.actions import information as information_actions
from ekc.meetings.forms.meeting import BY_FAMILY, InformationForm, QuestionForm, ReadingForm
from ekc.meetings.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity, CasePart, InformationKind

_ADDRESS = "/conferences/<int:conference_id>/information"
Form = TypeVar("Form", InformationForm, QuestionForm, ReadingForm)
_NEW_ITEM, _NEW_QUESTION = "told", "asked"  # prefixes: one page holds many forms


@bp.get(_ADDRESS)
@case_route(Activity.SEE_HISTORY)
def information(case: Case) -> ResponseReturnValue:
    """Information and questions, and the kinds of information still missing."""
    return _page(case)


@bp.post(f"{_ADDRESS}/items")
@case_route(Activity.RECORD_INFORMATION)
@adds()
def tell(case: Case) -> ResponseReturnValue:
    """Record information."""
    form = InformationForm(circle(db(), case.id), prefix=_NEW_ITEM)
    if not form.validate_on_submit():
        return _page(case, form), 422
    item_id = information_actions.add_information(by(), case.id, form.to_information())
    return _back(case, f"item-{item_id}")


@bp.post(f"{_ADDRESS}/items/<int:item_id>")
@case_route(Activity.RECORD_INFORMATION)
@edits
def change_told(case: Case, item_id: int) -> ResponseReturnValue:
    """Change recorded information."""
    form = InformationForm(circle(db(), case.id), prefix=f"item-{item_id}")
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _item_form_of(case, item_id))
            information_actions.change_information(by(unchanged), case.id, item_id, form.to_information())
            flash(gettext("Saved."), "success")
            return _back(case, f"item-{item_id}")
    return _page(case, form), form.status


@bp.post(f"{_ADDRESS}/items/<int:item_id>/remove")
@case_route(Activity.RECORD_INFORMATION)
@moves
def remove_told(case: Case, item_id: int) -> ResponseReturnValue:
    """Delete recorded information."""
    information_actions.remove_information(by(), case.id, item_id)
    flash(gettext("Taken out."), "success")
    return _back(case, "items")


@bp.post(f"{_ADDRESS}/questions")
@case_route(Activity.RECORD_INFORMATION)
@adds()
def ask(case: Case) -> ResponseReturnValue:
    """Record a question."""
    form = QuestionForm(circle(db(), case.id), prefix=_NEW_QUESTION)
    if not form.validate_on_submit():
        return _page(case, form), 422
    question_id = information_actions.add_question(by(), case.id, form.to_question())
    return _back(case, f"question-{question_id}")


@bp.post(f"{_ADDRESS}/questions/<int:question_id>")
@case_route(Activity.RECORD_INFORMATION)
@edits
def change_question(case: Case, question_id: int) -> ResponseReturnValue:
    """Answer a question, or change its text."""
    form = QuestionForm(circle(db(), case.id), prefix=f"question-{question_id}")
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _question_form_of(case, question_id))
            information_actions.change_question(by(unchanged), case.id, question_id, form.to_question())
            flash(gettext("Saved."), "success")
            return _back(case, f"question-{question_id}")
    return _page(case, form), form.status


@bp.post(f"{_ADDRESS}/questions/<int:question_id>/remove")
@case_route(Activity.RECORD_INFORMATION)
@moves
def remove_question(case: Case, question_id: int) -> ResponseReturnValue:
    """Delete a question."""
    information_actions.remove_question(by(), case.id, question_id)
    flash(gettext("Taken out."), "success")
    return _back(case, "questions")


@bp.post(f"{_ADDRESS}/letters/<int:participant_id>/read")
@case_route(Activity.RECORD_INFORMATION)
@adds()
def read_out(case: Case, participant_id: int) -> ResponseReturnValue:
    """Note that what somebody who is not there had to say was read out, and by whom."""
    form = ReadingForm(circle(db(), case.id), prefix=f"letter-{participant_id}")
    if form.validate_on_submit():
        with form.showing_refusal():
            information_actions.read_out(by(), case.id, participant_id, form.by.data or None)
            return _back(case, "letters")
    return _page(case, form), form.status


@bp.post("/conferences/<int:conference_id>/said/<int:participant_id>/read")
@case_route(Activity.SEE_VIEWS)
@moves
def read_out_in_private_time(case: Case, participant_id: int) -> ResponseReturnValue:
    """The visitor notes in private time that they read it out."""
    information_actions.read_out_in_private_time(by(), case.id, participant_id)
    return redirect(url_for("journey.own_page", conference_id=case.id, _anchor="said"), 303)


@bp.post(f"{_ADDRESS}/readings/<int:reading_id>/remove")
@case_route(Activity.RECORD_INFORMATION)
@moves
def not_read_out(case: Case, reading_id: int) -> ResponseReturnValue:
    """Take out that something was read out."""
    information_actions.not_read_out(by(), case.id, reading_id)
    flash(gettext("Taken out."), "success")
    return _back(case, "letters")


def _back(case: Case, anchor: str) -> ResponseReturnValue:
    return redirect(url_for("meetings.information", conference_id=case.id, _anchor=anchor), 303)


def _page(case: Case, sent: InformationForm | QuestionForm | ReadingForm | None = None) -> str:
    """The page; a form that is given was rejected and is shown again."""
    people = circle(db(), case.id)
    recorded = [
        (meeting, queries.information_items(db(), meeting.id), queries.questions(db(), meeting.id))
        for meeting in queries.meetings(db(), case.id)
    ]
    current, items, questions = recorded.pop() if recorded else (None, (), ())
    still_open = [
        question
        for meeting, _items, asked in recorded
        for question in asked
        if current is not None and meeting.round == current.round and question.answer is None
    ]
    questions = (*still_open, *questions)
    earlier = [
        (meeting, told, [question for question in asked if question not in still_open])
        for meeting, told, asked in recorded
    ]
    letters = queries.letters(db(), case.id, case.round) if case.sees(CasePart.VIEWS) else ()
    told_now = {item.kind for item in items}
    told_before = {
        item.kind: meeting
        for meeting, told, _asked in recorded
        if current is not None and meeting.round == current.round
        for item in told
        if item.kind not in told_now
    }

    def again(form: Form) -> Form:
        return sent if isinstance(sent, type(form)) and sent._prefix == form._prefix else form

    return render_template(
        "meetings/information.html",
        case=case,
        earlier=[row for row in earlier if row[1] or row[2]],
        names={person.id: person.label for person in people},
        missing_kinds=[kind for kind in InformationKind if kind not in told_now | told_before.keys()],
        told_before=told_before,
        unanswered=sum(not question.answer for question in questions),
        items=[(item, again(_item_form(people, item))) for item in items],
        questions=[(row, again(_question_form(people, row))) for row in questions],
        letters=[
            (row, again(ReadingForm(people, formdata=None, prefix=f"letter-{row.participant_id}"))) for row in letters
        ],
        may_change=case.may(Activity.RECORD_INFORMATION),
        sent=sent,
        item_form=again(InformationForm(people, formdata=None, prefix=_NEW_ITEM)),
        question_form=again(QuestionForm(people, formdata=None, prefix=_NEW_QUESTION)),
    )


def _item_form(people: tuple[PersonRow, ...], row: queries.InformationRow) -> InformationForm:
    shown = {"by": row.participant_id or 0, "kind": row.kind, "text": row.text}
    return InformationForm(people, formdata=None, prefix=f"item-{row.id}", data=shown)


def _question_form(people: tuple[PersonRow, ...], row: queries.QuestionRow) -> QuestionForm:
    shown = {"by": row.participant_id or BY_FAMILY, "text": row.text, "answer": row.answer}
    return QuestionForm(people, formdata=None, prefix=f"question-{row.id}", data=shown)


def _item_form_of(case: Case, item_id: int) -> InformationForm:
    """The form of an item as it is now. Raises Unknown."""
    meeting = queries.current_meeting(db(), case.id)
    for row in queries.information_items(db(), meeting.id) if meeting else ():
        if row.id == item_id:
            return _item_form(circle(db(), case.id), row)
    raise Unknown


def _question_form_of(case: Case, question_id: int) -> QuestionForm:
    """The form of a question as it is now. Raises Unknown."""
    rows = (row for meeting in queries.meetings(db(), case.id) for row in queries.questions(db(), meeting.id))
    row = next((row for row in rows if row.id == question_id), None)
    if row is None:
        raise Unknown
    return _question_form(circle(db(), case.id), row)
