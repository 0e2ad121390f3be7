"""Templates in tests: compiled once a worker, and strict about attributes."""

from typing import Any

from jinja2 import BytecodeCache, Undefined
from jinja2.bccache import Bucket
from jinja2.utils import missing


class Compiled(BytecodeCache):
    """Keeps bytecode in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load cached bytecode."""
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store bytecode."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


class NoSuchAttribute(Undefined):
    """Fails where a template names an attribute that its object does not have; names may be undefined, as for pages."""

    def __init__(self, hint: str | None = None, obj: Any = missing, name: str | None = None, *args: Any) -> None:
        super().__init__(hint, obj, name, *args)
        if obj is not missing and not isinstance(obj, (dict, Undefined)):
            raise AttributeError(f"a template asks {type(obj).__name__} for {name}")
