"""The product without the line that a look leaves in the audit: measured beside it, it tells what that line costs."""

from contextlib import nullcontext
from unittest.mock import patch

from flask import Flask

from config import load_settings
from ekc.app import create_app


def make() -> Flask:
    """The app; `gunicorn "benchmarks.unaudited:make()"`. Its gate opens a case and writes nothing down."""
    patch("ekc.conferences.gate.record", lambda *_args, **_detail: None).start()
    patch("ekc.conferences.gate.writing", nullcontext).start()
    return create_app(load_settings())
