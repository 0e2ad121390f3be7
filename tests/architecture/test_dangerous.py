"""Forbidden imports and calls, those allowed in named modules only, and the inventory of cryptography."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import EKC, ROOT, modules, templates

#: Executes or deserialises untrusted input.
FORBIDDEN = {
    *("eval", "exec", "compile", "__import__"),
    *("pickle", "marshal", "shelve", "dill", "ctypes", "subprocess", "os.system", "os.popen", "importlib"),
    *("xml", "lxml", "yaml", "ldap"),
    "request.values",  # a field of the address would pass for one of the form
    *("request.json", "request.get_json", "request.data"),
}
#: Runs tools of PostgreSQL, for commands of the operator.
RUNS = {"ekc/operation/postgresql_tools.py": {"subprocess"}}
#: Modules that connect to other machines; documented for operators under "What it talks to".
TALKS = {
    "ekc/core/mailer.py": "the mail server that EKC_MAIL_URL names",
    "ekc/core/texter.py": "the service for text messages that EKC_SMS_URL names",
    "ekc/signin/oidc.py": "the providers of single sign-on that EKC_OIDC names",
}
_NETWORK = {"socket", "http.client", "urllib.request", "requests", "smtplib", "ftplib", "authlib", "ssl"}
#: Imports for keys, hashes or random numbers.
_CRYPTO = {"hashlib", "hmac", "secrets", "random", "uuid", "cryptography", "argon2", "itsdangerous", "os.urandom"}
_CRYPTO |= {"pyrage", "pyotp", "webauthn", "authlib", "zxcvbn"}
INVENTORY = ROOT / "docs" / "security" / "cryptography.md"
#: In JavaScript: text used as markup or code, browser storage, messages of other windows.
_SCRIPT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|setTimeout\(\s*[\"']"
    r"|postMessage|\"message\"|localStorage|sessionStorage|indexedDB|document\.cookie|__proto__|://"
)


def names(source: str) -> Iterator[str]:
    """The dotted names that a module imports, calls or reads, with their prefixes: `os`, `os.system`, `eval`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                yield module
                yield from (f"{module}.{alias.name}" for alias in node.names)
            case ast.Attribute(value=ast.Name(id=owner)):
                yield f"{owner}.{node.attr}"
            case ast.Call(func=ast.Name(id=called)):
                yield called


def uses(source: str, wanted: set[str]) -> set[str]:
    """The names of `wanted` that a module uses, itself or a member of it."""
    found = set(names(source))
    return {one for one in wanted if any(name == one or name.startswith(f"{one}.") for name in found)}


def users(wanted: set[str]) -> dict[str, set[str]]:
    """The names of `wanted` that each module of the product uses."""
    found = {path.relative_to(ROOT).as_posix(): uses(path.read_text(), wanted) for path in modules()}
    return {name: used for name, used in found.items() if used}


def test_nothing_runs_what_was_sent() -> None:
    assert users(FORBIDDEN) == RUNS


def test_nobody_else_speaks_to_another_machine() -> None:
    assert set(users(_NETWORK)) == set(TALKS)


def test_the_inventory_of_cryptography_is_complete() -> None:
    named = set(re.findall(r"`((?:ekc/[\w/]+|config)\.py)`", INVENTORY.read_text()))

    assert named == set(users(_CRYPTO))


def test_scripts_keep_nothing_and_take_no_text_for_markup() -> None:
    scripts = sorted((EKC / "static").rglob("*.js"))

    assert scripts
    assert {path.name: _SCRIPT.findall(path.read_text()) for path in scripts} == {path.name: [] for path in scripts}


def test_pages_take_everything_from_this_site() -> None:
    taken = re.compile(
        r"<(?:script|link|img|iframe|object|embed|form)\b[^>]*\b(?:src|href|data|action)=\"(?:https?:)?//"
    )
    assert [str(path) for path in templates() if taken.search(path.read_text())] == []


def test_a_planted_use_is_seen() -> None:
    source = "import os\nfrom xml.etree import ElementTree\nx = eval('1')\nos.system('x')\ny = request.values['id']"
    source += "\nre.compile('x')"

    assert uses(source, FORBIDDEN) == {"xml", "eval", "os.system", "request.values"}
    assert uses("from os import urandom\nimport http.client", _CRYPTO | _NETWORK) == {"os.urandom", "http.client"}
    assert _SCRIPT.findall("x.innerHTML = y; localStorage.z") == ["innerHTML", "localStorage"]
