"""The history of a case."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries import traces as trace_queries
from ekc.conferences.queries.mails import sent_mails
from ekc.conferences.queries.members import with_former
from ekc.conferences.queries.names import names as names_of
from ekc.conferences.queries.voices import voices
from ekc.core.routes import db
from ekc.journey.notices import owed_so_far
from ekc.journey.queries import corrections as correction_queries
from ekc.journey.queries import steps as step_queries
from ekc.journey.queries.corrections import CorrectionRow
from ekc.journey.queries.notices import notices
from ekc.journey.queries.steps import ChangeRow
from ekc.journey.views.blueprint import bp
from ekc.workflow.engine import STEP_RULES
from ekc.workflow.vocabulary import Activity


@bp.get("/conferences/<int:conference_id>/history")
@case_route(Activity.SEE_HISTORY)
def history(case: Case) -> ResponseReturnValue:
    """The steps taken, corrections of the registration and changes that people had to hear, newest first."""
    steps, corrections = step_queries.history(db(), case.id), correction_queries.corrections(db(), case.id)
    changes: list[ChangeRow | CorrectionRow] = [*steps, *corrections]
    traces = trace_queries.traces(db(), case.id)
    changes.sort(key=lambda change: change.at, reverse=True)
    return render_template(
        "journey/history.html",
        case=case,
        changes=changes,
        corrections=corrections,
        rules=STEP_RULES,
        names=names_of(db(), case.id) if corrections else {},
        here={row.id: row.name for row in with_former(db(), case.id)} if traces else {},
        notices=notices(db(), case.id)[::-1],
        owed={one.notice.id: one for one in owed_so_far(db(), case.id)},
        traces=traces[::-1],
        mails=sent_mails(db(), case.id),
        spoken=[row for row in voices(db(), case.id) if row.spoken][::-1] if traces else [],
    )
