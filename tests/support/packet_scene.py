"""A packet log with a filled store, and packets to look at."""

from tests.support.pane_host import Hosted, Noted, record
from tests.support.pictures import status, view
from tftptui.engine.messages import Frame
from tftptui.telemetry.records.ring import Kind
from tftptui.ui.memory import Memory
from tftptui.ui.panes.packets.pane import PacketLog
from tftptui.ui.store import Store


def filled(*frames: Frame, kept: int = 1_000) -> tuple[PacketLog, Store]:
    store = Store(kept_packets=kept)
    store.fold(Frame(time=0, status=status(), transfers=[view(1, client="10.0.4.37")]))
    for frame in frames:
        store.fold(frame)
    return PacketLog(store, Memory()), store


def rows_of(shown: Hosted) -> list[str]:
    """Return the rows below the column titles, without frame and minimap."""
    assert isinstance(shown.pane, PacketLog)
    left, top, width, height = shown.pane.rows.region
    lines = shown.lines[top : top + height]
    return [line[left : left + width].strip() for line in lines]


def blocks(shown: Hosted) -> list[str]:
    """Return the block of each visible ACK."""
    return [row.split()[-1] for row in rows_of(shown) if "  ACK  " in row]


def a_blocked_boot_rom() -> list[Noted]:
    oack = "tsize=42012"
    return [
        (record(Kind.RRQ, server_tid=69), "pxelinux.0 octet tsize=0"),
        (record(Kind.OACK, 0.001), oack),
        (record(Kind.OACK, 1.002, attempt=2), oack),
        (record(Kind.OACK, 3.003, attempt=3), oack),
        (record(Kind.ICMP, 3.2), "port unreachable, says 10.0.4.1"),
    ]
