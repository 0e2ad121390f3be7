"""The command that enters a case file: all of the case, or an error and nothing."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.core.db import make_sessions
from ekc.core.jobs import Job
from ekc.core.outbox import OutboxMessage
from tests.cast import Cast
from tests.demo.command import Result, Run, runner, write_case


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(database_url, tmp_path, monkeypatch, capsys)


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    return write_case(tmp_path)


def test_a_case_file_is_entered(run: Run, cast: Cast, case_file: Path, engine: Engine) -> None:
    result = run("load-case", str(case_file), "--region", "North")

    assert result == Result(0, "Familie De Wit - El Amrani is entered as EKC-2026-0001.\n", "")
    with make_sessions(engine)() as session:
        assert session.scalars(select(Conference.coordinator_id)).all() == [cast.noor.account_id]
        assert session.scalars(select(OutboxMessage.key)).all() == []  # what happened long ago is told to nobody
        assert session.scalars(select(Job.kind)).all() == []


@pytest.mark.parametrize(
    ("arguments", "change", "sentence"),
    [
        (["--region", "West"], ("", ""), "There is no region West. Add it with: bin/ekc add-region"),
        (
            ["--region", "South", "--coordinator", "iris@example.org"],
            ("", ""),
            "The region South has no regional manager, who asks the coordinator. Open an account first.",
        ),
        (
            ["--region", "North", "--coordinator", "iris@example.org"],
            ("", ""),
            "There is no coordinator with the address iris@example.org in the region North. Open an account first.",
        ),
        (
            ["--region", "North"],
            ("title =", "titel ="),
            "case.toml, titel: this key is not known here. Take it out, or use one of: title, variant, profile, "
            "language, timezone, legal_context, municipality, topics, question, sides, registration, coordinator, "
            "people, setup, information, private_time, plan, evaluation, costs.",
        ),
        (
            ["--region", "North"],
            ("on = 2026-07-11", "on = 2126-07-11"),
            "The file tells of 2126-07-11, which is still to come. Correct that day.",
        ),
        (
            ["--region", "North"],
            ("bottom_lines_met = [true, true]", "bottom_lines_met = [true, false]"),
            "The step 'Agree the plan' cannot be taken: Bottom line 2 is not met by this plan.",
        ),
    ],
)
def test_a_case_that_cannot_be_entered_leaves_nothing(
    run: Run,
    cast: Cast,
    case_file: Path,
    db_session: Session,
    arguments: list[str],
    change: tuple[str, str],
    sentence: str,
) -> None:
    case_file.write_text(case_file.read_text().replace(*change) if change[0] else case_file.read_text())

    result = run("load-case", str(case_file), *arguments)

    assert result == Result(1, "", f"{sentence}\n")
    assert db_session.scalars(select(Conference.id)).all() == []
