"""How fast ``tftptui analyze --report`` reads a large capture, and in how much room.

``python benchmarks/analyze.py [--octets 1e9]`` writes a capture of that size, transfers
of 1,432-octet blocks with every hundredth block repeated, into a temporary folder, and
prints packets a second and the peak of memory.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tftptui.protocol.packets import (
    Mode,
    ReadRequest,
    encode_ack,
    encode_data,
    encode_oack,
    encode_request,
)
from tftptui.telemetry.capture import pcapng
from tftptui.telemetry.capture.frames import LINK_TYPE, Datagram, frame

BLOCK = 1_432
BLOCKS = 5_000
"""Of each transfer."""

REPEATED = 100
SERVER, CLIENT = "10.0.0.9", "10.0.4.37"


def transfer(number: int, time_ns: int) -> bytes:
    """Return the packets of one transfer as blocks of a pcapng file."""
    client, server = (
        (CLIENT, 2_000 + number % 60_000),
        (SERVER, 1_024 + number % 60_000),
    )
    options = ((b"blksize", str(BLOCK).encode()),)
    packets = [
        (
            client,
            (SERVER, 69),
            encode_request(ReadRequest(b"image", Mode.OCTET, options)),
        ),
        (server, client, encode_oack(options)),
        (client, server, encode_ack(0)),
    ]
    for block in range(1, BLOCKS + 1):
        data = encode_data(block, bytes(BLOCK if block < BLOCKS else 7))
        packets += [(server, client, data)] * (2 if block % REPEATED == 0 else 1)
        packets.append((client, server, encode_ack(block)))
    blocks = []
    for count, (source, destination, payload) in enumerate(packets):
        moment = time_ns + count * 10_000
        datagram = Datagram(
            moment, source, destination, payload, len(payload), is_sent=source == server
        )
        cut = frame(datagram, number * len(packets) + count)
        blocks.append(
            pcapng.packet(0, moment, cut.data, cut.length, is_sent=source == server)
        )
    return b"".join(blocks)


def main() -> int:
    """Write, read, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--octets", type=float, default=1e9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "large.pcapng"
        written = count = 0
        with place.open("wb") as file:
            file.write(pcapng.section("a benchmark"))
            file.write(pcapng.interface(LINK_TYPE, pcapng.NO_LIMIT, "one", ""))
            while written < options.octets:
                written += file.write(transfer(count, (1_700_000_000 + count) * 10**9))
                count += 1
        packets = count * (3 + 2 * BLOCKS + BLOCKS // REPEATED)
        command = [sys.executable, "-m", "tftptui", "analyze", str(place), "--report"]
        begin = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - begin
    print("\n".join(done.stdout.splitlines()[:3]))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_024
    print(
        f"{written / 1e6:,.0f} MB, {packets:,} packets, {count:,} transfers in "
        f"{seconds:.1f} s: {packets / seconds:,.0f} packets/s, at most {peak:,.0f} MB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
