"""A clock that several processes read, and the test moves."""

from datetime import datetime
from pathlib import Path

from tests.clock import START, FrozenClock


class SharedClock(FrozenClock):
    """It stands in a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            self.at = START

    @property
    def at(self) -> datetime:
        """The instant."""
        return datetime.fromisoformat(self.file.read_text())

    @at.setter
    def at(self, instant: datetime) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(instant.isoformat())
        draft.replace(self.file)  # nobody reads half of it
