"""Views, port maps and frames as an engine would send them, for tests of the screen."""

from typing import Any

import msgspec

from tftptui.engine.messages import (
    FOREIGN,
    QUARANTINED,
    USED,
    Entry,
    Frame,
    Listing,
    PortMap,
    Status,
    TransferPhase,
    TransferView,
)
from tftptui.telemetry.counters import Counters

NOW = 1_790_000_000.0


def status(**changes: Any) -> Status:
    given: dict[str, Any] = {
        "version": "0",
        "listeners": ["0.0.0.0:6969", "[::]:6969"],
        "port": 6969,
        "root": "/srv/images",
        "pid": 1,
    }
    return Status(**(given | changes))


def ports(first: int = 40_000, last: int = 40_099) -> PortMap:
    states = bytearray(last - first + 1)
    for place, state in ((3, USED), (17, USED), (31, QUARANTINED), (70, FOREIGN)):
        if place < len(states):
            states[place] = state
    return PortMap(
        first=first, last=last, order="random", quarantine=10, states=bytes(states)
    )


def view(
    number: int,
    phase: TransferPhase = "sending",
    *,
    file: str = "pxelinux.0",
    **changes: Any,
) -> TransferView:
    given: dict[str, Any] = {
        "number": number,
        "client": f"10.0.4.{20 + number}",
        "client_tid": 50_000 + number,
        "server": "10.0.1.5",
        "server_tid": 40_000 + number,
        "file": file,
        "phase": phase,
        "started": NOW - 20,
        "moved": NOW - 0.1,
        "total_size": 100_000,
        "acked_bytes": 51_200,
        "acked_blocks": 100,
    }
    if phase not in {"negotiating", "sending", "stalled"}:
        given["ended"] = NOW - number
    return TransferView(**(given | changes))


def readme() -> Listing:
    entries = [
        Entry(name=b"pxe", text="pxe", kind="folder"),
        Entry(name=b"README.txt", text="README.txt", kind="file", size=1234),
    ]
    return Listing(folder=b"", entries=entries)


def frame(*views: TransferView, **changes: Any) -> Frame:
    """Return the full state of a server with these transfers."""
    given: dict[str, Any] = {
        "time": NOW,
        "status": status(),
        "ports": ports(),
        "listings": [readme()],
        "counters": Counters(started=len(views), completed=0),
        "transfers": list(views),
    }
    return Frame(**(given | changes))


def a_busy_server() -> list[Frame]:
    """Return every state of a transfer, at two times, so that there are rates."""
    sizes = [("blksize", "1468"), ("windowsize", "16"), ("tsize", "0")]
    agreed = [("blksize", "1428"), ("windowsize", "16"), ("tsize", "6266000")]
    running = view(
        8,
        file="board/u-boot.img",
        kind="U-Boot",
        asked=sizes,
        agreed=agreed,
        notes=["blksize lowered to 1428: what the route carries unfragmented"],
        block_size=1428,
        window=16,
        total_size=6_266_000,
        acked_blocks=912,
        acked_bytes=1_302_336,
        retransmits=3,
    )
    views = [
        view(1, "completed", file="firmware/fw-2.1.bin", kind="curl", retransmits=4),
        view(2, "probed", file="board/u-boot.img"),
        view(3, "failed", file="gone.bin", error="the client sent ERROR 3: disk full"),
        view(4, "unconfirmed", file="kernel"),
        view(5, "abandoned", file="slow.bin", error="the client stopped replying"),
        view(6, "stalled", moved=NOW - 9, acked_bytes=0, acked_blocks=0, timeouts=3),
        view(7, client="2001:db8:41:7::4a:21", file="core-1.cfg", total_size=None),
        running,
    ]
    totals = Counters(started=219, completed=211, failed=2, abandoned=1, unconfirmed=1)
    later = view(7, client="2001:db8:41:7::4a:21", file="core-1.cfg", total_size=None)
    later.acked_bytes += 44_000
    totals_later = msgspec.structs.replace(totals, bytes_sent=12_100_000)
    return [
        frame(*views, time=NOW - 1, counters=totals),
        Frame(time=NOW, transfers=[later], counters=totals_later),
    ]
