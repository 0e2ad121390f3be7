"""The versions of a plan, from the stored snapshot: as a page and as a PDF."""

import json
from dataclasses import replace

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route, paper_route
from ekc.core.clock import local_date
from ekc.core.crypto import keyring_of
from ekc.core.errors import Unknown
from ekc.core.routes import db, now, pdf_response, runtime
from ekc.orders import ordering
from ekc.orders.queries import content as content_of
from ekc.plans import draft
from ekc.plans.actions.documents import issue_document
from ekc.plans.document import PLAN, SAID, PlanDocument, from_json, paper_kind
from ekc.plans.models import PlanVersion
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import numbers as plan_numbers
from ekc.plans.queries import versions as plan_versions
from ekc.plans.queries.answers import SaidSince
from ekc.plans.views.blueprint import bp
from ekc.plans.views.plan import rhythms
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity, Agreed


@bp.get("/versions/<int:number>")
@case_route(Activity.SEE_VERSIONS)
def version(case: Case, number: int) -> ResponseReturnValue:
    """A version as it was agreed."""
    found, document = _version(case, number)
    content, since = draft.from_json(found.content), plan_answers.said_since(db(), found)
    return render_template(
        "plans/version.html",
        case=case,
        plan=document,
        said=SAID,
        agreed_on=found.agreed_on,
        since=since,
        against=_against(content, since),
        numbers=plan_numbers.plan_numbers(db(), case.id, content),
        versions=plan_versions.versions(db(), case.id, case.plans_not_read),
        rhythms=rhythms(),
        today=local_date(now(), case.timezone),
    )


@bp.get("/versions/<int:number>.pdf")
@paper_route(PLAN.activity)
def version_pdf(case: Case, number: int) -> ResponseReturnValue:
    """The PDF of a version: made when it is first asked for, and the same bytes as long as its numbers are right."""
    found, document = _version(case, number)
    document = _with_numbers(case, found, document)
    kind = paper_kind(document, keyring_of(db()))
    paper = plan_versions.issued(db(), found.id, kind)
    if paper is None:
        made = ordering.made(PLAN, case, [document])
        if made is None:
            return ordering.order(PLAN, case, [document])
        paper = issue_document(by(), case.id, number, document.language, content_of(db(), made), kind)
    response = pdf_response(paper.content, PLAN.filename.format(case=case.number, version=number))
    response.set_etag(paper.sha256.hex())
    return response.make_conditional(request)


def _against(plan: draft.Draft, since: tuple[SaidSince, ...]) -> dict[str, list[SaidSince]]:
    """By the number of a task, who of those who do it said no after the agreement."""
    no = {row.participant_id: row for row in since if row.answer is Agreed.NO}
    return {
        draft.number_of(plan, action.key): [no[id_] for id_ in action.who if id_ in no]
        for action in draft.actions(plan)
    }


def _with_numbers(case: Case, found: PlanVersion, document: PlanDocument) -> PlanDocument:
    """With the numbers that may stand in the plan now, and that of the service for whoever shares none."""
    numbers = plan_numbers.plan_numbers(db(), case.id, draft.from_json(found.content))
    monitor = next((one.phone for one in numbers if one.monitors), "")
    convenor = next((one.phone for one in numbers if one.convenes), "")
    service = runtime().settings.contact
    return replace(document, monitor_phone=monitor, convenor_phone=convenor, service=service)


def _version(case: Case, number: int) -> tuple[PlanVersion, PlanDocument]:
    found = plan_versions.version_read(db(), case, number)
    if found is None:
        raise Unknown
    return found, from_json(json.dumps(found.snapshot).encode())
