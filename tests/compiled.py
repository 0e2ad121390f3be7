"""Templates in tests are strict about attributes."""

from typing import Any

from jinja2 import Undefined
from jinja2.utils import missing


class NoSuchAttribute(Undefined):
    """Fails where a template names an attribute that its object does not have; names may be undefined, as for pages."""

    def __init__(self, hint: str | None = None, obj: Any = missing, name: str | None = None, *args: Any) -> None:
        super().__init__(hint, obj, name, *args)
        if obj is not missing and not isinstance(obj, (dict, Undefined)):
            raise AttributeError(f"a template asks {type(obj).__name__} for {name}")
