"""Loads the plugins in `tests/plugins/`, which provide databases, people, the app, a clock and a browser."""

import gc

import pytest

gc.disable()  # until all is loaded, which stays: looking through it would be a third of collecting

pytest.register_assert_rewrite("tests.client", "tests.form", "tests.page", "tests.look")

pytest_plugins = (
    "tests.plugins.lanes",
    "tests.plugins.network",
    "tests.plugins.postgresql",
    "tests.plugins.databases",
    "tests.plugins.statements",
    "tests.plugins.nu",
    "tests.plugins.reasons",
    "tests.plugins.web",
    "tests.plugins.browser",
)


def pytest_collection_finish() -> None:
    """Look for garbage rarely, and not among what is loaded: looking through that takes a tenth of the time."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 100)
