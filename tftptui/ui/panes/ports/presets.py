"""Proposed ranges, and the reason for each."""

from collections.abc import Iterator
from dataclasses import dataclass

from tftptui.settings import DEFAULT_PORTS
from tftptui.telemetry.words import counted
from tftptui.ui.panes.ports.model import Scene
from tftptui.ui.panes.ports.range_check import Typed

HIGHEST = 65_535
FIRST_PLAIN = 1_024
DYNAMIC = 49_152
"""First port that is never registered for a service (RFC 6335 §6)."""

SMALL = 20
LARGE = 1_000


@dataclass(frozen=True, slots=True)
class Preset:
    """Values for the fields, and the reason for them."""

    why: str
    typed: Typed


def presets(scene: Scene) -> list[Preset]:
    """Return the proposals, most useful first, without the range in use."""
    now = scene.now
    rest = f"{now.quarantine:g}" if now else "10"
    in_use = (now.first, now.last) if now and not now.single_port else None
    found = [
        Preset(why, Typed(str(first), str(last), "random", rest))
        for first, last, why in _ranges(scene)
        if (first, last) != in_use
    ]
    if now is None or not now.single_port:
        first, last = (now.first, now.last) if now else (DYNAMIC, HIGHEST)
        why = "single port: every reply comes from the request port"
        found.append(Preset(why, Typed(str(first), str(last), "single port", rest)))
    return found


def wider(scene: Scene) -> tuple[int, int] | None:
    """Return the range in use, widened for recent demand; None without a range."""
    now = scene.now
    if now is None:
        return None
    count = max(2 * len(now.states), scene.wanted)
    last = min(now.first + count - 1, HIGHEST)
    return max(min(now.first, FIRST_PLAIN), last - count + 1), last


def _ranges(scene: Scene) -> Iterator[tuple[int, int, str]]:
    if scene.now and (scene.is_exhausted or scene.wanted > len(scene.now.states)):
        first, last = wider(scene) or (FIRST_PLAIN, HIGHEST)
        most = f"a recent peak of {counted(scene.needed, 'transfer')}"
        yield first, last, f"wider: {last - first + 1:,} ports for {most}"
    first, last = DEFAULT_PORTS.first, DEFAULT_PORTS.last
    yield first, last, "default: 100 ports, for 100 transfers at once"
    if scene.host and scene.host.own_last + LARGE <= HIGHEST:
        # Services often use ports below, such as those of Kubernetes (30000-32767).
        first = scene.host.own_last + 1
        why = f"{LARGE} ports above the system's ephemeral range"
        yield first, first + LARGE - 1, why
    yield 50_000, 50_000 + SMALL - 1, f"{SMALL} ports: a small firewall rule"
    yield DYNAMIC, HIGHEST, "all dynamic ports (IANA: no registered service)"
    yield FIRST_PLAIN, HIGHEST, "all unprivileged ports"
