"""Reception: what is done with each datagram that reaches a listener."""

import errno
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import IcmpError
from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.packets import (
    Ack,
    ErrorPacket,
    ReadRequest,
    Request,
    WriteRequest,
    parse,
)
from tftptui.server.fastpath.one_block_read import AnyTransfer, OneBlockRead
from tftptui.server.intake.admission import LONGEST_REQUEST, TO_MANY, Policy, Verdict
from tftptui.server.intake.eviction import Evictions
from tftptui.server.intake.refusals import RefusalDesk, Seek, seek_nothing, too_long
from tftptui.server.listener import Arrival, Listener
from tftptui.server.ports import PortsExhaustedError
from tftptui.server.recorder import error_note, request_note
from tftptui.server.requests import kind_of
from tftptui.server.root.path_resolution import RootError
from tftptui.server.transfer.open_transfer import Opener
from tftptui.server.transfer.shared_transport import SharedTransport
from tftptui.server.transfer.sockets import NoWayError
from tftptui.server.transfer.stale_client import LeftBehind
from tftptui.server.transfer.transfer import Transfer
from tftptui.server.transfer.uploads import UploadError
from tftptui.telemetry.records.ring import Kind
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.views import Refusal

REQUESTS = (b"\0\1", b"\0\2")
"""The first two bytes of an RRQ and a WRQ."""

_parse = lru_cache(maxsize=1_024)(parse)
"""Cached, because a booting rack sends the same few requests."""


@dataclass
class Reception:
    """Handles datagrams of listeners: each becomes a transfer, an ERROR or a count.

    Attributes:
        began, ended: callbacks for each transfer.
        replaced: callback for a Transfer that replaces a one-block read.
        transfers: active transfers, by client; ``of_client`` counts them by address.
        policy: which requests are accepted; it follows the opener's settings.
        seek: finds similar names for one that does not exist.
    """

    opener: Opener
    began: Callable[[AnyTransfer], None]
    ended: Callable[[AnyTransfer], None]
    replaced: Callable[[OneBlockRead, Transfer], None]
    transfers: dict[Endpoint, AnyTransfer] = field(default_factory=dict)
    of_client: Counter[str] = field(default_factory=Counter)
    last_number: int = 0
    seek: Seek = seek_nothing

    def __post_init__(self) -> None:
        self.policy = Policy(self.opener.settings)
        self._recorder = self.opener.recorder
        self._desk = RefusalDesk(
            self._recorder, self.policy, self.seek, self.opener.recognize
        )
        self._evictions = Evictions()
        self._left = LeftBehind()
        self.opener.replaced = self._replaced

    def take(self, listener: Listener, arrival: Arrival) -> None:
        """Handle one datagram."""
        if self.deliver(arrival):
            return
        try:
            if len(arrival.datagram) > LONGEST_REQUEST:
                raise too_long(len(arrival.datagram), LONGEST_REQUEST)
            packet = _parse(arrival.datagram)
        except PeerError as error:
            self._desk.refuse_malformed(listener, arrival, error)
            return
        match packet:
            case ReadRequest() | WriteRequest():
                self._request(listener, arrival, packet)
            case ErrorPacket():  # no reply to an ERROR (RFC 1350 §7)
                self._loose(Kind.ERROR_RECEIVED, arrival, error_note(packet))
            case Ack():  # some clients acknowledge even an ERROR
                self._recorder.counters.strays += 1
                self._loose(Kind.STRAY, arrival, "ACK without a transfer; ignored")
            case _:
                text = f"{type(packet).__name__} does not belong on this port"
                refusal = PeerError(ErrorCode.ILLEGAL_OPERATION, text)
                self._desk.refuse_malformed(listener, arrival, refusal)

    def complain(self, error: IcmpError) -> None:
        """Pass an ICMP error for a listener's packet to its transfer."""
        found = None if error.target is None else self.transfers.get(error.target)
        if isinstance(found, Transfer) and isinstance(found.transport, SharedTransport):
            found.take_error(error)

    def shed(self) -> None:
        """Count a datagram dropped unread because of overload."""
        self._desk.shed()

    def take_refusals(self) -> list[Refusal]:
        """Return the latest refusals since the last call."""
        return self._desk.take_latest()

    def tick(self, now: float) -> None:
        """Run periodic work, before the transfers run theirs."""
        self._left.tick(now)
        self._desk.tick(now)

    def close(self) -> None:
        """Report what is not reported yet; call this last."""
        self._desk.flush()

    def deliver(self, arrival: Arrival) -> bool:
        """Pass a datagram to its single-port transfer; return whether there is one."""
        living = self.transfers.get(arrival.client)
        if living is None or not isinstance(living.transport, SharedTransport):
            return False
        if arrival.datagram[:2] in REQUESTS:
            return False
        living.transport.deliver(arrival.datagram)
        return True

    def _request(self, listener: Listener, arrival: Arrival, request: Request) -> None:
        if arrival.is_to_many:
            self._recorder.counters.requests += 1
            self._desk.refuse(listener, arrival, request, TO_MANY)
            return
        client = arrival.client.host
        self.policy.follow(self.opener.settings)
        verdict = self.policy.admit(client, self._recorder.clock.now())
        if verdict is not None and arrival.client in self.transfers:
            # An ERROR would end the client's transfer, which may go on.
            self._loose(kind_of(request), arrival, request_note(request))
            return
        is_known = verdict is None and arrival.client in self.transfers
        if is_known and self._is_repeated(arrival, request):
            return
        self._recorder.counters.requests += 1
        if verdict is None:
            verdict = self._try(listener, arrival, request)
            while verdict is not None and self._make_room(verdict, client):
                verdict = self._try(listener, arrival, request)
        if verdict is not None:
            self._desk.refuse(listener, arrival, request, verdict)

    def _try(
        self, listener: Listener, arrival: Arrival, request: Request
    ) -> Verdict | None:
        """Start a transfer; return why not if it is refused."""
        active, of_client = len(self.transfers), self.of_client[arrival.client.host]
        verdict = self.policy.judge(request, arrival.client.host, active, of_client)
        return verdict or self._begin(listener, arrival, request)

    def _make_room(self, verdict: Verdict, client: str) -> bool:
        """Evict a transfer if the request was refused for lack of room.

        Returns:
            Whether to try again.
        """
        if not verdict.is_full:
            return False
        of_client = client if verdict.reason == Reason.CLIENT_LIMIT else None
        clock = self._recorder.clock
        silent = self._evictions.unproven(clock.wall(), of_client)
        if silent is None and of_client is None:
            silent = self._evictions.waiting(self.transfers.values(), clock.now())
        if silent is None:
            return False
        silent.whole().evict()
        return True

    def _is_repeated(self, arrival: Arrival, request: Request) -> bool:
        """Handle a second request from the port of an active transfer (RFC 1350 §4).

        The same request belongs to that transfer: no second TID. A different one means
        that the client has started something new: GRUB, lpxelinux and U-Boot reuse
        their port within milliseconds.
        """
        # read the last ACK first: it was sent before this request
        self.transfers[arrival.client].listen()
        found = self.transfers.get(arrival.client)
        if found is None:
            return False
        living = found.whole()
        if living.request != request:
            living.replace("new request from the same port")
            return False
        if living.take_request(arrival, self._recorder.clock.now()):
            return True
        living.replace("the client restarted")
        return False

    def _begin(
        self, listener: Listener, arrival: Arrival, request: Request
    ) -> Verdict | None:
        number = self.last_number + 1
        # must not be later than the transfer's own start
        wall = self._recorder.clock.wall()
        try:
            transfer = self.opener.open(
                number, request, (listener, arrival), self._ended
            )
        except (RootError, UploadError) as error:
            is_full = _lacks_descriptors(error.__cause__)
            return Verdict(error.reason, error.code, error.text, is_full=is_full)
        except PortsExhaustedError as error:
            code, text = ErrorCode.UNDEFINED, str(error)
            return Verdict(
                Reason.PORTS_EXHAUSTED, code, text, is_full=True, ports=error.ports
            )
        except NoWayError as error:
            text = f"the server has no route to {arrival.client.host}: {error.strerror}"
            return Verdict(Reason.NO_ROUTE, ErrorCode.UNDEFINED, text)
        except OSError as error:
            text = f"the server cannot open a socket: {error.strerror}"
            is_full = _lacks_descriptors(error)
            return Verdict(Reason.SOCKET, ErrorCode.UNDEFINED, text, is_full=is_full)
        self.last_number = number
        self._left.begin(transfer, wall)
        self._evictions.begin(transfer)
        self.transfers[arrival.client] = transfer
        self.of_client[arrival.client.host] += 1
        self._record_request(arrival, request, number, wall)
        self.began(transfer)
        transfer.start(self._recorder.clock.now())
        return None

    def _replaced(self, read: OneBlockRead, transfer: Transfer) -> None:
        self.transfers[transfer.client] = transfer
        self._left.replace(read, transfer)
        self._evictions.replace(transfer)
        self.replaced(read, transfer)

    def _ended(self, transfer: AnyTransfer) -> None:
        host = transfer.client.host
        self._left.end(transfer)
        self._evictions.end(transfer)
        if self.transfers.get(transfer.client) is transfer:
            del self.transfers[transfer.client]
        self.of_client[host] -= 1
        if not self.of_client[host]:
            del self.of_client[host]
        if transfer.is_proven:
            self.policy.vouch(host)
        self.ended(transfer)

    def _loose(self, kind: Kind, arrival: Arrival, note: str) -> None:
        nbytes = len(arrival.datagram)
        self._recorder.loose(kind, arrival.client, arrival.server.port, nbytes, note)
        self._recorder.raw(arrival.datagram, arrival.client, arrival.server)

    def _record_request(
        self, arrival: Arrival, request: Request, number: int, wall: float
    ) -> None:
        ends, nbytes = (arrival.client.port, arrival.server.port), len(arrival.datagram)
        kind = kind_of(request)
        self._recorder.put(
            (wall, number, 0, 1, *ends, nbytes, kind, 1, 0), request_note(request)
        )
        self._recorder.raw(arrival.datagram, arrival.client, arrival.server)


def _lacks_descriptors(error: BaseException | None) -> bool:
    """Return whether the error means that no file descriptor is free."""
    lacking = (errno.EMFILE, errno.ENFILE)
    return isinstance(error, OSError) and error.errno in lacking
