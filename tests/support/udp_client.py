"""A TFTP client controlled by a test, packet by packet, inside the loop."""

import asyncio
import socket
from types import TracebackType
from typing import Self

from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.protocol.packets import (
    Ack,
    Data,
    ErrorPacket,
    Mode,
    Oack,
    Options,
    Packet,
    ReadRequest,
    WriteRequest,
    encode_ack,
    encode_data,
    encode_error,
    encode_request,
    parse,
)

PATIENCE = 10.0
"""Timeout in seconds for a reply that must come."""


class UdpClient:
    """One socket on this host.

    Attributes:
        peer: the source of the last packet received: the server's TID.
        peers: all sources of packets.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)  # noqa: FBT003 - the name says it
        try:
            self.socket.bind((host, port))
        except OSError:
            self.socket.close()
            raise
        self.peer: Endpoint | None = None
        self.peers: set[Endpoint] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def local(self) -> Endpoint:
        return endpoint_of(self.socket.getsockname())

    def close(self) -> None:
        self.socket.close()

    def send(self, packet: bytes, to: Endpoint | None = None) -> None:
        """Send bytes to TO, or to the peer."""
        target = to or self.peer
        assert target is not None, "nobody has sent anything yet"
        self.socket.sendto(packet, target.as_socket_address())

    def ask(
        self,
        server: Endpoint,
        name: bytes,
        *,
        options: Options = (),
        mode: Mode = Mode.OCTET,
    ) -> None:
        """Send an RRQ."""
        self.send(encode_request(ReadRequest(name, mode, options)), server)

    def offer(
        self,
        server: Endpoint,
        name: bytes,
        *,
        options: Options = (),
        mode: Mode = Mode.OCTET,
    ) -> None:
        """Send a WRQ."""
        self.send(encode_request(WriteRequest(name, mode, options)), server)

    def block(self, number: int, payload: bytes) -> None:
        """Send DATA to the peer."""
        self.send(encode_data(number % 65_536, payload))

    def ack(self, block: int) -> None:
        """Acknowledge a block to the peer."""
        self.send(encode_ack(block % 65_536))

    def leave(self, text: str = "I have to go") -> None:
        """Send ERROR 0 to the peer."""
        self.send(encode_error(0, text))

    async def receive(self) -> Packet:
        """Return the next packet from any source, which becomes the peer."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE):
            datagram, address = await loop.sock_recvfrom(self.socket, 65_535)
        self.peer = endpoint_of(address)
        self.peers.add(self.peer)
        return parse(datagram)

    async def data(self) -> Data:
        """Return the next packet, which must be DATA."""
        packet = await self.receive()
        assert isinstance(packet, Data), packet
        return packet

    async def acked(self) -> int:
        """Return the wire block of the next packet, which must be an ACK."""
        packet = await self.receive()
        assert isinstance(packet, Ack), packet
        return packet.block16

    async def oack(self) -> Oack:
        """Return the next packet, which must be an OACK."""
        packet = await self.receive()
        assert isinstance(packet, Oack), packet
        return packet

    async def error(self) -> ErrorPacket:
        """Return the next packet, which must be an ERROR."""
        packet = await self.receive()
        assert isinstance(packet, ErrorPacket), packet
        return packet

    async def read(self, server: Endpoint, name: bytes, options: Options = ()) -> bytes:
        """Return a whole file, in lock-step and in blocks of 512 bytes."""
        self.ask(server, name, options=options)
        if options:
            await self.oack()
            self.ack(0)
        content = b""
        while True:
            data = await self.data()
            content += data.payload
            self.ack(data.block16)
            if len(data.payload) < 512:  # the last one (RFC 1350 §6)
                return content

    async def write(
        self, server: Endpoint, name: bytes, content: bytes, mode: Mode = Mode.OCTET
    ) -> None:
        """Send a whole file, in lock-step and without options."""
        self.offer(server, name, mode=mode)
        assert await self.acked() == 0
        await self.blocks(content)

    async def blocks(self, content: bytes, size: int = 512, *, first: int = 1) -> None:
        """Send bytes as blocks from FIRST on, each after the ACK of the previous one.

        The last one is shorter than SIZE, possibly empty (RFC 1350 §6).
        """
        for number, start in enumerate(range(0, len(content) + 1, size), first):
            self.block(number, content[start : start + size])
            assert await self.acked() == number % 65_536
