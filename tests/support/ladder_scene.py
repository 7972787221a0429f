"""Transfers for ladders: as records, and as frames for a screen."""

from tests.support.pane_host import Noted, packets, record
from tests.support.pictures import NOW, frame, view
from tftptui.engine.messages import RUNNING, Frame
from tftptui.telemetry.records.ring import Flag, Kind

STEP = 0.002
"""Seconds between two packets."""


def windows(
    count: int, *, size: int = 16, at: float = 0.0, first: int = 1
) -> list[Noted]:
    """Return COUNT windows of DATA, each with its ACK."""
    rungs: list[Noted] = []
    for number in range(count):
        block, time = first + number * size, at + 2 * number * STEP
        data = record(
            Kind.DATA, time, block=block, count=size, nbytes=(size * 512) % 65_536
        )
        rungs.append((data, ""))
        ack = record(Kind.ACK, time + STEP, block=block + size - 1, nbytes=4)
        rungs.append((ack, ""))
    return rungs


def request(at: float = -0.01) -> Noted:
    return (record(Kind.RRQ, at, server_tid=69), "pxelinux.0 octet tsize=0")


def a_lossy_transfer() -> list[Noted]:
    """Return a transfer with one lost window, then no trouble, then the end."""
    lost = record(Kind.DATA, 0.2, block=161, count=16, nbytes=8192)
    again = record(Kind.DATA, 1.2, block=161, count=16, nbytes=8192, attempt=2)
    last = record(Kind.DATA, 1.5, block=337, nbytes=100, flags=Flag.LAST)
    return [
        request(),
        (record(Kind.OACK, -0.005), "windowsize=16 tsize=172132"),
        (record(Kind.ACK, -0.001, block=0), ""),
        *windows(10),
        (lost, ""),
        (again, ""),
        (record(Kind.ACK, 1.203, block=176), ""),
        *windows(10, at=1.21, first=177),
        (last, ""),
        (record(Kind.ACK, 1.502, block=337), ""),
    ]


def a_blocked_one() -> list[Noted]:
    """Return a transfer whose client receives nothing."""
    oack = "tsize=42012"
    return [
        request(),
        (record(Kind.OACK, 0.001), oack),
        (record(Kind.OACK, 1.002, attempt=2), oack),
        (record(Kind.OACK, 3.004, attempt=3), oack),
        (record(Kind.ICMP, 3.2), "port unreachable, says 10.0.4.1"),
    ]


def told(rungs: list[Noted], **changes: object) -> list[Frame]:
    """Return frames about transfer 1 with these packets."""
    given: dict[str, object] = {
        "client": "10.0.4.37",
        "client_tid": 2070,
        "server_tid": 40_007,
        "started": NOW - 0.01,
        "moved": NOW + 1.5,
        "window": 16,
        "asked": [("tsize", "0"), ("windowsize", "32")],
        "agreed": [("tsize", "172132"), ("windowsize", "16")],
        "notes": ["windowsize lowered to 16: no more is granted"],
        "acked_blocks": 337,
        "total_size": 172_132,
        "acked_bytes": 172_132,
        "sent_blocks": 337,
        "round_trip": 0.002,
    }
    phase = changes.pop("phase", "completed")
    if phase not in RUNNING:
        given["ended"] = NOW + 1.502
    shown = view(1, phase, **(given | changes))  # type: ignore[arg-type]
    return [frame(shown), packets(*rungs)]


def a_captured_one() -> list[Noted]:
    """Return a captured transfer: an ACK lost after the capture point, then a block."""
    to_server, to_client = Flag.LOST_TO_SERVER, Flag.LOST_TO_CLIENT
    again = record(Kind.DATA, 1.012, block=3, attempt=2, flags=to_server)
    asked = record(Kind.ACK, 2.02, block=4, nbytes=4, flags=Flag.DUPLICATE | to_client)
    repeated = record(Kind.DATA, 2.03, block=5, attempt=2, flags=to_client)
    behind = "block 5 lost between here and the client"
    return [
        request(),
        *windows(2, size=1),
        (record(Kind.DATA, 0.01, block=3), ""),
        (record(Kind.ACK, 0.012, block=3, nbytes=4), ""),
        (again, "ACK 3 lost between here and the server"),
        (record(Kind.DATA, 1.014, block=4), ""),
        (record(Kind.ACK, 1.016, block=4, nbytes=4), ""),
        (record(Kind.DATA, 1.018, block=5, nbytes=100, flags=Flag.LAST), ""),
        (asked, behind),
        (repeated, behind),
        (record(Kind.ACK, 2.032, block=5, nbytes=4), ""),
    ]
