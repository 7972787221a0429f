"""What a flood of requests from many addresses costs: memory, journal, answers.

Run it with ``python benchmarks/flood_memory.py [ADDRESSES ...]``. Each address asks
twice for a file that is not there, in its own /24; nothing is really sent, and the
journal is counted and thrown away. One line for each number of addresses, each in a
process of its own. "taken" is what the whole server holds more than before, its
ring of 200,000 packet records included.
"""

import asyncio
import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import Mode, ReadRequest, encode_request
from tftptui.server.clock import SystemClock
from tftptui.server.intake.reception import Reception
from tftptui.server.listener import Arrival, Listener
from tftptui.server.ports import PortPool
from tftptui.server.recorder import Recorder
from tftptui.server.root.root import Root
from tftptui.server.transfer.open_transfer import Opener
from tftptui.server.transfer.uploads import UploadPolicy, Uploads
from tftptui.settings import Settings
from tftptui.telemetry.events import Event
from tftptui.telemetry.journal import journal_line
from tftptui.telemetry.records.ring import PacketRing

ADDRESSES = (1_000, 10_000, 100_000, 1_000_000)
REQUESTS_EACH = 2
MEBI = 1 << 20


class Sink(Listener):
    """Counts what would be sent."""

    def __init__(self) -> None:
        super().__init__(Endpoint("127.0.0.1", 0))
        self.nbytes = 0

    def answer(self, packet: bytes | memoryview, arrival: Arrival) -> OSError | None:
        """Count it."""
        del arrival
        self.nbytes += len(packet)
        return None


class JournalSize:
    """Counts lines and octets of a journal that nobody keeps."""

    def __init__(self) -> None:
        self.lines = self.nbytes = 0

    def record(self, event: Event) -> None:
        """Count one line."""
        self.lines += 1
        self.nbytes += len(journal_line(event))


def resident() -> float:
    """Return the memory that this process holds, in MiB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEBI


def address(number: int) -> str:
    """Return an address in a network of its own."""
    return f"{10 + (number >> 16)}.{number >> 8 & 255}.{number & 255}.7"


async def flood(addresses: int, root: Path) -> None:
    """Measure, and print one line."""
    settings = Settings(root=root)
    journal, sink = JournalSize(), Sink()
    ring = PacketRing(settings.kept_packets)
    recorder = Recorder(SystemClock(), ring, journal.record)
    uploads = Uploads(UploadPolicy("off", None, None))
    pool = PortPool(settings.ports)
    opener = Opener(settings, Root(root), pool, recorder, uploads)
    reception = Reception(
        opener, lambda _: None, lambda _: None, lambda _read, _transfer: None
    )
    request = encode_request(ReadRequest(b"pxelinux.cfg/default", Mode.OCTET))
    before, begin = resident(), perf_counter()
    for number in range(addresses * REQUESTS_EACH):
        client = Endpoint(address(number % addresses), 2_070)
        reception.take(sink, Arrival(request, client, sink.local))
        reception.tick(recorder.clock.now())
    seconds = perf_counter() - begin
    reception.close()
    requests = addresses * REQUESTS_EACH
    print(
        f"{addresses:>9,} addresses   taken {resident() - before:6.1f} MiB   "
        f"remembered {reception.policy.known_addresses:>6,}   "
        f"journal {journal.lines:>6,} lines, {journal.nbytes / MEBI:5.2f} MiB   "
        f"answers {sink.nbytes / (requests * len(request)):.2f} octets for one asked   "
        f"{seconds / requests * 1e6:.0f} us a request",
        flush=True,
    )
    sink.close()


def main() -> None:
    """Measure one number of addresses here, or each in its own process."""
    counts = [int(text) for text in sys.argv[1:]] or list(ADDRESSES)
    if len(counts) > 1:
        for count in counts:
            subprocess.run([sys.executable, __file__, str(count)], check=True)
        return
    with tempfile.TemporaryDirectory() as root:
        asyncio.run(flood(counts[0], Path(root)))


if __name__ == "__main__":
    main()
