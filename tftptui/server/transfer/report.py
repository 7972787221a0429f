"""Reports one transfer: its view, packet records and events."""

from collections.abc import Callable

import msgspec

from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import IcmpError
from tftptui.protocol.commands import End, Outcome
from tftptui.protocol.options import Agreed
from tftptui.protocol.packets import Request, WriteRequest
from tftptui.protocol.session import TWIN_REQUEST
from tftptui.server.recorder import Recorder, option_texts
from tftptui.server.requests import Recognize, nobody
from tftptui.server.root.from_settings import served_as
from tftptui.server.transfer.icmp_reports import ReportLimit
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import (
    IcmpReceived,
    Signature,
    TransferStarted,
)
from tftptui.telemetry.records.ring import Flag, Kind, template_of
from tftptui.telemetry.stray_notes import stray_note
from tftptui.telemetry.transfer_events import ended_event, keys_of, modified_of
from tftptui.telemetry.versions import Version
from tftptui.telemetry.views import TransferView

_KEPT_TIMES = 8
"""Request times kept in a view, enough to see the retry interval."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """The constant properties of a transfer.

    Attributes:
        name: of the file below the root; empty if it is the requested one.
        leased_from: see TransferView.
    """

    request: Request
    agreed: Agreed = Agreed()
    name: bytes = b""
    recognize: Recognize = nobody
    leased_from: tuple[int, int, str] | None = None
    single_port: bool = False


class Report:
    """Records one transfer. ``version`` increases with every event.

    The view is created on first access: most transfers end before.

    Attributes:
        started, progressed: wall clock of the request and of the last progress;
            ended_at: of the end, if no event reported it.
        tids: transfer number, client port, server port.
    """

    __slots__ = (
        "_about",
        "_ends",
        "_icmp_limit",
        "_made",
        "_recorder",
        "ended_at",
        "progressed",
        "started",
        "tids",
        "version",
    )

    def __init__(
        self,
        number: int,
        ends: tuple[Endpoint, Endpoint],
        about: About,
        recorder: Recorder,
    ) -> None:
        client, server = self._ends = ends
        self.version = 0
        self.tids = (number, client.port, server.port)
        self.started = self.progressed = recorder.clock.wall()
        self.ended_at: float | None = None
        self._recorder = recorder
        self._about = about
        self._made: TransferView | None = None
        self._icmp_limit: ReportLimit | None = None

    @property
    def view(self) -> TransferView:
        """The view of the transfer, created with its constant fields."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> TransferView:
        about, (client, server) = self._about, self._ends
        request, agreed = about.request, about.agreed
        kind = about.recognize(request, client)
        return TransferView(
            number=self.tids[0],
            client=client.host,
            client_tid=client.port,
            server=server.host,
            server_tid=server.port,
            file=visible(request.filename),
            served=served_as(request.filename, about.name or request.filename),
            direction="write" if isinstance(request, WriteRequest) else "read",
            mode=request.mode.value,
            asked=option_texts(request.options),
            agreed=option_texts(agreed.oack),
            notes=list(agreed.notes),
            block_size=agreed.block_size,
            window=agreed.window,
            started=self.started,
            moved=self.progressed,
            ended=self.ended_at,
            asked_at=(self.started,),
            single_port=about.single_port,
            leased_from=about.leased_from,
            kind=kind.kind if kind else "",
            kind_sure=kind.sure if kind else 0.0,
        )

    def tell_version(self, version: Version) -> None:
        """Set the version of the file that is read or was written."""
        self.view.version, self.view.modified = version, version.modified_ns / 1e9

    def packet(
        self,
        kind: Kind,
        nbytes: int,
        *,
        run: tuple[int, int] = (0, 1),
        attempt: int = 1,
        flags: int = 0,
        note: str = "",
    ) -> float:
        """Record a packet, or a RUN of blocks (first, count); return its wall time."""
        block, count = run
        self.version += 1
        wall = self._recorder.clock.wall()
        if attempt > 1:
            self.view.retransmits += count
            self.view.resent = wall
            if kind is Kind.OACK:
                self.view.oacks_again += 1
        number, client_tid, server_tid = self.tids
        fields = (
            wall,
            number,
            block,
            count,
            client_tid,
            server_tid,
            nbytes,
            kind,
            attempt,
            flags,
        )
        self._recorder.put(fields, note)
        return wall

    def exchange(self, window: int, nbytes: int) -> bytes:
        """Return the log template for an ACK and the WINDOW of NBYTES sent in reply.

        Callers add it to the ring's exchanges and call exchanged() later.
        """
        return template_of(self.tids, window, nbytes)

    def settle(self) -> None:
        """Write down the exchanges added so far."""
        self._recorder.ring.settle()

    def exchanged(self, times: int, window: int, nbytes: int, wall: float) -> None:
        """Count exchanges added to the ring, the last one at WALL."""
        self.version += 1
        self.moved(wall)
        counters = self._recorder.counters
        counters.packets_received += times
        counters.packets_sent += times * window
        counters.bytes_sent += times * nbytes

    def raw(self, data: bytes, *, is_sent: bool, other: Endpoint) -> None:
        """Keep the datagram of the last packet if a capture is running."""
        _, ours = self._ends
        ends = (ours, other) if is_sent else (other, ours)
        self._recorder.raw(data, *ends)

    def runs(self, kind: Kind, nbytes: int) -> Callable[[float, int, int], None]:
        """Return a function that records a run of blocks; gathered() counts later."""
        return self._recorder.ring.runs(self.tids, kind, nbytes)

    def singles(self, kind: Kind, nbytes: int) -> Callable[[float, int], None]:
        """Return a function that records one packet; gathered() counts later."""
        return self._recorder.ring.singles(self.tids, kind, nbytes)

    def gathered(self, blocks: int, acks: int, wall: float) -> None:
        """Count full BLOCKS and ACKS recorded that way; the last came at WALL."""
        self.version += 1
        self.moved(wall)
        counters = self._recorder.counters
        counters.packets_received += blocks
        counters.bytes_received += blocks * self._about.agreed.block_size
        counters.packets_sent += acks

    def trouble(self, note: str) -> None:
        """Add a note to the last packet: why it was not sent."""
        self._recorder.ring.annotate(self._recorder.ring.next - 1, note)

    def duplicate(self) -> None:
        """Count a packet that the client resent."""
        view, wall = self.view, self._recorder.clock.wall()
        view.duplicates += 1
        if view.repeating <= self.progressed:
            view.repeating = wall
        view.repeated = wall
        self._recorder.counters.duplicates += 1

    def repeated_request(self, datagram: bytes, asked: Endpoint, note: str) -> None:
        """Record a repeated request to ASKED, resent or duplicated on the path."""
        view, wall = self.view, self._recorder.clock.wall()
        kind = Kind.WRQ if view.direction == "write" else Kind.RRQ
        number, client_tid, _ = self.tids
        ends, nbytes = (client_tid, asked.port), len(datagram)
        fields = (wall, number, 0, 1, *ends, nbytes, kind, 1, Flag.DUPLICATE)
        self._recorder.put(fields, note)
        self._recorder.raw(datagram, Endpoint(view.client, client_tid), asked)
        self.count_again()

    def count_again(self) -> None:
        """Count a repeated request that is already recorded."""
        self.version += 1
        self.duplicate()
        view, wall = self.view, self._recorder.clock.wall()
        if wall - view.asked_at[-1] < TWIN_REQUEST:
            view.twins += 1
        else:
            view.requests += 1
            view.asked_at = (*view.asked_at[1 - _KEPT_TIMES :], wall)

    def malformed(self, nbytes: int, why: str) -> None:
        """Record a malformed packet."""
        self._recorder.counters.malformed += 1
        self.packet(Kind.MALFORMED, nbytes, note=why)

    def stray(self, nbytes: int, stranger: Endpoint) -> int:
        """Record a datagram of a stranger; return how many there have been."""
        self.view.strays += 1
        self._recorder.counters.strays += 1
        self.packet(Kind.STRAY, nbytes, note=stray_note(str(stranger)))
        return self.view.strays

    def moved_to(self, stranger: Endpoint) -> None:
        """Record that a stranger sends what the client should send next."""
        known = self.view.moved_to
        is_same = known is not None and known[:2] == (stranger.host, stranger.port)
        count = known[2] + 1 if known is not None and is_same else 1
        self.view.moved_to = (stranger.host, stranger.port, count)

    def icmp(self, error: IcmpError) -> None:
        """Record an ICMP error for a packet of ours."""
        sender = error.sender or "somebody"
        self.packet(Kind.ICMP, 0, note=f"{error.name}, says {sender}")
        if self._icmp_limit is None:
            self._icmp_limit = ReportLimit()
        if not self._icmp_limit.is_reported(self._recorder.clock.now()):
            self._recorder.counters.suppressed += 1
            return
        self._recorder.emit(
            IcmpReceived(
                time=self._recorder.clock.wall(),
                **keys_of(self.view),
                type=error.type,
                code=error.code,
                name=error.name,
                sender=error.sender,
            )
        )

    def expired(self) -> None:
        """Count a transfer that exceeded a time limit."""
        self._recorder.counters.expired += 1

    def moved(self, wall: float | None = None) -> None:
        """Record progress of the client, at WALL or now."""
        self.progressed = self._recorder.clock.wall() if wall is None else wall
        if self._made is not None:
            self._made.moved = self.progressed

    def began(self) -> None:
        """Emit the event for the start; the view must be up to date."""
        view = self.view
        self._recorder.emit(
            TransferStarted(
                time=view.started,
                **keys_of(view),
                asked=dict(view.asked),
                agreed=dict(view.agreed),
                tsize=view.total_size,
                served=view.served or None,
                signature=Signature(view.kind, view.kind_sure) if view.kind else None,
                modified=modified_of(view),
            )
        )

    def over(self, outcome: Outcome) -> None:
        """Count the end of a successful transfer without an event."""
        self.version += 1
        self.ended_at = self._recorder.clock.wall()
        if self._made is not None:
            self._made.ended = self.ended_at
        self._recorder.counters.count_end(outcome.value)

    def ended(self, end: End) -> None:
        """Emit the event for the end; the view must be up to date."""
        self.over(end.outcome)
        view, recorder = self.view, self._recorder
        view.error = end.text
        if self._icmp_limit is not None:
            now, wall = recorder.clock.now(), recorder.clock.wall()
            summary = self._icmp_limit.summary(view.client, now, wall)
            if summary is not None:
                recorder.emit(summary)
        recorder.emit(ended_event(view, end.outcome.value))
