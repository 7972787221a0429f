"""A TFTP client on another host that reports its progress.

It sends one request from each port and never retries; it replies again to what the
server resends. It ignores packets from other addresses.
"""

import contextlib
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.support.namespaces import Place, Routed
from tftptui.protocol.packets import (
    Ack,
    Data,
    Mode,
    Packet,
    ReadRequest,
    WriteRequest,
    encode_ack,
    encode_data,
    encode_request,
    parse,
)

CONTENT = bytes(1_500)  # three blocks
_BLOCK = 512


def exchange(
    sock: socket.socket, verb: str, place: tuple[str, int], wait: float
) -> str:
    """Fetch or send one file; return "whole", "silent" or "stuck"."""
    request = ReadRequest if verb == "read" else WriteRequest
    own = sock.getsockname()[1]  # two uploads may not write the same file
    name = b"file" if verb == "read" else f"upload-{own}".encode()
    with contextlib.suppress(PermissionError):  # our own firewall: same as silence
        sock.sendto(encode_request(request(name, Mode.OCTET, ())), place)
    done, heard = 0, False
    end = time.monotonic() + wait
    while time.monotonic() < end:
        sock.settimeout(max(0.01, end - time.monotonic()))
        try:
            datagram, peer = sock.recvfrom(2_000)
        except OSError:
            continue
        if peer[0] != place[0]:  # another TID (RFC 1350 §4)
            continue
        heard = True
        answer, progress = _answer(parse(datagram), done)
        if answer is None:
            return "whole"
        sock.sendto(answer, peer)
        if progress is not None:
            done, end = progress, time.monotonic() + wait
            if verb == "read" and done * _BLOCK > len(CONTENT):
                return "whole"
    return "stuck" if heard else "silent"


def _answer(packet: Packet, done: int) -> tuple[bytes | None, int | None]:
    """Return the reply (None if complete), and how many blocks are done now."""
    match packet:
        case Data():
            ahead = packet.block16 == done + 1
            return encode_ack(packet.block16), packet.block16 if ahead else None
        case Ack() if packet.block16 * _BLOCK > len(CONTENT):
            return None, None
        case Ack():
            start = packet.block16 * _BLOCK
            block = encode_data(packet.block16 + 1, CONTENT[start : start + _BLOCK])
            return block, packet.block16 if packet.block16 > done else None
        case _:
            raise AssertionError(f"the server said {packet}")


def from_ports(
    network: Routed,
    verb: str,
    target: tuple[str, int],
    wait: float,
    ports: Sequence[int],
    at: Place = "client",
) -> tuple[str, ...]:
    """Return the outcome for each client port, as exchange() does; all run at once.

    Args:
        verb: "read" for "file", or "write".
        target: the server's address and port.
        wait: seconds without progress until it gives up.
    """
    family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
    with contextlib.ExitStack() as stack, ThreadPoolExecutor() as pool:
        sockets = [stack.enter_context(network.socket_at(at, family)) for _ in ports]
        for sock, port in zip(sockets, ports, strict=True):
            sock.bind(("", port))
        return tuple(pool.map(lambda own: exchange(own, verb, target, wait), sockets))
