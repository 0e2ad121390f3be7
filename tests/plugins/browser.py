"""A real browser (Debian's Chromium without its windows, limited to this machine), and a server for it.

Tests that use it are marked `browser` automatically. EKC_PICTURES=folder saves a screenshot of every checked page.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, BrowserType, Page

    from tests.look import Onlooker

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
]
#: Timeout in milliseconds, far more than needed, for slow machines.
PATIENCE = 20_000
SAYS_NO = (
    "Failed to load resource: the server responded with a status of 4",
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
)
NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost"


def launched(chromium: BrowserType, **options: Any) -> Browser:
    """Start a browser."""
    path = shutil.which("chromium-headless-shell")
    assert path, "chromium-headless-shell is not installed; bin/setup --browser installs it"
    return chromium.launch(executable_path=path, chromium_sandbox=False, args=[*FLAGS, NOWHERE_ELSE], **options)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for each worker."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = launched(playwright.chromium)
        yield started
        started.close()


@contextmanager
def served(app: Flask, port: int = 0, tls: bool = False) -> Iterator[str]:
    """The address of an app while it is served on this machine, on a free port; by https with its own certificate."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Silent(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: object) -> None:
            """Nothing: a failing page says enough itself."""

    secured: Literal["adhoc"] | None = "adhoc" if tls else None
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Silent, ssl_context=secured)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def visiting(browser: Browser, address: str, refused: bool = False) -> Iterator[Page]:
    """A page in a new browser context without cookies: `page.goto("/")`.

    Fails at the end if the browser reported a blocked script or style, an error, or a missing file. With `refused`,
    error pages are allowed, and a connection that is not there.
    """
    complaints: list[str] = []
    with closing(browser.new_context(base_url=address, locale="en-GB")) as context:
        context.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
    assert [said for said in complaints if not (refused and said.startswith(SAYS_NO))] == []


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The address of the app of this test, for the browser."""
    with served(app) as address:
        yield address


@pytest.fixture
def visitor(browser: Browser, live_server: str) -> Iterator[Page]:
    """A visitor in a browser. A second person: `with visiting(browser, live_server) as other:`."""
    with visiting(browser, live_server) as page:
        yield page


@pytest.fixture
def onlooker() -> Onlooker:
    """Looks at the page a visitor is on, with all checks: `onlooker.look(visitor, "case page")`."""
    from tests.look import Onlooker

    folder = os.environ.get("EKC_PICTURES")
    return Onlooker(Path(folder) if folder else None)
