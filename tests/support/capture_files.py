"""Handmade captures of each kind."""

import io
import struct
from collections.abc import Iterable

from tftptui.telemetry.capture import pcapng
from tftptui.telemetry.capture.blocks import Captured
from tftptui.telemetry.capture.frames import Datagram, frame
from tftptui.telemetry.capture.packets import Dissector, IcmpSeen, Seen
from tftptui.telemetry.capture.reader import CaptureReader

CLIENT, SERVER = ("10.0.4.37", 2_072), ("10.0.0.9", 69)
CLIENT_V6, SERVER_V6 = ("2001:db8:2::37", 2_072), ("2001:db8::9", 69)
TIME = 1_700_000_000_123_456_789
COOKED = 16
"""Bytes in front of the IP packet in frame()'s result."""

LINKS = {
    0: b"\x02\0\0\0",
    1: b"\1" * 6 + b"\2" * 6 + b"\x08\0",
    9: b"\xff\x03\x00\x21",
    12: b"",
    101: b"",
    108: b"\0\0\0\x02",
    113: struct.pack("!HHH8xH", 0, 0xFFFE, 0, 0x0800),
    228: b"",
    276: struct.pack("!HHIHBB8x", 0x0800, 0, 3, 1, 0, 6),
}
"""The link-layer header in front of an IPv4 packet, by link type."""

VLAN = b"\1" * 6 + b"\2" * 6 + b"\x81\0\0\x05" + b"\x08\0"
TWO_TAGS = b"\1" * 6 + b"\2" * 6 + b"\x88\xa8\0\x07\x81\0\0\x05" + b"\x08\0"
PPPOE = b"\1" * 6 + b"\2" * 6 + b"\x88\x64\x11\0\0\1\0\x40\0\x21"


def datagram(payload: bytes, *, v6: bool = False, time: int = TIME) -> Datagram:
    """Return a datagram from the client to the server."""
    source, destination = (CLIENT_V6, SERVER_V6) if v6 else (CLIENT, SERVER)
    return Datagram(time, source, destination, payload, len(payload), is_sent=False)


def ip_packet(payload: bytes, *, v6: bool = False, number: int = 7) -> bytes:
    """Return the same as an IP packet."""
    return frame(datagram(payload, v6=v6), number).data[COOKED:]


def pcap(
    frames: Iterable[bytes],
    *,
    order: str = "<",
    nanoseconds: bool = True,
    link: int = 101,
    snaplen: int = 262_144,
) -> bytes:
    """Return a pcap file, its frames a nanosecond apart."""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    data = struct.pack(f"{order}IHHIIII", magic, 2, 4, 0, 0, snaplen, link)
    for number, each in enumerate(frames):
        seconds, fraction = divmod(TIME + number, 1_000_000_000)
        fraction = fraction if nanoseconds else fraction // 1_000
        kept = each[:snaplen]
        data += struct.pack(f"{order}IIII", seconds, fraction, len(kept), len(each))
        data += kept
    return data


def big_endian_pcapng(each: bytes, *, link: int = 101, resolution: int = 9) -> bytes:
    """Return a pcapng file in the other byte order, with one frame in it."""

    def block(kind: int, body: bytes) -> bytes:
        length = struct.pack(">I", len(body) + 12)
        return struct.pack(">I", kind) + length + body + length

    ticks = TIME // 10 ** (9 - resolution)
    padded = each + bytes(-len(each) % 4)
    option = struct.pack(">HHB3xHH", 9, 1, resolution, 0, 0)
    return (
        block(pcapng.SECTION, struct.pack(">IHHq", pcapng.BYTE_ORDER, 1, 0, -1))
        + block(pcapng.INTERFACE, struct.pack(">HxxI", link, 0) + option)
        + block(
            pcapng.PACKET,
            struct.pack(
                ">IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(each), len(each)
            )
            + padded,
        )
    )


def read(data: bytes) -> tuple[list[Captured], list[str]]:
    """Return the frames of a file, and the errors."""
    reader = CaptureReader(_raw(data))
    return list(reader.frames()), reader.troubles


def dissected(frames: Iterable[Captured]) -> list[Seen | IcmpSeen]:
    """Return the datagrams in frames."""
    dissector = Dissector()
    return [found for each in frames if (found := dissector.take(each)) is not None]


def _raw(data: bytes) -> io.RawIOBase:
    class Raw(io.RawIOBase):
        """Bytes as an unbuffered file."""

        def __init__(self) -> None:
            self._inner = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            return self._inner.readinto(buffer)

        def tell(self) -> int:
            return self._inner.tell()

    return Raw()
