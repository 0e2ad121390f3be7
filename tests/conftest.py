"""What every test may ask for: `tests/plugins/` has databases, the app, a clock, a browser; `tests/cast.py` people."""

import pytest

pytest.register_assert_rewrite("tests.client", "tests.form", "tests.page", "tests.look")

pytest_plugins = (
    "tests.plugins.network",
    "tests.plugins.postgresql",
    "tests.plugins.databases",
    "tests.plugins.web",
    "tests.plugins.browser",
    "tests.cast",
)
