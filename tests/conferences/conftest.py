"""What the tests of a case begin with."""

import pytest
from sqlalchemy.orm import Session

from tests.build import Made, case_in_setup
from tests.cast import Cast
from tests.clock import START


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return case_in_setup(db_session, cast, START)
