"""Who counts as a professional: by their part, or because they came as one to this conference, which no edit lifts."""

from typing import Protocol

from ekc.workflow.vocabulary import INSIDE_PARTS, PROFESSIONAL_PARTS, Part


class _Person(Protocol):
    @property
    def part(self) -> Part: ...

    @property
    def came_as_professional(self) -> bool: ...


class MaybeProfessional:
    """Somebody with a part. `came_as_professional`: to a meeting of this conference, whatever their part is now."""

    __slots__ = ()

    @property
    def is_professional(self: _Person) -> bool:
        """Whether they are a referrer or professional, or came as one."""
        return self.part in PROFESSIONAL_PARTS or self.came_as_professional

    @property
    def is_inside(self: _Person) -> bool:
        """Whether they are of the family or a supporter, and did not come as a professional."""
        return self.part in INSIDE_PARTS and not self.came_as_professional
