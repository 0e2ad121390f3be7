"""Optional libraries are imported only when they are used."""

import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

LATE = ("authlib", "joserfc", "requests", "webauthn", "OpenSSL", "cbor2")


@pytest.mark.parametrize("module", ["ekc.app", "ekc.cli"])
def test_the_libraries_of_other_ways_in_are_loaded_late(module: str) -> None:
    told = f"import {module}, sys; print(*[name for name in {LATE} if name in sys.modules])"

    result = subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=True, capture_output=True, text=True)

    assert result.stdout.split() == []
