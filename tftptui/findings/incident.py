"""A trouble that is told: one cause, and everybody whom it keeps from a file."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from tftptui.findings.causes import Cause, Part
from tftptui.telemetry.findings import Finding


@dataclass(eq=False)
class Trouble:
    """One cause that keeps clients from files.

    Attributes:
        cause: what it is known by while it stands; network: that of its first client.
        parts: what it does, by the story that shows it, the first of them first.
        finding: as it is told; None until it is.
        reckoned: those others that the remedies reckon with.
        why: why the last of its stories has left it; last: whose that was.
    """

    cause: Cause
    network: str
    parts: dict[Hashable, Part] = field(default_factory=dict)
    finding: Finding | None = None
    reckoned: tuple[str, ...] = ()
    why: str = ""
    last: str = ""

    def others(self, client: str) -> tuple[str, ...]:
        """Return whom it touches besides a client, in order of their addresses."""
        clients = {one.client for one in self.parts.values()}
        return tuple(sorted(clients - {client}))

    @property
    def is_over(self) -> bool:
        """Whether nobody is kept from a file by it any more."""
        return not self.parts
