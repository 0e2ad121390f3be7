"""Loads the plugins in `tests/plugins/`, which provide databases, people, the app, a clock and a browser."""

import pytest

pytest.register_assert_rewrite("tests.client", "tests.form", "tests.page", "tests.look")

pytest_plugins = (
    "tests.plugins.lanes",
    "tests.plugins.network",
    "tests.plugins.postgresql",
    "tests.plugins.databases",
    "tests.plugins.web",
    "tests.plugins.browser",
)
