"""OpenID Connect providers as separate processes, and the redirects to them and back."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from urllib.parse import urlsplit

import requests

from config import Provider
from tests.client import PageClient
from tests.page import Page

SECRET = "a secret of two"
SECONDS = 10


@contextmanager
def process(*command: str) -> Iterator[str]:
    """Run a program; yields the address from the first line of its output that has one."""
    program = [sys.executable, "-m", *command]
    quiet = {**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=quiet) as running:
        try:
            yield _address(running.stdout)
        finally:
            running.terminate()


def _address(said: IO[str] | None) -> str:
    lines = []
    for line in said or ():
        lines.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError("it did not start:\n" + "".join(lines))


def known_to(*people: dict[str, object]) -> list[str]:
    """The mock's configuration of users."""
    return [word for person in people for word in ("--user-claims", json.dumps(person))]


def provider(key: str, issuer: str, **more: object) -> Provider:
    """A provider in our settings."""
    settings: dict[str, object] = {
        "key": key,
        "name": key.capitalize(),
        "issuer": issuer,
        "client_id": "ekc",
        "client_secret": SECRET,
        "domains": ("example.org",),
    }
    return Provider(**{**settings, **more})  # type: ignore[arg-type]


def set_out(client: PageClient, key: str, target: str = "") -> str:
    """Leave for a provider; the address at which one arrives there."""
    answer = client.get(f"/sign-in/at/{key}" + (f"?next={target}" if target else ""))
    assert answer.status_code == 302, answer.text
    return answer.location


def sign_in_there(address: str, **typed: str) -> str:
    """Type something at the mock; the path with which one comes back."""
    answer = requests.post(address, typed, allow_redirects=False, timeout=SECONDS)
    return _way_back(answer)


def pass_through(address: str, fault: str = "", **claims: object) -> str:
    """Go through the odd provider; the path with which one comes back."""
    wanted = {"fault": fault, "claims": json.dumps(claims)}
    return _way_back(requests.get(address, wanted, allow_redirects=False, timeout=SECONDS))


def _way_back(answer: requests.Response) -> str:
    assert answer.is_redirect, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert parts.netloc == "localhost", "only to our own address, whatever it was reached by"
    return f"{parts.path}?{parts.query}"


def come_back(client: PageClient, path: str, status: int = 200) -> Page:
    """Arrive at us again."""
    return client.page(path, status=status)
