"""What is read from the environment, and what is said where it makes no sense."""

from pathlib import Path

import pytest

from config import ConfigError, Settings, load_settings
from tests.demo.command import write_keys
from tests.plugins.databases import CONTENT_KEY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_keys(tmp_path / "keys.json", CONTENT_KEY)
    return tmp_path


def load(folder: Path, **environ: str) -> Settings:
    return load_settings({"EKC_INSTANCE": str(folder), **environ})


@pytest.mark.parametrize(
    ("environ", "required"),
    [
        ({}, False),
        ({"EKC_BASE_URL": "https://plan.example.org"}, True),
        ({"EKC_BASE_URL": "https://plan.example.org", "EKC_DEMO": "1"}, False),
        ({"EKC_BASE_URL": "https://plan.example.org", "EKC_SECOND_FACTOR": "optional"}, False),
        ({"EKC_SECOND_FACTOR": "required"}, True),
        ({"EKC_SECOND_FACTOR": ""}, False),
    ],
)
def test_a_second_factor_is_required_on_a_real_service(folder: Path, environ: dict[str, str], required: bool) -> None:
    assert load(folder, **environ).second_factor_required is required


def test_proxies_are_counted(folder: Path) -> None:
    assert [load(folder, **told).proxies for told in ({}, {"EKC_PROXIES": "0"}, {"EKC_PROXIES": "2"})] == [0, 0, 2]


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        (
            {"EKC_SECOND_FACTOR": "yes"},
            "EKC_SECOND_FACTOR is 'yes'. Set it to one of required, optional, or leave it out.",
        ),
        (
            {"EKC_PROXIES": "-1"},
            "EKC_PROXIES is '-1'. Set it to one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, or leave it out.",
        ),
    ],
)
def test_what_makes_no_sense_is_said(folder: Path, environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError) as told:
        load(folder, **environ)

    assert str(told.value) == sentence
