"""What every test may ask for: fresh databases, the app, its clock and pages, a browser. See `tests/plugins/`, `tests/cast.py`."""

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
