"""What the findings ask of the engine around them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tftptui.engine.host_firewall import OwnRules
from tftptui.findings.facts import Scene
from tftptui.telemetry.views import TransferView


@dataclass(frozen=True)
class Surroundings:
    """What the findings ask of the engine.

    Attributes:
        view: brings the picture of a living transfer up to date and returns it.
        living: numbers of all living transfers.
        scene: what is known of this server towards a client.
        rules: this host's own, where somebody reads them.
    """

    view: Callable[[int], TransferView | None]
    living: Callable[[], Iterable[int]]
    scene: Callable[[str], Scene]
    rules: OwnRules | None = None
