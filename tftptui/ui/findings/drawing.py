"""The picture of a finding: client, what is in between, server.

Each lane is one direction between two ports; the broken one ends at the wall.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from rich.style import Style
from rich.text import Text

from tftptui.engine.messages import TransferView
from tftptui.findings.codes import Code
from tftptui.telemetry.findings import Finding, Lane, Place
from tftptui.ui.kit.rows import fitted

Slots = Mapping[str, Style]

NARROWEST = 40
"""Minimum width of the picture in cells."""

PORT = 5
_SIGN = "║ firewall? ║"
_WHERE: dict[Place, float] = {
    "server": 0.88,
    "server-segment": 0.72,
    "between": 0.5,
    "between-or-server": 0.66,
    "between-or-client": 0.34,
    "client-segment": 0.2,
    "client": 0.12,
    "unknown": 0.5,
}
"""The wall's distance from the client; there is no wall unless packets are blocked."""


@dataclass(frozen=True)
class Scene:
    """The two ends.

    Attributes:
        client, server: addresses.
        client_tid, server_tid: their ports.
        request_port: the server's request port.
        is_read: whether the client fetches a file.
        is_ours: whether the server is this one, and not one in a capture.
    """

    client: str
    server: str
    client_tid: int
    server_tid: int
    request_port: int
    is_read: bool = True
    is_ours: bool = True

    @classmethod
    def of(cls, view: TransferView, request_port: int, *, is_ours: bool = True) -> Self:
        """Return the scene of a transfer."""
        ends = (view.client, view.server, view.client_tid, view.server_tid)
        return cls(*ends, request_port, view.direction == "read", is_ours)

    def ports(self, way: Lane) -> tuple[int, int]:
        """Return the client's and the server's port of a lane."""
        return (
            self.client_tid,
            self.request_port if way == "request" else self.server_tid,
        )

    def name(self, way: Lane) -> str:
        """Return the packets of a lane."""
        names: dict[Lane, tuple[str, str]] = {
            "request": ("WRQ", "RRQ"),
            "answer": ("first reply", "first reply"),
            "up": ("DATA", "ACK"),
            "down": ("ACK", "DATA"),
        }
        return names[way][self.is_read]


def drawing(finding: Finding, scene: Scene, width: int, slots: Slots) -> Text | None:
    """Return the picture in WIDTH cells; None if there is nothing to draw."""
    broken = finding.broken
    if not broken or width < NARROWEST:
        return None
    if finding.code == Code.PATH_MTU and not scene.is_read:
        broken = ["up"]  # the large packets are the client's
    track = width - 2 * (PORT + 2)
    share = _WHERE.get(finding.stands_at)
    wall = None if share is None else max(3, min(track - 4, round(track * share)))
    ways: list[Lane] = ["request", "answer", "up", "down"]
    last = max(ways.index(way) for way in broken)
    lines = [_heads(scene, width, wall, slots)]
    lines += [
        _Lane(scene, way, track, wall if way in broken else None).text(slots)
        for way in ways[: last + 1]
        if way in broken or way in ("request", "answer")
    ]
    return Text("\n").join(lines)


def _heads(scene: Scene, width: int, wall: int | None, slots: Slots) -> Text:
    """Return the line of names, with the wall's label above the wall."""
    whose = "this server" if scene.is_ours else "server"
    client, server = f"client {scene.client}", f"{scene.server} {whose}"
    room = width - len(client) - len(server)
    if room < 1:
        return Text(fitted(client, width), "bold")
    sign = _SIGN if wall is not None and room > len(_SIGN) + 1 else ""
    place = PORT + 2 + (wall or 0) - len(client) - len(sign) // 2
    place = max(1, min(room - len(sign) - 1, place)) if sign else 0
    return Text.assemble(
        (client, "bold"),
        " " * place,
        (sign, slots["transfer-stalled"]),
        " " * (room - place - len(sign)),
        (server, "bold"),
    )


@dataclass(frozen=True)
class _Lane:
    """One direction between two ports; ``wall`` is its end in cells, or None."""

    scene: Scene
    way: Lane
    track: int
    wall: int | None

    @property
    def _to_server(self) -> bool:
        return self.way in ("request", "up")

    def text(self, slots: Slots) -> Text:
        theirs, ours = self.scene.ports(self.way)
        ends = f"{theirs:>{PORT}} ●", f"● {ours:<{PORT}}"
        return Text.assemble(ends[0], self._way(slots), ends[1])

    def _way(self, slots: Slots) -> Text:
        alive, dead = slots["transfer-active"], slots["transfer-failed"]
        if self.wall is None:
            return Text(self._arrow(self.track), alive)
        rest = self.track - self.wall - 1
        post = Text("║", slots["transfer-stalled"])
        if self._to_server:
            lost = "✗" + ("╌ " * rest)[: rest - 1]
            return Text(self._arrow(self.wall), alive) + post + Text(lost, dead)
        lost = ("╌ " * self.wall)[: self.wall - 1] + "✗"
        return Text(lost, dead) + post + Text(self._arrow(rest), alive)

    def _arrow(self, cells: int) -> str:
        source, target = self.scene.ports(self.way)
        if not self._to_server:
            source, target = target, source
        ports = f"{source} → {target} "
        labels = (f" {self.scene.name(self.way)} {ports}", f" {ports}", "")
        label = next((one for one in labels if len(one) + 4 <= cells), "")
        rest = cells - 1 - len(label)
        line = "─" * (rest // 2) + label + "─" * (rest - rest // 2)
        return line + "►" if self._to_server else "◄" + line
