"""A transfer whose session may lag behind while all goes well.

Then neither commands nor the session are needed for a packet, which is what makes
transfers quick. Whoever asks for the session gets it up to date, and the next packet
is looked at the long way.
"""

from abc import abstractmethod
from typing import Generic, TypeVar

from tftptui.protocol.session import Session
from tftptui.server.transfer.transfer import Transfer

S = TypeVar("S", bound=Session)


class Lagging(Transfer, Generic[S]):
    """What the short ways of reads and writes have in common.

    ``_awaited`` is -1 while the short way is closed; a write has in it the block that
    is to come next.
    """

    __slots__ = ("_awaited",)

    _awaited: int

    @property
    @abstractmethod
    def _behind(self) -> S:
        """The session as it is, which may be behind."""

    @abstractmethod
    def _catch_up(self) -> None:
        """Tell session, view and counters what has happened on the short way."""

    def _count(self) -> None:
        """Tell the counters at least; as much as they need."""
        self._catch_up()

    @property
    def version(self) -> int:
        """A number that grows with everything that happens."""
        if self._awaited >= 0:
            self._count()
        return self._report.version

    @property
    def _session(self) -> S:
        """The session, up to date; it may change now, so the short way closes."""
        self._leave_short_way()
        return self._behind

    @property
    def _state(self) -> S:
        """The session to look at, up to date: the short way stays open."""
        if self._awaited >= 0:
            self._catch_up()
        return self._behind

    def _leave_short_way(self) -> None:
        """Look at the next packet the long way."""
        if self._awaited >= 0:
            self._catch_up()
            self._awaited = -1
