"""Templates compiled once a worker, for all apps that it makes."""

from typing import Any

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """In memory. The product compiles a template for each language: `ekc/core/folding.py`."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """Each language has its own."""
        language: Any = getattr(environment, "language", "")
        return super().get_bucket(environment, f"{language}:{name}", filename, source)

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was compiled before."""
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key] = bucket.bytecode_to_string()
