"""The line that says that there is no port left: loud, with numbers and a remedy."""

from rich.text import Text
from textual.widgets import Static

from tftptui.engine.messages import FREE, QUARANTINED, USED
from tftptui.telemetry.words import counted
from tftptui.ui.formats import age, count, span
from tftptui.ui.panes.ports.model import REFUSED_RECENT, Scene
from tftptui.ui.panes.ports.presets import wider


def tell_exhausted(scene: Scene) -> str:
    """Return why clients find no port and what to do, or nothing while they do."""
    now = scene.now
    if now is None or not scene.is_exhausted:
        return ""
    used, cooling = now.states.count(USED), now.states.count(QUARANTINED)
    state = f"{count(used)} used"
    refused = ""
    if scene.refused:
        requests = len(scene.refused)
        clients = len({refusal.client for refusal in scene.refused})
        refused = (
            f"{counted(requests, 'request')} of {counted(clients, 'client')} refused "
            f"within {REFUSED_RECENT:.0f} s · "
        )
    remedy = " · r ↓ proposes more"
    if room := wider(scene):
        remedy = f" · r ↓ enter makes it {span(*room)}"
    if scene.has_room:
        state = f"{count(now.states.count(FREE) + cooling)} free now"
        ago = age(max(1.0, scene.since_refused))
        return f"no port was free {ago}: {refused}{state}{remedy}"
    return f"✗ no free port: {refused}{state}{remedy}"


class PortBanner(Static):
    """Of class -shown only while clients find no port."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    PortBanner {
        display: none;
        height: auto;
        max-height: 2;
        background: $error;
        color: $background;
        text-style: bold;
    }
    """

    def __init__(self) -> None:
        super().__init__(id="port-banner", markup=False)
        self._words = ""

    def tell(self, scene: Scene) -> bool:
        """Say what is so now; return whether the line came or went."""
        words = tell_exhausted(scene)
        if words == self._words:
            return False
        came_or_went = bool(words) != bool(self._words)
        self._words = words
        self.set_class(bool(words), "-shown")
        self.update(Text(words))
        return came_or_went
