"""What somebody gives with a step, beside the click."""

from dataclasses import dataclass, field
from datetime import datetime

from ekc.workflow.vocabulary import Step, StopReason


@dataclass(frozen=True, slots=True)
class Taking:
    """A step as it is asked for. `new_date` is an instant; `overrides` maps the code of a guard to the reason why."""

    step: Step
    reason: str = ""
    stop_reason: StopReason | None = None
    new_date: datetime | None = None
    overrides: dict[str, str] = field(default_factory=dict)
