"""The import contracts of pyproject.toml: each is kept, and each detects a violation planted in a copy of the code."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import EKC, ROOT

#: For each contract, a module and a line that breaks it there.
PLANTED = {
    "house": ("accounts/models.py", "import ekc.evaluations.models"),
    "feature": ("conferences/models.py", "import ekc.conferences.access"),
    "pure": ("workflow/guards/plan.py", "import sqlalchemy"),
    "paper": ("plans/document.py", "import weasyprint"),
    "below": ("signin/queries.py", "from flask import session"),
    "asking": ("links/views.py", "from sqlalchemy import select"),
}


def contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]]


def lint(folder: Path, *contract: str) -> subprocess.CompletedProcess[str]:
    only = [argument for name in contract for argument in ("--contract", name)]
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", *only],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "config.py"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(EKC, tmp_path / "ekc", ignore=shutil.ignore_patterns("static", "fonts", "translations", "*.pyc"))
    return tmp_path


def test_all_contracts_are_kept() -> None:
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


def test_a_violation_is_known_for_every_contract() -> None:
    assert sorted(PLANTED) == sorted(contracts())


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_violation_is_seen(copy: Path, contract: str) -> None:
    module, line = PLANTED[contract]
    with (copy / "ekc" / module).open("a") as file:
        file.write(f"\n{line}\n")

    result = lint(copy, contract)

    assert (result.returncode, "1 broken" in result.stdout) == (1, True), result.stdout


@pytest.mark.parametrize("module", ["ekc/stray.py", "ekc/signin/stray.py"])
def test_a_file_without_a_floor_is_seen(copy: Path, module: str) -> None:
    (copy / module).write_text('"""Belongs nowhere."""\n')

    result = lint(copy, "house" if module == "ekc/stray.py" else "feature")

    assert (result.returncode, "stray" in result.stdout) == (1, True), result.stdout
