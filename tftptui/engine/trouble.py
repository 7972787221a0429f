"""A trouble that is told: one cause, and everybody whom it keeps from a file."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from tftptui.knowledge.causes import Cause, Part
from tftptui.telemetry.findings import Finding


@dataclass(eq=False)
class Trouble:
    """One cause that keeps clients from files.

    Attributes:
        cause: what it is known by while it stands; network: that of its first client.
        parts: what it does, by the story that shows it, the first of them first.
        finding: as it is told; None until it is.
        why: why the last of its stories has left it; last: whose that was.
    """

    cause: Cause
    network: str
    parts: dict[Hashable, Part] = field(default_factory=dict)
    finding: Finding | None = None
    why: str = ""
    last: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nobody is kept from a file by it any more."""
        return not self.parts
