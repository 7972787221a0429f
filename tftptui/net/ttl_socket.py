"""Datagrams with a limited TTL, and the ICMP errors they cause (Linux).

No privilege is needed: ICMP errors arrive in the socket's error queue.
"""

import socket
from types import TracebackType
from typing import Self

from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.net.icmp import IcmpError, ask_for_errors, drain_errors

_PAYLOAD = b"\0\0"
"""Not a TFTP packet (RFC 1350 has no opcode 0): clients ignore it."""


class Walker:
    """One non-blocking socket that sends to one target.

    Args:
        local: source; port 0 lets the system choose.
        target: destination.

    Attributes:
        socket: readable when a reply has arrived.

    Raises:
        OSError: the port is in use, or there is no such address.
    """

    def __init__(self, local: Endpoint, target: Endpoint) -> None:
        self.socket = socket.socket(target.family, socket.SOCK_DGRAM)
        self.target = target
        try:
            self.socket.setblocking(False)  # noqa: FBT003 - as socket has it
            ask_for_errors(self.socket)
            self.socket.bind(local.as_socket_address())
        except OSError:
            self.socket.close()
            raise

    @property
    def local(self) -> Endpoint:
        """Source endpoint."""
        return endpoint_of(self.socket.getsockname())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def send(self, hops: int) -> str | None:
        """Send one datagram with a TTL of HOPS.

        Returns:
            Why it was not sent, or None.
        """
        self.answers()  # a pending error would make this call fail
        if self.socket.family == socket.AF_INET6:
            option = socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS
        else:
            option = socket.IPPROTO_IP, socket.IP_TTL
        try:
            self.socket.setsockopt(*option, hops)
            self.socket.sendto(_PAYLOAD, self.target.as_socket_address())
        except OSError as error:
            return error.strerror or str(error)
        return None

    def answers(self) -> list[IcmpError]:
        """Return the ICMP errors since the last call."""
        errors = drain_errors(self.socket)
        while True:  # discard whatever a client sends here
            try:
                self.socket.recv(64)
            except OSError:
                return errors
