"""What somebody does for a piece of work: clicks, characters typed, pages loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """A click is a link or button, a choice made, or a field that is filled in. Looking and scrolling are free."""

    clicks: int = 0
    characters: int = 0
    loads: int = 0

    def __add__(self, more: Effort) -> Effort:
        return Effort(self.clicks + more.clicks, self.characters + more.characters, self.loads + more.loads)

    def __sub__(self, less: Effort) -> Effort:
        return Effort(self.clicks - less.clicks, self.characters - less.characters, self.loads - less.loads)

    def __str__(self) -> str:
        return f"{self.clicks} clicks, {self.characters} characters, {self.loads} loads"

    def is_within(self, budget: Effort) -> bool:
        """Whether no part of it is more than in the budget."""
        return self.clicks <= budget.clicks and self.characters <= budget.characters and self.loads <= budget.loads


LINK = BUTTON = Effort(clicks=1, loads=1)
