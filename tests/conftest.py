"""Loads the plugins in `tests/plugins/`, which provide databases, people, the app, a clock and a browser."""

import gc

import pytest

pytest.register_assert_rewrite("tests.client", "tests.form", "tests.page", "tests.look")

pytest_plugins = (
    "tests.plugins.lanes",
    "tests.plugins.network",
    "tests.plugins.postgresql",
    "tests.plugins.databases",
    "tests.plugins.statements",
    "tests.plugins.nu",
    "tests.plugins.web",
    "tests.plugins.browser",
)


def pytest_collection_finish() -> None:
    """Look for garbage rarely: what is loaded now stays, and looking through it takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
