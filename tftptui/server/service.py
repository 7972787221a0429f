"""The server as a whole: open, change at runtime, close."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from tftptui import __version__
from tftptui.net.addresses import Endpoint
from tftptui.net.host_networks import host_networks
from tftptui.server.awaited_addresses import AwaitedAddresses
from tftptui.server.binding import bind_listeners
from tftptui.server.clock import Ticker
from tftptui.server.fastpath.event_loop import readers_of
from tftptui.server.fastpath.one_block_read import AnyTransfer, OneBlockRead
from tftptui.server.intake.fair_queue import Intake
from tftptui.server.intake.reception import Reception
from tftptui.server.intake.refusals import Seek, seek_nothing
from tftptui.server.listener import Listener
from tftptui.server.ports import PortPool, Random
from tftptui.server.process_limits import raise_descriptor_limit
from tftptui.server.recorder import Recorder
from tftptui.server.requests import Recognize, nobody
from tftptui.server.root.from_settings import names_of, root_of
from tftptui.server.root.root import Root
from tftptui.server.transfer.open_transfer import Opener
from tftptui.server.transfer.transfer import Transfer
from tftptui.server.transfer.uploads import Uploads, upload_policy
from tftptui.settings import (
    PortRange,
    Settings,
    SettingsError,
    Value,
    changed_settings,
)
from tftptui.telemetry.events import (
    PortsChanged,
    SettingsChanged,
    Started,
    Stopped,
    Warned,
)
from tftptui.telemetry.views import Refusal, TransferView

SWEEP = 0.05
"""Seconds between checks of all deadlines: the maximum delay of a retransmission."""

OPENED_FOR = 1.0
"""Seconds for which an opened file stays in the cache."""

MOST_UNREPORTED = 1_000
"""Finished transfers kept until they are reported together."""

SHUTDOWN = "the server is shutting down"


class ServiceError(Exception):
    """The server can't start; the text says why and what to do."""


class Service:
    """A TFTP server on the running event loop.

    Call open(), then let the loop run; close() ends it. The loop calls back for
    listeners and transfers; a sweep checks every transfer's deadline. Ports cool down,
    except after transfers with clients for which ``is_own`` is true.

    Attributes:
        notices: texts for the operator that stay until the end.
        announce: callback for a sentence that an operator without a screen should see.
    """

    def __init__(
        self,
        settings: Settings,
        recorder: Recorder,
        *,
        chance: Random | None = None,
        seek: Seek = seek_nothing,
        recognize: Recognize = nobody,
        is_own: Callable[[Endpoint], bool] = lambda _: False,
    ) -> None:
        self.settings = settings
        self.recorder = recorder
        self.pool = PortPool(
            settings.ports,
            order=settings.order,
            quarantine=settings.quarantine,
            chance=chance,
        )
        self.listeners: list[Listener] = []
        self.notices: list[str] = []
        self.announce: Callable[[str], object] = lambda _: None
        self._awaited: AwaitedAddresses | None = None
        self._recognize = recognize
        self._is_own = is_own
        self.transfers: dict[int, AnyTransfer] = {}
        self._seek = seek
        self._readers: dict[str, list[TransferView]] | None = None
        self._root: Root | None = None
        self._reception: Reception | None = None
        self._intake: Intake | None = None
        # Bounded: without a screen nobody takes them.
        self._finished: deque[AnyTransfer] = deque(maxlen=settings.kept_transfers)
        self._unreported: deque[AnyTransfer] = deque(maxlen=MOST_UNREPORTED)
        self._forgotten_at = 0.0
        self._sweeper = Ticker(SWEEP, self._sweep)

    @property
    def root(self) -> Root:
        """The root; only available between open() and close()."""
        if self._root is None:
            raise ServiceError("the server is not open")
        return self._root

    def open(self, held: Sequence[socket.socket] = ()) -> None:
        """Open root and listeners and start serving.

        HELD are listener sockets already bound; see bind_listeners().

        Raises:
            ServiceError: the root or a port is not available.
            BindError: a listener can't be bound.
        """
        raise_descriptor_limit()
        try:
            self._root = root_of(self.settings)
        except SettingsError as error:
            raise ServiceError(str(error)) from error
        try:
            self.listeners, self.notices = bind_listeners(self.settings, held)
        except Exception:
            self._root.close()
            self._root = None
            raise
        places = [listener.local for listener in self.listeners]
        self._awaited = AwaitedAddresses(places, self.tell_operator)
        settings = self.settings
        opener = Opener(
            settings,
            self._root,
            self.pool,
            self.recorder,
            Uploads(upload_policy(settings)),
            self._recognize,
        )
        self._reception = Reception(
            opener,
            self._began,
            self._ended,
            self._replaced,
            last_number=settings.numbered_from,
            seek=self._seek,
        )
        loop = asyncio.get_running_loop()
        self._intake = Intake(self._reception, loop.call_soon)
        self._loop_readers = readers_of(loop)  # get_running_loop() is a system call
        for listener in self.listeners:
            loop.add_reader(listener.socket, self._receive, listener)
        self._sweeper.start()
        self._tell_start()

    def close(self) -> None:
        """End all transfers with an ERROR, and close everything."""
        if self._root is None:
            return
        self._sweeper.stop()
        loop = asyncio.get_running_loop()
        for transfer in list(self.transfers.values()):
            transfer.whole().abort(SHUTDOWN)
        for listener in self.listeners:
            loop.remove_reader(listener.socket)
            listener.close()
        if self._intake is not None:
            self._intake.close()
        if self._reception is not None:
            self._reception.close()
        self._root.close()
        self._root = None
        totals = {
            name: int(count)
            for name, count in msgspec.to_builtins(self.recorder.counters).items()
        }
        self.recorder.emit(Stopped(time=self.recorder.clock.wall(), totals=totals))

    def set_ports(
        self,
        ports: PortRange,
        *,
        order: str,
        quarantine: float,
        by: str,
        single_port: bool = False,
    ) -> None:
        """Reply from other ports from now on; active transfers keep their TID."""
        before = self._ports_text()
        self.pool.change(ports, order=order, quarantine=quarantine)
        self._follow(
            msgspec.structs.replace(
                self.settings,
                ports=ports,
                order=order,
                quarantine=quarantine,
                single_port=single_port,
            )
        )
        self.recorder.emit(
            PortsChanged(
                time=self.recorder.clock.wall(),
                before=before,
                after=self._ports_text(),
                by=by,
            )
        )

    def change_settings(self, changes: Mapping[str, Value], *, by: str) -> None:
        """Change settings at runtime; active transfers keep theirs.

        Raises:
            SettingsError: one can't be changed or is invalid; nothing has changed then.
        """
        settings = changed_settings(self.settings, changes)
        names = names_of(settings)
        before, after = _values(self.settings), _values(settings)
        changed = [name for name in after if after[name] != before[name]]
        self.root.names = names
        self._follow(settings)
        self.recorder.emit(
            SettingsChanged(
                time=self.recorder.clock.wall(),
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
                by=by,
            )
        )

    def serve(self, folder: Path, *, by: str) -> None:
        """Serve another directory from now on; active transfers keep their files.

        Raises:
            OSError: it can't be opened; nothing has changed then.
        """
        before = self.root.title
        self.root.move(folder)
        self._follow(msgspec.structs.replace(self.settings, root=folder, named=()))
        self.recorder.emit(
            SettingsChanged(
                time=self.recorder.clock.wall(),
                before={"root": before},
                after={"root": str(folder)},
                by=by,
            )
        )

    def _follow(self, settings: Settings) -> None:
        self.settings = settings
        if self._reception is not None:
            self._reception.opener.settings = settings
            self._reception.opener.uploads.policy = upload_policy(settings)

    def abort(self, number: int) -> bool:
        """End a transfer for the operator; return False if there is no such one."""
        transfer = self.transfers.get(number)
        if transfer is None:
            return False
        transfer.whole().abort("aborted by the operator")
        return True

    def file_changed(self, name: str) -> None:
        """Mark the transfers that read a file (printable name) that has changed."""
        if self._readers is None:
            self._readers = {}
            for transfer in self.transfers.values():
                view = transfer.whole().view()
                if view.direction == "read":
                    served = (view.served or view.file).strip("/")
                    self._readers.setdefault(served, []).append(view)
        for view in self._readers.get(name, ()):
            view.changed = True

    def take_finished(self) -> list[TransferView]:
        """Return the latest finished transfers since the last call."""
        finished = [transfer.whole().view() for transfer in self._finished]
        self._finished.clear()
        return finished

    def take_unreported(self) -> list[AnyTransfer]:
        """Return the latest successful transfers that no event has reported."""
        unreported = list(self._unreported)
        self._unreported.clear()
        return unreported

    def tell(self, age: float = 0.0) -> None:
        """Emit the pending events of transfers at least AGE seconds old."""
        latest = self.recorder.clock.wall() - age
        for transfer in list(self.transfers.values()):
            if transfer.started > latest:
                break
            transfer.whole().tell()

    def take_refusals(self) -> list[Refusal]:
        """Return the latest refusals since the last call."""
        if self._reception is None:
            return []
        return self._reception.take_refusals()

    def standing_notices(self) -> list[str]:
        """Return what the operator should know now."""
        return [*self.notices, *(self._awaited.notices if self._awaited else ())]

    def tell_operator(self, text: str) -> None:
        """Report a change in the journal, and on stderr if there is no screen."""
        self.recorder.emit(Warned(time=self.recorder.clock.wall(), message=text))
        self.announce(text)

    def warn(self, message: str) -> None:
        """Add a notice for the operator, and journal it."""
        self.notices.append(message)
        self.recorder.emit(Warned(time=self.recorder.clock.wall(), message=message))

    def _receive(self, listener: Listener) -> None:
        if self._intake is not None and self._reception is not None:
            self._intake.receive(listener)
            for error in listener.take_errors():
                self._reception.complain(error)

    def _began(self, transfer: AnyTransfer) -> None:
        self.transfers[transfer.number] = transfer
        self._readers = None
        transfer.transport.attach(
            transfer.readable, transfer.strayed, self._loop_readers
        )

    def _replaced(self, read: OneBlockRead, transfer: Transfer) -> None:
        # in place: the dict is in order of start
        self.transfers[read.number] = transfer
        read.transport.hand_over(transfer.strayed)

    def _ended(self, transfer: AnyTransfer) -> None:
        del self.transfers[transfer.number]
        self._readers = None
        now, client = self.recorder.clock.now(), transfer.client
        cools = not self._is_own(client)
        self.pool.release(transfer.server.port, now, client.host, cools=cools)
        self._finished.append(transfer)
        if not transfer.is_reported:
            self._unreported.append(transfer)

    def _sweep(self) -> None:
        now = self.recorder.clock.now()
        if self._reception is not None:
            self._reception.tick(now)
        for transfer in list(self.transfers.values()):
            transfer.tick(now)
        self.pool.expire(now)
        if now - self._forgotten_at >= OPENED_FOR:
            self._forgotten_at = now
            self.root.forget_opened()
        if self._awaited is not None:
            self._awaited.look(now)

    def _ports_text(self) -> str:
        if self.settings.single_port:
            return "the listener's own port"
        pool = self.pool
        return f"{pool.ports} {pool.order}, quarantine {pool.quarantine:g} s"

    def _tell_start(self) -> None:
        self.recorder.emit(
            Started(
                time=self.recorder.clock.wall(),
                version=__version__,
                listeners=[str(listener.local) for listener in self.listeners],
                ports=str(self.pool.ports),
                root=str(self.root.path),
                settings=_values(self.settings),
                networks=host_networks() if self.recorder.is_heard else [],
            )
        )
        for notice in self.standing_notices():
            self.recorder.emit(Warned(time=self.recorder.clock.wall(), message=notice))


def _values(settings: Settings) -> dict[str, object]:
    """Return settings as written to the journal."""
    values: dict[str, object] = msgspec.to_builtins(settings, enc_hook=str)
    return values
