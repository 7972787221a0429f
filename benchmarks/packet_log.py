"""What the packet log costs: appending, painting, and the memory of a record.

``python benchmarks/packet_log.py [RECORDS ...]`` prints one line for each size of the
ring; times are medians in milliseconds, at 120 columns and 40 rows.
"""

import asyncio
import statistics
import sys
import tracemalloc
from collections.abc import Callable
from time import perf_counter

from textual.app import App, ComposeResult

from tftptui.engine.messages import Frame
from tftptui.telemetry.records.ring import LAYOUT, Kind
from tftptui.ui.memory import Memory
from tftptui.ui.panes.packets.pane import PacketLog
from tftptui.ui.store import Store
from tftptui.ui.themes import SLOT_DEFAULTS

SIZES = (200_000, 1_000_000)
BATCH = 5_000
ROUNDS = 40
TRANSFERS = 100
RESENT_EVERY = 997


class Host(App[None]):
    """Holds the pane and nothing else."""

    def __init__(self, pane: PacketLog) -> None:
        super().__init__()
        self.pane = pane

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours of the slots."""
        return dict(SLOT_DEFAULTS)

    def compose(self) -> ComposeResult:
        """Yield the pane."""
        yield self.pane


def batch(first: int) -> Frame:
    """Return a frame of data and acknowledgements of many transfers."""
    packed = bytearray()
    for number in range(first, first + BATCH):
        transfer = number // 2 % TRANSFERS + 1
        block = number // 2 // TRANSFERS + 1
        kind = Kind.ACK if number % 2 else Kind.DATA
        attempt = 1 if number % RESENT_EVERY else 2
        time = 1.7e9 + number * 2e-5
        tids = (50_000 + transfer, 40_000 + transfer)
        packed += LAYOUT.pack(time, transfer, block, 1, *tids, 512, kind, attempt, 0)
    return Frame(time=1.7e9, packets=bytes(packed), packets_first=first)


def bytes_per_record(size: int) -> float:
    """Return the memory that a full store takes, for each record."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    store = Store(kept_packets=size)
    for first in range(0, size, BATCH):
        store.fold(batch(first))
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return taken / size


def median(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return how long an act takes, in milliseconds."""
    times = []
    for _ in range(rounds):
        begin = perf_counter()
        act()
        times.append((perf_counter() - begin) * 1e3)
    return statistics.median(times)


async def measure(size: int) -> None:
    """Print one line."""
    store = Store(kept_packets=size)
    for first in range(0, size, BATCH):
        store.fold(batch(first))
    frames = iter([batch(size + BATCH * number) for number in range(3 * ROUNDS)])
    pane = PacketLog(store, Memory())
    rows = pane.rows
    app = Host(pane)

    def append() -> None:
        store.fold(next(frames))
        pane.frame_arrived()

    def paint() -> None:
        rows.notify_style_update()  # forgets all lines
        for y in range(rows.size.height):
            rows.render_line(y)

    def pause() -> None:
        rows.action_pause()
        rows.action_pause()

    def narrow() -> None:
        pane.show_transfer(7)
        pane.show_transfer(None)

    async with app.run_test(size=(120, 40)):
        pane.frame_arrived()
        costs = {
            f"append {BATCH:,}": median(append),
            "paint all rows": median(paint),
            "pause and follow": median(pause, 5),
            "narrow and widen": median(narrow, 5),
        }
        rows.action_pause()
        costs[f"append {BATCH:,} while paused"] = median(append)
    told = "   ".join(f"{name} {cost:.2f} ms" for name, cost in costs.items())
    print(f"{size:>9,} records   {told}   {bytes_per_record(size):.1f} bytes a record")


def main() -> None:
    """Measure the sizes given, or the usual ones."""
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        asyncio.run(measure(size))


if __name__ == "__main__":
    main()
