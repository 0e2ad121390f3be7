"""The paper of a plan as somebody downloads it, and the values it carries inside."""

import io
import json
from typing import Any

import pikepdf
import pytest

from tests.client import PageClient

#: The printer leaves a colour profile of its own open.
PRINTER = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")


def download(client: PageClient, url: str) -> bytes:
    """The bytes of a PDF."""
    answer = client.get(url)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    paper: bytes = answer.data
    return paper


def values_of(paper: bytes) -> dict[str, Any]:
    """What is attached to it as plan.json."""
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert list(pdf.attachments) == ["plan.json"]
        values: dict[str, Any] = json.loads(pdf.attachments["plan.json"].get_file().read_bytes())
    return values
