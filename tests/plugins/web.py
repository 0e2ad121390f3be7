"""Fixtures for the app under test: settings, clock, Flask app and test client.

There is one app for each worker and database, because creating one takes longer than most tests; all workers share the
compiled templates. Imports are inside the fixtures, so that tests of pure code start without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.clock import START, FrozenClock

if TYPE_CHECKING:
    from flask import Flask
    from jinja2 import BytecodeCache

    from config import Settings
    from ekc.core.routes import Runtime
    from tests.client import PageClient
    from tests.database import Database

MakeApp = Callable[..., "Flask"]


@pytest.fixture(scope="session")
def _worker_clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def clock(_worker_clock: FrozenClock) -> FrozenClock:
    """The clock of the app, which stands at `START` until a test moves it."""
    _worker_clock.set(START)
    return _worker_clock


@pytest.fixture(scope="session")
def settings(database: Database, _worker_clock: FrozenClock, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the app: fixed keys, and the lowest cost for hashing passwords."""
    from config import Settings, load_mail
    from tests.database import CONTENT_KEY, INDEX_KEY

    return Settings(
        database_url=database.url,
        secret_key="signs cookies and links in tests only",
        content_keys=(CONTENT_KEY,),
        index_key=INDEX_KEY,
        instance=tmp_path_factory.mktemp("instance"),
        secure_cookies=False,
        base_url="http://localhost",
        password_cost=(1, 8, 1),
        refusals_an_hour=100_000,  # tests try everything
        mail=load_mail("smtp://localhost", "Own Plan <plan@example.org>"),  # not contacted unless a test sends mails
        clock=_worker_clock,
    )


@pytest.fixture(scope="session")
def _templates(run_folder: Path) -> BytecodeCache:
    from jinja2 import FileSystemBytecodeCache

    folder = run_folder / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture(scope="session")
def make_app(database: Database, settings: Settings, _templates: BytecodeCache, pages_folder: Path) -> MakeApp:
    """Makes an app on the test's database with other settings: `make_app(registrations_an_hour=1)`."""
    from tests.nu import Kept

    kept = Kept(pages_folder)

    def make(**changes: Any) -> Flask:
        from ekc.app import create_app
        from tests.client import PageClient
        from tests.compiled import NoSuchAttribute

        app: Flask = create_app(replace(settings, **changes))
        app.testing = True
        app.test_client_class = PageClient
        app.jinja_env.bytecode_cache = _templates
        app.jinja_env.undefined = NoSuchAttribute
        _keep_faults(app)
        app.extensions["kept_pages"] = kept
        runtime: Runtime = app.extensions["ekc"]
        database.engines.append(runtime.sessions.kw["bind"])
        return app

    return make


def _keep_faults(app: Flask) -> None:
    """Keep unexpected errors for the test client, because the error page hides them."""
    handlers = app.error_handler_spec[None][None]
    answer = handlers.get(Exception)

    def keep(fault: Exception) -> Any:
        app.extensions["fault"] = fault
        if answer is None:
            raise fault
        return answer(fault)

    handlers[Exception] = keep


@pytest.fixture(scope="session")
def _worker_app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture(scope="session")
def demo_app(make_app: MakeApp) -> Flask:
    """The app of the demonstration, whatever its database holds."""
    return make_app(demo=True)


@pytest.fixture
def app(_worker_app: Flask, _fresh: None, clock: FrozenClock) -> Flask:
    """The app, on a fresh database, with nobody signed in and no try counted yet."""
    return _worker_app


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A test client for one person. A second person is `someone()`."""
    return _new_client(app)


@pytest.fixture
def someone(app: Flask) -> Callable[[], PageClient]:
    """Another person in another browser, each time it is called."""
    return lambda: _new_client(app)


def _new_client(app: Flask) -> PageClient:
    from tests.client import PageClient

    made = app.test_client()
    assert isinstance(made, PageClient)
    return made


@pytest.fixture
def request_context(app: Flask) -> Iterator[None]:
    """For what cannot be called outside a request: translation, url_for."""
    with app.test_request_context():
        yield
