"""Whatever a page shows can be opened: no link and no form leads a person who sees it to a refusal.

For family conferences `tests/test_access_matrix.py` asks the same of each address. What differs in the others: words,
consents and sides.
"""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

import ekc
from ekc.workflow.vocabulary import Phase, Variant
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.security.what_is_shown import KNOW_NO_VARIANT, refused, shown_to
from tests.test_access_matrix import Judge, make_world


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("variant", [variant for variant in Variant if variant is not Variant.FAMILY])
def test_whatever_is_shown_opens(
    variant: Variant, phase: Phase, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    comers, judge = make_world(app, db_session, cast, phase, variant=variant)[phase], Judge(db_session)
    found = {comer.label: refused(app, comer, judge.verdict) for comer in shown_to(comers)}
    assert {label: what for label, what in found.items() if what} == {}


def test_pages_that_are_the_same_in_all_variants_know_none() -> None:
    top = Path(ekc.__file__).parent.parent
    folders = [top / kind / name for name in KNOW_NO_VARIANT for kind in ("ekc", "templates")]
    files = [file for folder in folders for file in folder.rglob("*.*") if file.suffix in {".py", ".html"}]
    assert len(files) > 50
    assert [str(file) for file in files if "variant" in file.read_text().replace("data-variant", "")] == []
