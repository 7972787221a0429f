"""How many ports would have been needed at once, by those who got none as well."""

from collections.abc import Iterable, Sequence
from math import ceil
from statistics import median

from tftptui.engine.messages import Refusal, TransferView

MARGIN = 1.5
"""Ports for each that was needed: the next rush may be a greater one, and what rests
when the range is changed is taken as well."""


def at_once(
    views: Iterable[TransferView], refused: Sequence[Refusal], rest: float
) -> int:
    """Return how many ports would have been leased or resting at the same time.

    A port is taken while its transfer lasts and REST seconds after it. A request that
    found none would have lasted as long as others did; asked again from the same port
    it is the same one.
    """
    spans = [(view.started, view.ended) for view in views if not view.single_port]
    lasted = [ended - started for started, ended in spans if ended is not None]
    usual = median(lasted) if lasted else 0.0
    wanted: dict[tuple[str, int, str], float] = {}
    for one in refused:
        wanted.setdefault((one.client, one.client_tid, one.file), one.time)
    steps = [(started, 1) for started, _ in spans]
    steps += [(ended + rest, -1) for _, ended in spans if ended is not None]
    for time in wanted.values():
        steps += [(time, 1), (time + usual + rest, -1)]
    most = taken = 0
    for _, step in sorted(steps):
        taken += step
        most = max(most, taken)
    return most


def with_margin(ports: int) -> int:
    """Return how many to have where PORTS are needed."""
    return ceil(ports * MARGIN)
