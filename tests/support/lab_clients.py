"""Clients for the lab: firmware as it behaves on the wire, and real programs.

Timeouts are shortened where a real client would only wait longer.
"""

import select
import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from tftptui.protocol.errors import PeerError
from tftptui.protocol.packets import (
    Data,
    ErrorPacket,
    Mode,
    Oack,
    Options,
    Packet,
    ReadRequest,
    encode_ack,
    encode_error,
    encode_request,
    parse,
)

Address = tuple[str, int]

INTEL: Options = ((b"tsize", b"0"),)
EDK2_SIZE: Options = ((b"tsize", b"0"), (b"blksize", b"1468"), (b"windowsize", b"4"))
EDK2_FILE: Options = ((b"blksize", b"1468"), (b"windowsize", b"4"))
IPXE: Options = ((b"blksize", b"1432"), (b"tsize", b"0"))
U_BOOT: Options = ((b"timeout", b"5"), (b"blksize", b"1468"))
PXELINUX: Options = ((b"tsize", b"0"), (b"blksize", b"1408"))
GRUB: Options = ((b"blksize", b"1024"), (b"tsize", b"0"))

MIDWAY = 10_000
"""Bytes of a large file after which a transfer is in its middle."""


@dataclass
class Firmware:
    """A client that retries from port after port, locks on the first reply, and reads.

    Attributes:
        server: where it sends requests.
        file: the requested file.
        options: of its requests.
        port: the first source port.
        step: how far it moves the port for each retry.
        asks: seconds at which it sends requests.
        gap: seconds until it repeats its last ACK.
        patience: seconds until it gives up.
        address: its own; "" lets the system choose.
        strict: whether it accepts packets only from the server's address.
        knows_oack: whether it accepts an OACK as a reply.
        midway: called once after MIDWAY bytes, before the next ACK.
    """

    server: Address
    file: str = "boot.bin"
    options: Options = INTEL
    port: int = 2_072
    step: int = 1
    asks: Sequence[float] = (0.0, 0.5, 1.5)
    gap: float = 1.0
    patience: float = 7.0
    address: str = ""
    strict: bool = True
    knows_oack: bool = True
    midway: Callable[[], object] | None = None
    content: bytearray = field(default_factory=bytearray)

    def fetch(self) -> bool:
        """Fetch the file; return whether it is complete."""
        self.content.clear()
        begun = monotonic()
        sockets: list[socket.socket] = []
        try:
            for number, at in enumerate(self.asks):
                if self.step or not sockets:
                    sockets.append(self._socket(self.port + number * self.step))
                request = encode_request(
                    ReadRequest(self.file.encode(), Mode.OCTET, self.options)
                )
                sockets[-1].sendto(request, self.server)
                is_last = number + 1 == len(self.asks)
                end = begun + (self.patience if is_last else self.asks[number + 1])
                found = self._answer(sockets, end - monotonic(), at)
                if found is not None:
                    return self._read(*found)
        finally:
            for sock in sockets:
                sock.close()
        return False

    def _socket(self, port: int) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((self.address, port))
        return sock

    def _answer(
        self, sockets: list[socket.socket], seconds: float, _at: float
    ) -> tuple[socket.socket, Address, Packet] | None:
        """Wait for the first reply on any port."""
        end = monotonic() + max(0.0, seconds)
        while (left := end - monotonic()) > 0:
            ready, _, _ = select.select(sockets, [], [], left)
            for sock in ready:
                packet, sender = _receive(sock)
                is_right = not self.strict or sender[0] == self.server[0]
                is_known = self.knows_oack or not isinstance(packet, Oack)
                if packet is not None and is_right and is_known:
                    return sock, sender, packet
        return None

    def _read(self, sock: socket.socket, peer: Address, packet: Packet) -> bool:
        """Accept blocks only from PEER until the file is complete or time is up."""
        size, block, last = 512, 0, encode_ack(0)
        end = monotonic() + self.patience
        current: Packet | None = packet
        while monotonic() < end:
            match current:
                case Oack(options):
                    wanted = dict(options).get(b"blksize")
                    size = int(wanted) if wanted else 512
                    sock.sendto(last, peer)
                case Data(block16, payload) if block16 == (block + 1) % 65_536:
                    self.content += payload
                    block += 1
                    last = encode_ack(block % 65_536)
                    if self.midway is not None and len(self.content) > MIDWAY:
                        self.midway()
                        self.midway = None
                    sock.sendto(last, peer)
                    end = monotonic() + self.patience
                    if len(payload) < size:
                        return True
                case ErrorPacket():
                    return False
                case _:
                    pass
            current = self._next(sock, peer, last, end)
        return False

    def _next(
        self, sock: socket.socket, peer: Address, last: bytes, end: float
    ) -> Packet | None:
        ready, _, _ = select.select([sock], [], [], min(self.gap, end - monotonic()))
        if not ready:
            sock.sendto(last, peer)
            return None
        packet, sender = _receive(sock)
        return packet if sender == peer else None


def probe_then_fetch(
    server: Address, file: str, *, port: int = 1_548, address: str = ""
) -> bool:
    """Fetch like UEFI firmware: size, ERROR 8, and again from the next port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, port))
        sock.settimeout(4.0)
        request = encode_request(ReadRequest(file.encode(), Mode.OCTET, EDK2_SIZE))
        for _ in range(6):  # PXEBC_MTFTP_RETRIES, 4 s apart
            sock.sendto(request, server)
            try:
                _, peer = sock.recvfrom(2_048)
            except TimeoutError:
                continue
            sock.sendto(encode_error(8, "User aborted the transfer"), peer)
            break
    file_proper = Firmware(
        server,
        file,
        options=((b"blksize", b"1468"),),
        port=port + 1,
        step=0,
        asks=(0.0, 4.0, 8.0),
        patience=20.0,
        address=address,
    )
    return file_proper.fetch()


def ask_and_leave(server: Address, file: str, *, port: int = 2_072) -> None:
    """Send one request and close the port at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", port))
        sock.sendto(
            encode_request(ReadRequest(file.encode(), Mode.OCTET, INTEL)), server
        )


def program(within: Sequence[str], *command: str, patience: float = 20.0) -> bool:
    """Run a real client; return whether it reports success."""
    try:
        done = subprocess.run(
            [*within, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _receive(sock: socket.socket) -> tuple[Packet | None, Address]:
    try:
        datagram, sender = sock.recvfrom(65_535)
    except ConnectionError:  # an ICMP error: the port is closed
        return None, ("", 0)
    try:
        return parse(datagram), sender
    except PeerError:
        return None, sender
