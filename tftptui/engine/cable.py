"""``--cable``: the DHCP lease of one cable, its sockets, its changes to this host."""

import asyncio
import os
import secrets
from collections.abc import Callable, Coroutine
from ipaddress import IPv4Interface
from pathlib import Path

from tftptui.cable.guards import InterfaceFacts, reasons_against
from tftptui.cable.host_changes import (
    Change,
    ChangeError,
    address_added,
    link_set_up,
    typed,
)
from tftptui.cable.lease import (
    AddAddress,
    CableLease,
    Notice,
    Output,
    Phase,
    SendFrame,
    SendReply,
    Stop,
    Wishes,
    free_networks,
)
from tftptui.cable.read_interface import SYS, NoInterfaceError, read_interface
from tftptui.cable.sockets import FrameSocket, ReplySocket
from tftptui.engine.client import EngineError
from tftptui.engine.network_keeper import NetworkKeeper
from tftptui.net.local_ports import port_holders
from tftptui.server.clock import Ticker
from tftptui.settings import Settings

TICK = 0.25
"""Seconds between checks of the link and of timers."""

_LONGEST_USABLE_PREFIX = 30


class Cable:
    """Gives one board on one interface an address and a boot file name.

    Call start() as root, before privileges are dropped; stop() undoes all changes.

    Args:
        settings: ``cable`` is the interface.
        now: seconds of a monotonic clock.
        tell: callback for each notice, which also journals it.

    Attributes:
        notices: the current state, and every change made to this machine.
    """

    def __init__(
        self,
        settings: Settings,
        now: Callable[[], float],
        tell: Callable[[str], None],
    ) -> None:
        self._name = settings.cable or ""
        self._file = _file_of(settings)
        self._now, self._tell = now, tell
        self._state = ""
        self._changes: list[str] = []
        self._keeper = NetworkKeeper(self._name)
        self._lease: CableLease | None = None
        self._frames: FrameSocket | None = None
        self._replies: ReplySocket | None = None
        self._link: tuple[str, str] = ("", "")
        self._ticker = Ticker(TICK, self._tick)
        self._tasks: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()

    @property
    def notices(self) -> list[str]:
        """Current state and changes."""
        state = [f"cable: {self._state}"] if self._state else []
        return state + [f"changed on this machine: {one}" for one in self._changes]

    async def start(self) -> None:
        """Check the interface, open the sockets, and probe the link.

        Raises:
            EngineError: the interface is not usable as a cable, or permission is
                denied.
        """
        option = f"--cable {self._name}"
        try:
            facts = read_interface(self._name)
        except NoInterfaceError as error:
            raise EngineError(f"{option}: {error}") from error
        if reasons := reasons_against(facts):
            raise EngineError(f"{option}: {'; '.join(reasons)}")
        try:
            self._frames = FrameSocket(self._name)
            self._replies = ReplySocket(self._name)
            await self._keeper.start()
        except OSError as error:
            await self.stop()
            raise EngineError(f"{option}: {_trouble(error)}") from error
        if not facts.is_up:
            await self._make(link_set_up(self._name))
        self._lease = CableLease(self._wishes(facts))
        if not self._file:
            self._say(f"replies name no boot file; to name one: {option} u-boot.img")
        asyncio.get_running_loop().add_reader(self._frames.socket, self._receive)
        self._ticker.start()
        self._tick()

    async def stop(self) -> None:
        """Stop replying, and undo every change."""
        self._close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._undo()

    def _close(self) -> None:
        self._ticker.stop()
        if self._frames is not None:
            asyncio.get_running_loop().remove_reader(self._frames.socket)
            self._frames.close()
        if self._replies is not None:
            self._replies.close()
        self._frames = self._replies = None

    async def _undo(self) -> None:
        async with self._changing:
            for text in await self._keeper.stop():
                self._tell(text)
            self._changes.clear()

    def _wishes(self, facts: InterfaceFacts) -> Wishes:
        fit = [
            one
            for one in facts.addresses
            if one.network.prefixlen <= _LONGEST_USABLE_PREFIX
        ]
        return Wishes(
            interface=self._name,
            mac=facts.mac,
            own=fit[0] if fit else None,
            candidates=free_networks(facts.other_networks),
            other_networks=facts.other_networks,
            file=self._file,
            asker=b"\x02" + secrets.token_bytes(5),
        )

    # Receiving

    def _receive(self) -> None:
        if self._frames is None or self._lease is None:
            return
        for frame in self._frames.frames():
            self._do(self._lease.receive(self._now(), frame))

    def _tick(self) -> None:
        if self._lease is None:
            return
        # The counter reveals a link that was down between two checks.
        link = _read(self._name, "carrier"), _read(self._name, "carrier_changes")
        if link != self._link:
            self._link = link
            is_up = link[0] == "1"
            self._do(self._lease.link(self._now(), is_up=is_up))
        self._do(self._lease.tick(self._now()))

    # Sending

    def _do(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case SendFrame(frame):
                    self._send_frame(frame)
                case SendReply(payload):
                    self._send_reply(payload)
                case AddAddress(address):
                    self._begin(self._add(address))
                case Notice(text):
                    self._say(text)
                case Stop(reason):
                    self._stopped(reason)

    def _send_frame(self, frame: bytes) -> None:
        if self._frames is None or self._lease is None:
            return
        try:
            self._frames.send(frame)
        except OSError:
            # A probe that was not sent does not count: start over.
            self._link = ("", "")
            self._do(self._lease.link(self._now(), is_up=False))

    def _send_reply(self, payload: bytes) -> None:
        if self._replies is None or self._lease is None or self._lease.server is None:
            return
        try:
            self._replies.send(payload, self._lease.server.ip)
        except OSError as error:
            self._say(f"cannot send a reply: {error.strerror}")

    def _stopped(self, reason: str) -> None:
        self._say(f"stopped replying on {self._name}: {reason}")
        self._close()
        self._begin(self._undo())

    def _say(self, text: str) -> None:
        if text != self._state:
            self._state = text
            self._tell(f"cable: {text}")

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _add(self, address: IPv4Interface) -> None:
        change = address_added(self._name, address)
        error = await self._make(change)
        if self._lease is None or self._lease.phase is Phase.STOPPED:
            return
        if error:
            why = f"{error}; type: {typed(change.command())}"
            self._do(self._lease.address_failed(address, why))
        else:
            self._do(self._lease.address_added(self._now(), address))

    async def _make(self, change: Change) -> str:
        """Make a change; return the error, or ""."""
        async with self._changing:
            try:
                await self._keeper.make(change)
            except ChangeError as error:
                return str(error)
            self._changes.append(f"{change.words}; undone when tftptui stops")
        self._tell(self.notices[-1])
        return ""


def _file_of(settings: Settings) -> bytes:
    """Return the name of the first named file; empty if a directory is served."""
    files = (one.name for one in settings.named if one.path.is_file())
    return os.fsencode(next(files, ""))


def _trouble(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return (
            "root is needed to receive ARP and add an address: start it with sudo "
            "(root is given up once the sockets are open)"
        )
    holder = port_holders(67)
    if holder:
        return f"UDP port 67 is in use by {holder}; stop it"
    return error.strerror or str(error)


def _read(interface: str, name: str) -> str:
    """Return an attribute of an interface from /sys; "" if it is unreadable."""
    try:
        return Path(SYS, interface, name).read_text().strip()
    except OSError:  # link down, or a USB adapter unplugged
        return ""
