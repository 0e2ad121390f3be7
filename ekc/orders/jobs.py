"""Making what was ordered: the work of the two kinds of job."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from ekc.core.codec import STORED
from ekc.core.documents import DocumentRule, document_pdf
from ekc.core.errors import Refusal
from ekc.core.jobs import JobRule, JobRun, NotDone, Rank
from ekc.core.language import WordingOf, in_words
from ekc.orders import actions, queries
from ekc.orders.entries import ExportRule
from ekc.orders.queries import Order
from ekc.workflow.vocabulary import N_

PAPER, EXPORT = "paper", "export"
_PIECE = 2**18  # bytes
#: Seconds between two notes of how far it is.
_PAUSE = 0.4


def order_jobs(
    documents: Iterable[DocumentRule[Any]], exports: Iterable[ExportRule[Any]], words: WordingOf = lambda *_: None
) -> tuple[JobRule, ...]:
    """The rows of the table of jobs that make these documents and exports. `words`: in which a case is told."""
    papers, files = {rule.name: rule for rule in documents}, {rule.name: rule for rule in exports}
    return (
        JobRule(
            name=PAPER,
            title=N_("Print a document"),
            work=lambda run: _make_paper(run, papers, words),
            rank=Rank.AT_ONCE,
            tries=3,
            limit=timedelta(minutes=3),
        ),
        JobRule(
            name=EXPORT,
            title=N_("Make an export"),
            work=lambda run: _make_export(run, files),
            tries=3,
            limit=timedelta(minutes=15),
        ),
    )


def asked_of(rule: DocumentRule[Any], order: Order) -> list[Any]:
    """What was asked of a paper."""
    return [STORED.structure(one, rule.asked or rule.values) for one in order.asked]


def _make_paper(run: JobRun, rules: Mapping[str, DocumentRule[Any]], words: WordingOf) -> None:
    order = queries.order_to_make(run.session, run.subject)
    if order is None or order.is_made:
        return
    rule = rules[order.kind]
    asked = asked_of(rule, order)
    with in_words(words(run.session, order.case) if order.case is not None else None):
        values = [rule.gather(run.session, one, run.at) for one in asked] if rule.gather else asked
        run.session.rollback()  # no transaction stays open while it is laid out
        try:
            paper = document_pdf(rule, *values, laid_out=_now_and_then(run, len(values) if rule.page else 0))
        except Refusal as refusal:
            raise NotDone(type(refusal.__cause__).__name__) from refusal
    pieces = ((paper[start : start + _PIECE], 0) for start in range(0, len(paper), _PIECE))
    actions.store(run.session, order, run.at, pieces, lambda _parts: None)


def _make_export(run: JobRun, rules: Mapping[str, ExportRule[Any]]) -> None:
    order = queries.order_to_make(run.session, run.subject)
    if order is None or order.is_made:
        return
    rule = rules[order.kind]
    (asked,) = (STORED.structure(one, rule.asked) for one in order.asked)
    run.session.rollback()
    actions.store(run.session, order, run.at, rule.pieces(run.session, asked), _now_and_then(run, 0))


def _now_and_then(run: JobRun, parts: int) -> Callable[[int], None]:
    """Notes how far it is, and stops what was cancelled, not at each part but often enough for whoever waits."""
    last, most = 0.0, 0

    def tell(done: int) -> None:
        nonlocal last, most
        most = max(most, done)
        if time.monotonic() - last >= _PAUSE:
            run.tell(most, parts)
            last = time.monotonic()

    return tell
