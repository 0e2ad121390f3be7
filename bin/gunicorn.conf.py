"""Gunicorn's configuration for `bin/run`: two processes of four threads."""

import os
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


def when_ready(_server: Any) -> None:
    """Print the address, once the port is open."""
    sys.stdout.write(f"Open {os.environ['EKC_BASE_URL']} (stop with Ctrl-C)\n")
    sys.stdout.flush()
