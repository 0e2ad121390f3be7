"""What is imported only when it is used: a web process and a command start without it."""

import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

#: Libraries of what few requests do.
LATE = (
    "OpenSSL",
    "alembic",
    "authlib",
    "cbor2",
    "email_validator",
    "icalendar",
    "joserfc",
    "pyuca",
    "requests",
    "weasyprint",
    "webauthn",
    "zxcvbn",
)
#: Our own that no page needs: what makes the demonstration.
OF_COMMANDS = ("ekc.demo.world", "ekc.demo.case_schema", "ekc.demo.player")


@pytest.mark.processes
@pytest.mark.parametrize(("module", "late"), [("ekc.app", (*LATE, *OF_COMMANDS)), ("ekc.cli", LATE)])
def test_what_few_use_is_loaded_late(module: str, late: tuple[str, ...]) -> None:
    told = f"import {module}, sys; print(*[name for name in {late} if name in sys.modules])"

    result = subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=True, capture_output=True, text=True)

    assert result.stdout.split() == []
