"""Every form of the product, with its fields."""

import importlib
import pkgutil
from collections.abc import Iterator

from wtforms import Form
from wtforms.fields.core import UnboundField

import ekc


def form_classes() -> Iterator[type[Form]]:
    """Every form that a module of forms defines."""
    for found in pkgutil.walk_packages(ekc.__path__, "ekc."):
        if "forms" in found.name.split("."):
            module = importlib.import_module(found.name)
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, Form) and value.__module__ == module.__name__:
                    yield value


def fields_of(form: type[Form]) -> dict[str, UnboundField]:
    """The fields of a form by name."""
    found = ((name, getattr(form, name)) for name in dir(form) if not name.startswith("_"))
    return {name: field for name, field in found if isinstance(field, UnboundField)}
