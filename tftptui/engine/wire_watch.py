"""``--wire``: ARP and DHCP of machines, for journal, findings and screens."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING

from tftptui.cable.host_changes import ChangeError, address_added, typed
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.network_keeper import NetworkKeeper
from tftptui.engine.wire_findings import WireFindings
from tftptui.findings.reporting import Reporter
from tftptui.server.clock import Clock
from tftptui.settings import ANY_INTERFACE, Settings
from tftptui.telemetry.events import Event
from tftptui.telemetry.wire_views import MOST_DEVICES, WireNews
from tftptui.wire.devices import Device, Devices, journalled
from tftptui.wire.dnsmasq import PLAIN, Mode, find_loaders, loaders_among
from tftptui.wire.events import WireEvent
from tftptui.wire.makers import FIRMWARE
from tftptui.wire.sources import (
    HeardFrame,
    PacketSource,
    Source,
    Sources,
    WireError,
)
from tftptui.wire.text import interfaces_words, shown_device

if TYPE_CHECKING:  # few run it
    from tftptui.engine.dnsmasq import Dnsmasq

LOOK_INTERVAL = 1.0
"""Seconds between checks for findings."""

MOST_A_SECOND = 2_000
"""Events handled; the rest wait in the socket, where the kernel drops the excess."""


class WireWatch:
    """The histories of all machines heard.

    Call open() before privileges are dropped, tick() often, stop() at the end. A demo
    calls take() instead of open().

    Args:
        clock: source of times.
        emit: callback for an event per step.
        reporter: gets the findings.
        tell: callback for each change to this machine, for journal and operator.
        frame_heard: callback for ARP and DHCP packets as captured.

    Attributes:
        devices: the histories.
        notices: changes made to this machine.
    """

    def __init__(
        self,
        clock: Clock,
        emit: Callable[[Event], None],
        reporter: Reporter,
        tell: Callable[[str], None],
        frame_heard: Callable[[HeardFrame], object] = lambda _: None,
    ) -> None:
        self._frame_heard = frame_heard
        self._clock, self._emit, self._tell = clock, emit, tell
        self.notices: list[str] = []
        self._keeper: NetworkKeeper | None = None
        self.devices, self._findings = Devices(), WireFindings(reporter)
        self._sources: Sources | None = None
        self._dnsmasq: Dnsmasq | None = None
        self._news: dict[bytes, Device] = {}
        self._sent_interfaces = ""
        self._looked, self._taken = clock.now(), 0
        self._paused: list[Source] = []

    async def open(self, interface: str, port: int, *, may_change: bool) -> None:
        """Listen on INTERFACE, also for TFTP requests to PORT.

        Args:
            interface: a name, or ANY_INTERFACE.
            port: of this server.
            may_change: whether missing addresses may be added; needs root and a name.

        Raises:
            EngineError: it can't be opened; the text says why and what to do.
        """
        try:
            name = "" if interface == ANY_INTERFACE else interface
            sources = Sources(name, self._clock.wall, tftp_port=port)
            if may_change and name:
                self._keeper = NetworkKeeper(name)
                await self._keeper.start()
        except WireError as error:
            raise EngineError(f"--wire {interface}: {error}") from error
        self._sources = sources
        self.take(sources.as_it_is())
        for source in sources.open:
            if isinstance(source, PacketSource):
                source.frame_heard = self._frame_heard
            self._hear(source)

    async def start_dnsmasq(self, settings: Settings) -> None:
        """Run dnsmasq on the interface that is heard, if that is wanted.

        Raises:
            EngineError: it can't be run, or must not; the text says why.
        """
        from tftptui.engine.dnsmasq import start_dnsmasq  # noqa: PLC0415 - as above

        name, sources = settings.wire, self._sources
        if settings.dnsmasq is None or name is None or sources is None:
            return
        mode, loop = Mode(settings.dnsmasq), asyncio.get_running_loop()
        loaders, lines = _loaders(settings), list[str]()

        def tell(text: str) -> None:
            lines.append(text)
            loop.call_soon_threadsafe(self._tell, text)

        now = self._clock.wall
        try:
            running = await asyncio.to_thread(
                start_dnsmasq, mode, name, loaders, now, tell
            )
        except WireError as error:
            raise EngineError(f"--dnsmasq {mode}: {error}") from error
        self._dnsmasq = running
        self.notices += lines[1:]  # that it asked is no longer of interest
        sources.open.append(running.log)
        self._hear(running.log)

    async def stop(self) -> None:
        """Stop listening, end dnsmasq, and remove added addresses."""
        if self._sources is not None:
            loop = asyncio.get_running_loop()
            for source in self._sources.open:
                loop.remove_reader(source.socket)
            self._sources.close()
            self._sources = None
        if self._dnsmasq is not None:
            await asyncio.to_thread(self._dnsmasq.stop)
            self._dnsmasq = None
        if self._keeper is not None:
            for text in await self._keeper.stop():
                self._tell(text)
        self.notices.clear()

    def architecture(self, client: str, file: bytes) -> int | None:
        """Return option 93 of a client whose firmware has requested FILE, or None.

        Later requests are from the loaded program and say nothing about the firmware.
        """
        device = self.devices.by_address(client)
        attempt = device.attempt if device is not None else None
        if attempt is None or attempt.requested is None or not attempt.architectures:
            return None
        is_first = attempt.requested.file == file
        is_firmware = attempt.program == FIRMWARE
        return attempt.architectures[0] if is_first and is_firmware else None

    async def add_address(self, mac: str) -> None:
        """Add the address that a machine looks for; stop() removes it.

        Raises:
            CommandRefusedError: it can't be done; the text says what to type.
        """
        device = self.devices.by_mac(bytes.fromhex(mac.replace(":", "")))
        target = self._findings.missing.get(device.mac, "") if device else ""
        if device is None or not target:
            raise CommandRefusedError(f"{mac} looks for no address that is missing")
        change = address_added(device.interface, IPv4Interface(f"{target}/24"))
        line = typed(change.command())
        if self._keeper is None or not self._keeper.is_running:
            raise CommandRefusedError(f"that takes root and --wire IFACE; type: {line}")
        try:
            await self._keeper.make(change)
        except ChangeError as error:
            raise CommandRefusedError(f"{error}; type: {line}") from error
        self.notices.append(
            f"changed on this machine: {change.words}; undone at the end"
        )
        self._tell(self.notices[-1])

    def take(self, events: Iterable[WireEvent]) -> None:
        """Handle events."""
        for event in events:
            self._taken += 1
            for news in self.devices.take(event):
                if news.device is not None:
                    self._news[news.device.mac] = news.device
                else:  # the link: a step for each machine on it
                    self._news |= {
                        one.mac: one
                        for one in self.devices
                        if one.interface == news.interface
                    }
                self._emit(journalled(news))
        while len(self._news) > MOST_DEVICES:  # nobody takes them
            del self._news[next(iter(self._news))]

    def start_over(self, why: str) -> None:
        """Withdraw all findings and forget all machines."""
        self._findings.withdraw_all(why)
        self.devices = Devices()
        self._news.clear()

    def tick(self) -> None:
        """Check for findings once a second."""
        now = self._clock.now()
        if now - self._looked < LOOK_INTERVAL:
            return
        self._looked, self._taken = now, 0
        paused, self._paused = self._paused, []
        if self._sources is not None:
            for source in paused:
                self._hear(source)
        for device in self._findings.look(self.devices, self._clock.wall()):
            self._news[device.mac] = device

    def take_news(self) -> WireNews | None:
        """Return what is new since the last call, or None."""
        if not self.devices.links:  # not watched
            return None
        interfaces = interfaces_words(self.devices)
        if not self._news and interfaces == self._sent_interfaces:
            return None
        changed, self._news, self._sent_interfaces = self._news, {}, interfaces
        return WireNews(
            interfaces=interfaces,
            notice=self._sources.notice if self._sources is not None else "",
            may_add_address=self._keeper is not None and self._keeper.is_running,
            devices=[
                shown_device(
                    one,
                    missing_address=self._findings.missing.get(one.mac, ""),
                    findings=self._findings.of(one),
                )
                for one in changed.values()
            ],
        )

    def _hear(self, source: Source) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(source.socket, partial(self._read, source))

    def _read(self, source: Source) -> None:
        self.take(source.read())
        if self._taken > MOST_A_SECOND:
            asyncio.get_running_loop().remove_reader(source.socket)
            self._paused.append(source)


def _loaders(settings: Settings) -> dict[str, str]:
    """Return the first files of machines: what is named, or else of the root."""
    if not settings.named:
        return find_loaders(settings.root)
    names = [one.name for one in settings.named if one.path.is_file()]
    found = loaders_among(names)
    others = (one for one in names if one not in found.values())
    first = next(others, None)
    return found if first is None else found | {PLAIN: first}
