"""The forms about a wish, each with what stood there when it was shown."""

from typing import Any

from ekc.conferences.access import Case
from ekc.conferences.queries.concerns import concerns
from ekc.conferences.queries.names import names as names_of
from ekc.conferences.queries.voices import VoiceRow, voices
from ekc.core.forms import Standing
from ekc.core.language import gettext, moment
from ekc.core.routes import db
from ekc.journey.forms import AskOthersForm, GoOnForm, NotedForm, SpokenForm
from ekc.workflow.vocabulary import Agreed, VoiceMatter


def go_on_form(case: Case, matter: VoiceMatter, **more: Any) -> GoOnForm:
    """Whose yes to the step is taken back."""
    said = _said(case, matter)
    return GoOnForm({str(id_): _standing(case, row) for id_, row in said.items() if row.answer is Agreed.YES}, **more)


def _said(case: Case, matter: VoiceMatter) -> dict[int, VoiceRow]:
    """What each person said in this round about a step for which somebody wishes."""
    rows = voices(db(), case.id)
    return {row.participant_id: row for row in rows if (row.matter, row.about) == (matter, case.round)}


def _standing(case: Case, row: VoiceRow) -> Standing:
    """What somebody said, in words."""
    said = (
        moment(row.written_at, case.timezone),
        gettext("yes") if row.answer is Agreed.YES else gettext("no"),
        _reason(row),
        row.words,
    )
    what = (row.written_at, row.answer, row.reason_code, row.words)
    return Standing(names_of(db(), case.id)[row.participant_id], ", ".join(filter(None, said)), what)


def spoken_form(case: Case, matter: VoiceMatter, participant_id: int, **more: Any) -> SpokenForm:
    """What was said with somebody about their wish."""
    row = _said(case, matter).get(participant_id)
    stands = {"wish": _standing(case, row)} if row else {}
    if row and row.spoken and row.spoken_at:
        words = f"{moment(row.spoken_at, case.timezone)}, {row.spoken}"
        stands["spoken"] = Standing(gettext("What was said"), words, (row.spoken_at, row.spoken))
    return SpokenForm.of(matter, participant_id, stands, **more)


def ask_form(case: Case, matter: VoiceMatter, participant_id: int, **more: Any) -> AskOthersForm:
    """To ask the other main persons about somebody's wish."""
    row = _said(case, matter).get(participant_id)
    known = ((one.id, one.said_at, one.concern, one.arrangement) for one in concerns(db(), case.id))
    safety = Standing(gettext("Safety"), "", sorted(known))
    return AskOthersForm({"safety": safety} | ({"wish": _standing(case, row)} if row else {}), **more)


def noted_form(case: Case, matter: VoiceMatter, participant_id: int, **more: Any) -> NotedForm:
    """What a main person told staff about the step."""
    row = _said(case, matter).get(participant_id)
    return NotedForm({"said": _standing(case, row)} if row else {}, **more)


def _reason(row: VoiceRow) -> str:
    return gettext(row.reason_code.label) if row.reason_code else ""
