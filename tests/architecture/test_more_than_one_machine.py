"""Nothing that another machine would miss lies on a disk or in memory."""

import ast
from pathlib import Path

from tests.architecture.sources import ROOT, modules

#: What writes files, and why no other machine misses them.
WRITE_FILES = {
    "config.py": "the key file, by commands",
    "ekc/core/audit.py": "the ends of the chains, which whoever runs the service copies elsewhere",
    "ekc/core/metrics.py": "figures, which each machine has of its own",
    "ekc/operation/exporter.py": "figures of services that ended",
    "ekc/operation/backup.py": "backups, by a command",
    "ekc/operation/restore.py": "a database that is put back, by a command",
    "ekc/demo/play.py": "a database of its own, while the demonstration is made",
}
#: What a process fills while it runs, and why no other one misses it.
FILLED = {
    "ekc/signin/oidc.py": "what providers publish, fetched again by whoever lacks it, and which did not answer",
}
_WRITING = {"write_text", "write_bytes", "mkdir", "fdopen", "rmtree", "copyfile", "unlink", "rename", "touch"}
_FOLDERS = {"TemporaryDirectory", "NamedTemporaryFile", "mkdtemp", "mkstemp"}


def writes_files(source: str) -> bool:
    """Whether anything in it writes, moves or deletes a file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            modes = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if called in _WRITING | _FOLDERS or (called == "open" and any(mode[:1] in "wax" for mode in modes if mode)):
                return True
    return False


def filled_later(source: str) -> list[str]:
    """Names of a module that begin as an empty list, set or dictionary."""
    found = []
    for node in ast.parse(source).body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        is_empty = (isinstance(value, ast.Dict) and not value.keys) or (isinstance(value, ast.List) and not value.elts)
        is_made = (
            isinstance(value, ast.Call) and getattr(value.func, "id", "") in {"dict", "list", "set"} and not value.args
        )
        if is_empty or is_made:
            found.append(ast.unparse(node).partition(":")[0].partition(" =")[0])
    return found


def _found(looks: object) -> set[str]:
    assert callable(looks)
    return {str(path.relative_to(ROOT)) for path in modules() if looks(Path(path).read_text())}


def test_files_are_written_where_no_other_machine_misses_them() -> None:
    assert _found(writes_files) == set(WRITE_FILES)


def test_memory_is_filled_where_no_other_process_misses_it() -> None:
    assert _found(filled_later) == set(FILLED)


def test_it_is_noticed() -> None:
    assert writes_files('Path("x").open("wb")')
    assert writes_files("here.write_text(words)")
    assert not writes_files('file.open("rb")')
    assert filled_later("seen: dict[str, int] = {}\nLIMITS = {1: 2}\nwaiting = set()\n") == ["seen", "waiting"]
