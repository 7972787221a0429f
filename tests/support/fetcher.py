"""A TFTP client that reports its progress: ``python -m tests.support.fetcher``.

Arguments: read or write, host, port, timeout in seconds, client ports. It sends one
request from each port and never retries; it replies again to what the server resends.
It ignores packets from other addresses.
"""

import contextlib
import json
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor

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
            raise SystemExit(f"the server said {packet}")


def _outcome(verb: str, host: str, port: str, wait: str, local: str) -> str:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.bind(("", int(local)))
        return exchange(sock, verb, (host, int(port)), float(wait))


def main(verb: str, host: str, port: str, wait: str, *ports: str) -> None:
    """Print the result for each port, as a JSON list; all run at once."""
    with ThreadPoolExecutor() as pool:
        outcomes = pool.map(lambda own: _outcome(verb, host, port, wait, own), ports)
        print(json.dumps(list(outcomes)))  # noqa: T201 - a program


if __name__ == "__main__":
    main(*sys.argv[1:])
