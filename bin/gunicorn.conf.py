"""Gunicorn's configuration for `bin/run`: two processes of four threads, and the worker beside them."""

import os
import subprocess
import sys
from typing import Any

bind = os.environ["EKC_LISTEN"]
pythonpath = "bin"
wsgi_app = "served:app"
worker_class = "gthread"
workers = 2
threads = 4
preload_app = True  # before the port opens, so that the first request does not wait
timeout = 60
loglevel = "warning"
control_socket_disable = True  # no remote control


def pre_fork(_server: Any, _worker: Any) -> None:
    """Close database connections, which processes must not share."""
    from served import app  # noqa: PLC0415 - loaded by gunicorn already

    app.extensions["ekc"].sessions.kw["bind"].dispose()


def when_ready(server: Any) -> None:
    """Print the address, once the port is open, and start the worker: the database is up to date now."""
    sys.stdout.write(f"Open {os.environ['EKC_BASE_URL']} (stop with Ctrl-C)\n")
    sys.stdout.flush()
    server.ekc_worker = subprocess.Popen([sys.executable, "-m", "ekc.cli", "worker"])


def on_exit(server: Any) -> None:
    """Stop the worker, which has heard of a Ctrl-C itself."""
    server.ekc_worker.terminate()
    server.ekc_worker.wait()
