"""How the web server runs when `bin/run` starts it: two processes of four threads, one line of greeting."""

import os
import sys
from typing import Any

bind = os.environ["EKC_LISTEN"]
pythonpath = "bin"
wsgi_app = "served:app"
worker_class = "gthread"
workers = 2
threads = 4
preload_app = True  # loaded once, before the port opens, so that the first visitor does not wait for it
timeout = 60
loglevel = "warning"
control_socket_disable = True  # nothing on this machine steers it but the person who started it


def pre_fork(_server: Any, _worker: Any) -> None:
    """No process may inherit a database connection of another."""
    from served import app  # noqa: PLC0415 - gunicorn has loaded it by now

    app.extensions["ekc"].sessions.kw["bind"].dispose()


def when_ready(_server: Any) -> None:
    """Says where to look, once the port is open."""
    sys.stdout.write(f"Open {os.environ['EKC_BASE_URL']} (stop with Ctrl-C)\n")
    sys.stdout.flush()
