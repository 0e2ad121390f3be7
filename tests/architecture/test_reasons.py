"""Why a run failed stands among the last lines that it prints (`tests/plugins/reasons.py`, `bin/test`)."""

from tests.plugins.reasons import reasons


def test_reasons_are_few_lines_whatever_failed() -> None:
    tests = [f"tests/test_names.py::test_{number}" for number in range(1000)]
    faults = [f"Bad value {number}\n    /tmp/pages/{'x' * 1000}.html, line 7 (on 3 pages)" for number in range(9)]
    said = list(reasons(tests, faults))
    assert len(said) < 25
    assert max(map(len, said)) <= 300
    assert said[:2] == ["tests failed: 1000", "  tests/test_names.py::test_0"]
    assert said[9:12] == [
        "  and 992 more",
        "kinds of faults found by the Nu HTML checker: 9",
        "  Bad value 0 /tmp/pages/" + "x" * (300 - 25),
    ]


def test_nothing_is_said_of_what_did_not_fail() -> None:
    assert list(reasons([], [])) == []
    assert list(reasons([], ["Bad value"])) == ["kinds of faults found by the Nu HTML checker: 1", "  Bad value"]
