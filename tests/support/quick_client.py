"""A client that replies at once: ``python -m tests.support.quick_client``.

Arguments: host, port, and the name of the file. In its own process it never waits for
the server's interpreter, as a thread would.
"""

import socket
import sys

from tests.support.udp_client import PATIENCE
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import Mode, Options, ReadRequest, encode_request


def fetch(at: Endpoint, name: bytes, options: Options = (), window: int = 1) -> bytes:
    """Return a file in blocks of 512 bytes; no packet may be lost."""
    data, expected = bytearray(), 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        request = ReadRequest(name, Mode.OCTET, options)
        sock.sendto(encode_request(request), (at.host, at.port))
        while True:
            packet, peer = sock.recvfrom(2_000)
            if packet[:2] == b"\0\6":
                sock.sendto(b"\0\4\0\0", peer)
                continue
            if packet[:4] != b"\0\3" + (expected & 0xFFFF).to_bytes(2):
                raise AssertionError(f"block {expected} expected, not {packet[:80]!r}")
            data += packet[4:]
            is_last = len(packet) < 4 + 512
            if is_last or expected % window == 0:
                sock.sendto(b"\0\4" + packet[2:4], peer)
            if is_last:
                return bytes(data)
            expected += 1


def main(host: str, port: str, name: str) -> None:
    """Fetch a file."""
    fetch(Endpoint(host, int(port)), name.encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
