"""Stored drafts, snapshots and issued PDFs stay readable, and equal plans are stored as equal bytes.

The files in `stored/` were written by the first release that stored plans; they never change.
"""

import io
import json
from datetime import date, datetime
from pathlib import Path

import pikepdf
import pytest

from ekc.core.crypto import SealedJSON
from ekc.core.documents import document_pdf
from ekc.plans import document, draft
from ekc.plans.document import (
    PLAN,
    PlanDocument,
    PrintedAcceptance,
    PrintedAction,
    PrintedAgreement,
    PrintedBottomLine,
    PrintedEvaluation,
    PrintedGoal,
    PrintedWhatIf,
)
from ekc.plans.draft import Action, Draft, EvaluationPlan, Goal, WhatIf
from ekc.workflow.vocabulary import ActionKind, Every, SupportAnswer
from tests.plans.printed import EMPTY

STORED = Path(__file__).parent / "stored"

FULL_DRAFT = Draft(
    goals=(
        Goal(
            key="g1",
            text='Wim is "safe" at night.\r\nŁukasz & Ґудзь 🙂 \u2028 فاطمة',
            actions=(
                Action(
                    key="a3",
                    what="Fits rails",
                    who=(12, 7),
                    by=date(2026, 3, 20),
                    kind=ActionKind.PROFESSIONAL,
                    answer=SupportAnswer.DECLINED,
                    answer_words="not on Mondays",
                ),
                Action(key="a4", what="", who=(), starts=date(2028, 2, 29), every=Every.WHEN_NEEDED),
                Action(key="a10", what="Rings", who=(1,), every=Every.SCHOOLDAY, kind=ActionKind.NETWORK),
                Action(key="a11", what="Asks", kind=ActionKind.PROFESSIONAL, answer=SupportAnswer.PENDING),
            ),
        ),
        Goal(key="g2", text=""),
    ),
    what_ifs=(
        WhatIf(key="w5", if_="Joan is ill", then="Peter moves in", who=(4, 5)),
        WhatIf(key="w6", if_="Another thing"),
    ),
    monitor=7,
    evaluation=EvaluationPlan(
        at=datetime(2026, 10, 10, 14, 5, 30, 250),  # noqa: DTZ001 - local, as people agree it
        place="bij Kees thuis",
        convenor=1,
        others=(3, 2),
    ),
    last_key=11,
)

FULL_DOCUMENT = PlanDocument(
    number="EKC-2026-0007",
    title='Familie "De Wit" - El Amrani 🙂',
    language="nl",
    municipality="'s-Gravenhage",
    question="Hoe?\r\nŁukasz & Ґудзь \u2028 فاطمة",
    conference_on=date(2026, 4, 18),
    place="",
    version=12,
    version_on=date(2028, 2, 29),
    goals=(
        PrintedGoal("", ()),
        PrintedGoal(
            "Marieke slaapt weer.",
            (
                PrintedAction(
                    "2.1",
                    ("Priya Nair", "Ibrahim Yıldız"),
                    "Plant de behandeling",
                    "professional",
                    by=date(2026, 7, 24),
                    answer="agreed",
                    answer_words="kamer geboekt",
                ),
                PrintedAction("2.2", (), "", "network", starts=date(2026, 5, 4), every="when_needed"),
                PrintedAction("2.10", ("Omar",), "Belt", "family", every="schoolday"),
            ),
        ),
    ),
    what_ifs=(PrintedWhatIf("Het gaat slecht", "Yara belt Linda", ("Yara El Amrani", "Linda de Wit")),),
    monitor="Omar El Amrani",
    evaluation=PrintedEvaluation(
        datetime(2026, 10, 10, 14, 5),  # noqa: DTZ001 - local, as people agree it
        "bij Kees thuis",
        "Tante Amina",
        ("Karim Jansen",),
    ),
    bottom_lines=(
        PrintedBottomLine("Elke nacht is er een volwassene.", met=True),
        PrintedBottomLine("Daan gaat naar school.", met=False),
        PrintedBottomLine("Niemand komt op foto's.", met=None),
    ),
    acceptance=PrintedAcceptance("Joyce Lim", "Jeugdbescherming", date(2026, 7, 12)),
    agreed=(PrintedAgreement("Daan El Amrani", "zijn deel, in een tekening"),),
    changes=("Fatima slaapt nu drie nachten bij Marieke.",),
)


@pytest.mark.parametrize(("name", "plan"), [("draft-full", FULL_DRAFT), ("draft-new", Draft())])
def test_a_stored_draft(name: str, plan: Draft) -> None:
    stored = (STORED / f"{name}.json").read_bytes()

    read = draft.from_json(json.loads(stored))
    assert (read, repr(read)) == (plan, repr(plan))  # a text equals the enum member of that value; its repr does not
    assert draft.to_json(plan) == json.loads(stored)  # plain values only, no types of ours
    assert SealedJSON("plan_draft.content").encode(draft.to_json(plan)) == stored


@pytest.mark.parametrize(("name", "plan"), [("document-full", FULL_DOCUMENT), ("document-least", EMPTY)])
def test_a_stored_document(name: str, plan: PlanDocument) -> None:
    stored = (STORED / f"{name}.json").read_bytes()

    read = document.from_json(stored)
    assert (read, repr(read)) == (plan, repr(plan))
    assert document.to_json(plan) == stored
    assert SealedJSON("plan_version.snapshot").encode(json.loads(stored)) == stored


@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")  # left open by WeasyPrint 70
def test_a_pdf_carries_the_stored_bytes() -> None:
    with pikepdf.open(io.BytesIO(document_pdf(PLAN, FULL_DOCUMENT))) as pdf:
        attached = pdf.attachments["plan.json"].get_file().read_bytes()

    assert attached == (STORED / "document-full.json").read_bytes()
