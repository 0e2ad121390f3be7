"""`docs/operations.md` and `deploy/` name commands, settings and files that exist. `bin/rehearse` runs the recipes."""

import re

from ekc.cli import cli
from ekc.core.handlers import KEY_PREFIXES
from tests.architecture.sources import ROOT, modules

BOOK = (ROOT / "docs" / "operations.md").read_text()
DEPLOY = ROOT / "deploy"
BLOCKS = re.findall(r"^```sh ?(\w*)\n(.*?)^```", BOOK, re.DOTALL | re.MULTILINE)
#: Set by tests, or read by other programs.
NOT_OURS = {"EKC_WRITE", "EKC_LISTEN"}


def test_each_block_is_for_a_database_that_is_rehearsed() -> None:
    assert {database for database, _ in BLOCKS} == {"", "sqlite", "postgresql"}


def test_each_command_of_the_recipes_exists() -> None:
    said = "\n".join(block for _, block in BLOCKS)
    named = set(re.findall(r"^own-plan (?:--owner )?([\w-]+)", said, re.MULTILINE))

    assert {"migrate", "check", "doctor", "backup-key", "restore", "new-key", "use-key", "reencrypt", "invite"} <= named
    assert named <= set(cli.commands)


def test_each_command_that_an_operator_needs_stands_in_the_book() -> None:
    silent = {name for name in cli.commands if not re.search(rf"\b(own-plan|ekc)( --owner)? {name}\b", BOOK)}

    assert silent - {"demo", "backup"} == set(), "`demo` is for bin/run; the unit makes backups"


def test_each_setting_stands_in_the_book() -> None:
    code = "\n".join(path.read_text() for path in modules())
    settings = set(re.findall(r"\bEKC_[A-Z_]+[A-Z]\b", code)) - NOT_OURS

    assert settings == set(re.findall(r"^\| `(EKC_\w+)` \|", BOOK, re.MULTILINE))
    sample = set(re.findall(r"^(EKC_\w+)=", (DEPLOY / "own-plan.env").read_text(), re.MULTILINE))
    assert sample <= settings


def test_each_file_of_deploy_is_named_and_there() -> None:
    named = set(re.findall(r"deploy/([\w.-]+\w)", BOOK + "".join(file.read_text() for file in DEPLOY.iterdir())))
    there = {file.name for file in DEPLOY.iterdir()}

    assert named <= there
    assert {name for name in there - named if not name.endswith((".service", ".timer"))} == {"unavailable.html"}


def test_no_log_of_nginx_holds_an_address_with_a_secret() -> None:
    """Neither the access log nor, while the program is down, the error log."""
    said = (DEPLOY / "own-plan.nginx").read_text()
    [silent] = re.findall(r"location ~ (\S+) \{\s+error_log /dev/null", said)
    replaced = re.findall(r"^    ~(\^/\S+) ", said, re.MULTILINE)

    for address in (f"{prefix}a-secret-token" for prefix in KEY_PREFIXES):
        assert re.search(silent, address), address
        assert any(re.search(one, address) for one in replaced), address


def test_each_address_with_a_secret_stands_in_the_books() -> None:
    books = (BOOK, *((ROOT / "docs" / "security" / name).read_text() for name in ("logs.md", "threats.md")))
    missing = [prefix for prefix in KEY_PREFIXES for book in books if f"`{prefix}`" not in book]

    assert missing == []
    assert [prefix for prefix in KEY_PREFIXES if prefix not in (ROOT / "bin" / "rehearse").read_text()] == []


def test_each_service_runs_as_its_user_and_can_do_little() -> None:
    for file in DEPLOY.glob("*.service"):
        lines = set(file.read_text().splitlines())
        assert {"User=ekc", "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict"} <= lines, file.name
