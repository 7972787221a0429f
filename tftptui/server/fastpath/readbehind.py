"""The session of a read, which is made late, and told late.

While all goes well it is not needed for a packet. How far the file has got is known
from a few numbers; whoever asks for the session gets it up to date.
"""

from collections.abc import Callable

from tftptui.files.source import Source
from tftptui.protocol.sender import SendSession
from tftptui.protocol.session import State
from tftptui.protocol.timing import SHORTEST
from tftptui.server.fastpath.gso_bursts import Burst
from tftptui.server.fastpath.lagging import Lagging
from tftptui.server.transfer.spec import Parts, timer_of
from tftptui.server.transfer.transfer import Transfer

_NEW = State.NEW  # an Enum is slow to look in


class ReadBehind(Lagging[SendSession]):
    """How far a read has got, and its session, which lags behind or is not even made.

    ``_left`` and ``_left_before`` are of the wall clock, ``_begun`` is of the other.
    """

    __slots__ = (
        "_acked",
        "_begun",
        "_burst_made",
        "_caught",
        "_heard",
        "_last",
        "_left",
        "_left_before",
        "_made",
        "_now",
        "_octets",
        "_sent_to",
        "_source",
        "_wall",
        "_window",
    )

    def __init__(
        self, parts: Parts, source: Source, closed: Callable[[Transfer], None]
    ) -> None:
        super().__init__(parts, closed)
        block_size, window = parts.agreed.block_size, parts.agreed.window
        self._source = source
        self._window = window
        self._octets = window * block_size
        size = source.size
        self._last = 0 if size is None else size // block_size + 1  # 0: not known yet
        self._made: SendSession | None = None
        self._burst_made: Burst | None = None
        self._awaited = -1  # the short way is closed
        self._heard = False
        self._acked = self._sent_to = self._caught = 0
        self._begun = self._left = self._left_before = 0.0
        self._now = self._clock.now
        self._wall = parts.recorder.offset

    def tick(self, now: float) -> None:
        """Let the session look at its deadline, which is far as long as it goes well.

        Now and then it is told how far all has got, for whoever counts.
        """
        is_well = self._awaited >= 0 and now - (self._left - self._wall) < SHORTEST
        if not is_well or now >= self._look_at:
            super().tick(now)

    @property
    def is_proven(self) -> bool:
        """Whether the client has answered, so that its address is its own."""
        return self._heard or (self._made is not None and super().is_proven)

    @property
    def _sending(self) -> SendSession:
        """The session, made where there was none; it may lag behind."""
        if self._made is None:
            agreed, parts = self._agreed, self._parts
            asked = {name.lower() for name, _ in self.request.options}
            self._made = SendSession(
                window=agreed.window,
                last_block=self._last or None,
                negotiated=bool(agreed.oack),
                size_asked=b"tsize" in asked,
                timer=timer_of(agreed, parts.settings),
            )
            self._made.numbering = agreed.numbering
        return self._made

    @property
    def _burst(self) -> Burst:
        if self._burst_made is None:
            in_time = self._sending.acked // self._window
            self._burst_made = Burst(self._window, in_time)
        return self._burst_made

    @property
    def _behind(self) -> SendSession:
        return self._sending

    def _count(self) -> None:
        """Count what has left since this was last asked, and was not counted then."""
        windows = (self._sent_to - self._caught) // self._window
        if windows > 0:
            self._caught = self._sent_to
            self._acked = self._sent_to - self._window
            self._report.exchanged(windows, self._window, self._octets, self._left)

    def _catch_up(self) -> None:
        """Tell session, view and counters what has happened on the short way."""
        self._count()
        session, acked, sent_to = self._sending, self._acked, self._sent_to
        if session.state is _NEW:
            session.start(self._begun)
        if self._heard and (session.acked, session.sent_to) != (acked, sent_to):
            trip = self._left - self._left_before
            session.settle(acked, sent_to, self._left - self._wall, trip)
            if self._burst_made is not None:
                self._burst_made.went_well()

    def _may_hurry(self) -> bool:
        """Whether whole windows may leave as soon as they are asked for."""
        return self._burst_made is None or self._burst_made.is_whole
