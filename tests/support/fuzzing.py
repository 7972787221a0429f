"""Damaged inputs for every parser of files and messages, and the parsers.

A target generates an input from a random source and parses it. Whatever is wrong with
the input, only the documented error may be raised. ``tools/fuzz.py`` runs the same for
minutes.
"""

import asyncio
import contextlib
import random
import re
import tempfile
from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

import msgspec

from tests.support.capture_files import CLIENT, SERVER, big_endian_pcapng, pcap
from tests.support.running import settings_for
from tftptui.commands.config_file import ConfigError, commented_file, read_config
from tftptui.demo.scenario.files import (
    ScenarioError,
    parse_scenario,
    shipped_scenarios,
)
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.engine import Engine
from tftptui.engine.holders.control import FromWatcher
from tftptui.engine.message_stream import MessageStream, MessageStreamError
from tftptui.engine.messages import (
    AbortTransfer,
    Ask,
    ChangeSettings,
    Command,
    ExpectSelfTest,
    FindFiles,
    HashFile,
    LinkName,
    LookAtFile,
    OpenFolder,
    RewriteName,
    ServeFolder,
    SetPorts,
)
from tftptui.replay.reading import Reading
from tftptui.telemetry.capture.frames import Datagram, frame
from tftptui.wire.dhcp import DhcpMessage, MalformedDhcpError, Op, encode
from tftptui.wire.dhcp import parse as parse_dhcp
from tftptui.wire.frames import (
    ARP_TYPE,
    BROADCAST_MAC,
    IPV4_TYPE,
    Arp,
    ArpOp,
    UdpPacket,
    build_arp,
    build_ethernet,
    build_udp,
    parse_arp,
    parse_ethernet,
    parse_udp,
)

TID = 40_001
COOKED = 16

EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 2**31, 2**32 - 1, 2**63)
NUMBERS = ("0", "-1", "1e308", "nan", "99999999999999999999", "true", '"x"', "[]", "{}")


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """Return WHOLE with one to four places flipped, cut, doubled, moved or replaced."""
    data = bytearray(whole)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 2, 4, 8, 64)))
        match chance.randrange(6):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end]
            case 3:
                del data[at:]
            case 4:
                size = chance.choice((1, 2, 4, 8))
                number = chance.choice(EXTREMES) % 256**size
                order = chance.choice(("big", "little"))
                data[at : at + size] = number.to_bytes(size, order)
            case _:
                other = chance.randrange(len(data) + 1)
                data[at:end] = data[other : other + end - at]
    return bytes(data)


def damaged_text(text: str, chance: random.Random) -> str:
    """Return a text with a number replaced, or a line lost, doubled or moved."""
    if chance.random() < 0.3:
        return damaged(text.encode(), chance).decode("utf-8", "replace")
    if chance.random() < 0.5 and (found := list(re.finditer(r"\d+(\.\d+)?", text))):
        one = chance.choice(found)
        return text[: one.start()] + chance.choice(NUMBERS) + text[one.end() :]
    lines = text.splitlines(keepends=True)
    line = lines.pop(chance.randrange(len(lines)))
    for _ in range(chance.randrange(3)):
        lines.insert(chance.randrange(len(lines) + 1), line)
    return "".join(lines)


def _transfer() -> list[bytes]:
    """Return the frames of a short read, each an IP packet."""
    request = b"\0\1f\0octet\0blksize\x008\0tsize\x000\0"
    talk = [(CLIENT, SERVER, request)]
    server = (SERVER[0], TID)
    talk.append((server, CLIENT, b"\0\6blksize\x008\0tsize\x0020\0"))
    for block, size in ((1, 8), (2, 8), (3, 4)):
        talk.append((CLIENT, server, b"\0\4" + (block - 1).to_bytes(2)))
        talk.append((server, CLIENT, b"\0\3" + block.to_bytes(2) + bytes(size)))
    talk += [(CLIENT, server, b"\0\4\0\3"), (server, CLIENT, b"\0\5\0\0why\0")]
    return [
        frame(Datagram(0, one, other, data, len(data), is_sent=False), number).data[
            COOKED:
        ]
        for number, (one, other, data) in enumerate(talk)
    ]


_CAPTURES = (
    pcap(_transfer()),
    pcap(_transfer(), order=">", nanoseconds=False, snaplen=40),
    b"".join(big_endian_pcapng(packet) for packet in _transfer()),
)


def captures(chance: random.Random) -> bytes:
    """Read a damaged capture to its end; return it."""
    data = damaged(chance.choice(_CAPTURES), chance)
    with tempfile.NamedTemporaryFile() as file, contextlib.suppress(EngineError):
        file.write(data)
        file.flush()
        with Reading(Path(file.name)) as reading:
            while reading.step():
                pass
            reading.troubles()
            reading.asides()
    return data


def scenarios(chance: random.Random) -> bytes:
    """Parse a damaged scenario; return it."""
    path = chance.choice(list(shipped_scenarios().values()))
    text = damaged_text(path.read_text("utf-8"), chance)
    with contextlib.suppress(ScenarioError):
        parse_scenario(text)
    return text.encode()


@cache
def _settings() -> str:
    """Return every setting that can be parsed as it is printed."""
    lines = re.findall(r"(?m)^# ([\w-]+ = .*)$", commented_file())
    return "".join(f"{line}\n" for line in lines if _is_read(f"{line}\n".encode()))


def _is_read(data: bytes) -> bool:
    """Return whether a configuration file can be parsed.

    Raises:
        Exception: anything but the documented error.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tftptui.toml"
        file.write_bytes(data)
        try:
            read_config(file)
        except ConfigError:
            return False
    return True


def configuration(chance: random.Random) -> bytes:
    """Parse a damaged configuration file; return it."""
    data = damaged_text(_settings(), chance).encode()
    _is_read(data)
    return data


_COMMANDS: tuple[Command, ...] = (
    SetPorts(first=40_000, last=40_099, order="random", quarantine=10.0),
    ChangeSettings({"write": "new", "max_window": 8, "retries": 3}),
    OpenFolder(b"sub"),
    AbortTransfer(1),
    LinkName(b"asked", b"file"),
    RewriteName(b"asked", b"file"),
    ServeFolder("/nowhere"),
    LookAtFile(b"file", 0, 0),
    HashFile(b"file"),
    FindFiles(["file"]),
    ExpectSelfTest([40_000]),
)


def control(chance: random.Random) -> bytes:
    """Send damaged commands to an engine's control socket; return them."""
    asks = [
        msgspec.msgpack.encode(Ask(number, chance.choice(_COMMANDS)))
        for number in range(4)
    ]
    data = b"".join(len(one).to_bytes(4) + damaged(one, chance) for one in asks)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "file").write_bytes(b"content")
        asyncio.run(_command(Path(folder), data))
    return data


async def _command(root: Path, data: bytes) -> None:
    engine = Engine(settings_for(root))
    await engine.start()
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    decoder = msgspec.msgpack.Decoder(FromWatcher)
    try:
        while (message := await _receive(reader, decoder)) is not None:
            if isinstance(message, Ask):
                with contextlib.suppress(CommandRefusedError):
                    await engine.ask(message.command)
        engine.next_frame()
    finally:
        await engine.stop()


async def _receive(
    reader: asyncio.StreamReader, decoder: msgspec.msgpack.Decoder[FromWatcher]
) -> FromWatcher | None:
    stream = MessageStream(reader, _NoWriter(), decoder)
    try:
        return await stream.receive()
    except MessageStreamError:
        return None


class _NoWriter(asyncio.StreamWriter):
    """A writer for streams that are not written to."""

    def __init__(self) -> None:
        pass

    def __del__(self) -> None:
        pass


_DISCOVER = DhcpMessage(
    op=Op.REQUEST,
    xid=7,
    chaddr=b"\2" * 6,
    file=b"boot.img",
    options=((53, b"\1"), (60, b"PXEClient"), (93, b"\0\7"), (43, b"\6\1\x08")),
)
_ON_WIRE = (
    build_ethernet(
        BROADCAST_MAC,
        b"\2" * 6,
        IPV4_TYPE,
        build_udp(
            UdpPacket(IPv4Address(0), 68, IPv4Address(2**32 - 1), 67, encode(_DISCOVER))
        ),
    ),
    build_ethernet(
        BROADCAST_MAC,
        b"\2" * 6,
        ARP_TYPE,
        build_arp(
            Arp(ArpOp.REQUEST, b"\2" * 6, IPv4Address(1), bytes(6), IPv4Address(2))
        ),
    ),
)


def wire(chance: random.Random) -> bytes:
    """Parse a damaged ARP or DHCP frame; return it."""
    data = damaged(chance.choice(_ON_WIRE), chance)
    ethernet = parse_ethernet(data)
    if ethernet is None:
        return data
    parse_arp(ethernet.payload)
    udp = parse_udp(ethernet.payload)
    payload = ethernet.payload[28:] if udp is None else udp.payload
    with contextlib.suppress(MalformedDhcpError):
        encode(parse_dhcp(payload))
    return data


TARGETS: dict[str, Callable[[random.Random], bytes]] = {
    "captures": captures,
    "scenarios": scenarios,
    "configuration": configuration,
    "control": control,
    "wire": wire,
}
