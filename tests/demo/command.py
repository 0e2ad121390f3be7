"""Running commands on a fresh database, and writing a case file for them."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ekc.cli import main
from ekc.demo.casefile import CASES
from tests.database import CONTENT_KEY, INDEX_KEY
from tests.stages import stage


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


Run = Callable[..., Result]


def write_keys(path: Path, *content_keys: bytes, index_key: bytes = INDEX_KEY) -> None:
    path.write_text(
        json.dumps(
            {
                "secret_key": "signs cookies and links in tests only",
                "content_keys": [b64encode(key).decode() for key in content_keys],
                "index_key": b64encode(index_key).decode(),
            }
        )
    )


def runner(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command on this database, with the keys of the tests."""
    write_keys(tmp_path / "keys.json", CONTENT_KEY)
    monkeypatch.setenv("EKC_INSTANCE", str(tmp_path))
    monkeypatch.setenv("EKC_DATABASE_URL", database_url)
    monkeypatch.delenv("EKC_DEMO", raising=False)
    monkeypatch.delenv("EKC_KEYS", raising=False)

    def command(*arguments: str) -> Result:
        capsys.readouterr()
        status = main(arguments)
        captured = capsys.readouterr()
        return Result(status, captured.out, captured.err)

    return command


def load_case(session: Session, run: Run, path: Path) -> None:
    """Enter a case file in the region North, once for all tests whose database holds the same before."""

    @stage
    def loaded(_session: Session, _file: str) -> None:
        assert run("load-case", str(path), "--region", "North").status == 0

    loaded(session, path.read_text())


def write_case(tmp_path: Path) -> Path:
    """A case file that the test can change."""
    path = tmp_path / "case.toml"
    path.write_text((CASES / "de-wit.toml").read_text())
    return path
