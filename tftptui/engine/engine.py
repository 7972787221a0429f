"""The engine: runs a service, sends frames, carries out commands."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from tftptui.engine.cable import Cable
from tftptui.engine.change_names import lead_elsewhere
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.client_programs import SelfTests, require_known_clients
from tftptui.engine.control_socket import port_taken, require_port
from tftptui.engine.fact_sources import fact_sources_of
from tftptui.engine.fetched_programs import FetchedPrograms
from tftptui.engine.findings import LOOK_INTERVAL, Findings
from tftptui.engine.host_firewall import HostFirewall
from tftptui.engine.host_ports import Survey
from tftptui.engine.live_settings import live_settings
from tftptui.engine.messages import (
    AbortTransfer,
    ActionCommand,
    AddAddress,
    Answer,
    ChangeSettings,
    CloseFolder,
    Command,
    ExpectSelfTest,
    Frame,
    LinkName,
    Locate,
    OpenFolder,
    RewriteName,
    ServeFolder,
    SetPorts,
    ShelfCommand,
    Status,
    TransferView,
    UnlinkName,
)
from tftptui.engine.ports import port_map, set_ports
from tftptui.engine.recording.capture_switch import CaptureSwitch
from tftptui.engine.recording.journal_limits import JournalLimits
from tftptui.engine.recording.metrics import Metrics
from tftptui.engine.root.file_info import Shelf
from tftptui.engine.root.near_names import NearNames
from tftptui.engine.status import HostAddresses, status_of
from tftptui.engine.ttl_search import Locating, Searches
from tftptui.engine.wire_watch import WireWatch
from tftptui.net.addresses import Endpoint, is_taken
from tftptui.net.ttl_socket import Walker
from tftptui.server.binding import BindError
from tftptui.server.clock import Clock, SystemClock, Ticker
from tftptui.server.fastpath.one_block_read import AnyTransfer
from tftptui.server.intake.refusal_limits import Summary
from tftptui.server.ports import PortsExhaustedError, PortTakenError, Random
from tftptui.server.recorder import Recorder
from tftptui.server.root.root import Root
from tftptui.server.service import Service, ServiceError
from tftptui.server.transfer.leftover_uploads import MIN_AGE, remove_leftovers
from tftptui.server.transfer.transfer import Transfer
from tftptui.server.watch.watch import Watch
from tftptui.settings import (
    Settings,
    SettingsError,
    Value,
    changed_settings,
)
from tftptui.telemetry.capture.place import CaptureError
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.events import (
    Event,
    FileChanged,
    Refused,
    TransferEnded,
    TransferStarted,
)
from tftptui.telemetry.records.ring import PacketRing
from tftptui.telemetry.views import FREE
from tftptui.telemetry.words import counted

if TYPE_CHECKING:
    from tftptui.telemetry.metrics import Measures

_PORTS_TRIED, _LEFT_FREE = 4, 8
"""Ports of our range used by a TTL search, and free ports left to clients."""

_MOST_NAMED = 3
"""Removed files named in a notice."""

FRAME_INTERVAL = 0.2
"""Seconds between frames, if anything has changed."""


class Engine:
    """One service, and the state sent to its watcher so far.

    Call start(), read frames(), call carry_out() and, at the end, stop().

    Args:
        settings: settings of the server.
        listen: callback for every event, for the journal; without it short transfers
            emit none.
        clock: source of times.
        chance: random number generator for ports.
        rules: this host's firewall, if findings may use it.

    Attributes:
        wire: watches ARP and DHCP, if enabled.
    """

    def __init__(
        self,
        settings: Settings,
        listen: Callable[[Event], None] | None = None,
        clock: Clock | None = None,
        *,
        chance: Random | None = None,
        rules: HostFirewall | None = None,
    ) -> None:
        self.settings = settings
        ring = PacketRing(settings.kept_packets)
        self._listen = listen or (lambda _: None)
        self._limits = JournalLimits()
        self.recorder = Recorder(clock or SystemClock(), ring, self._heard)
        self.recorder.is_heard = listen is not None
        self._nearby = NearNames(self.recorder.clock.now)
        self._self_tests = SelfTests(self.recorder.clock.now)
        self.service = service = Service(
            settings,
            self.recorder,
            chance=chance,
            seek=self._nearby.seek,
            recognize=self._self_tests.recognize,
            is_own=self._self_tests.expects,
        )
        around = fact_sources_of(self.service, rules)
        self.findings = Findings(self.recorder.clock, self._listen, around)
        self._capture = CaptureSwitch(self.recorder, service.transfers, service.warn)
        self.wire = WireWatch(
            self.recorder.clock,
            self._heard,
            self.findings.reporter,
            service.tell_operator,
            self._capture.heard,
        )
        self._misfits = FetchedPrograms(
            self.findings.reporter,
            around.scene,
            self._self_tests.recognize,
            self.wire.architecture,
        )
        self._began = self.recorder.clock.wall()
        self._metrics = Metrics(self._measures)
        self._watch: Watch | None = None
        self._removing: asyncio.Task[None] | None = None
        self._cable: Cable | None = None
        self._stopping = asyncio.Event()
        self._survey = Survey(self.recorder.clock.now, self.service.pool.engaged)
        self._shelf: Shelf | None = None
        self._searches = Searches(self.findings.located)
        self._sent = _Sent()
        self._place = HostAddresses()
        self._due = asyncio.Event()
        self._ticker = Ticker(FRAME_INTERVAL, self._tick)
        self._stopped = self._over = False

    def _tick(self) -> None:
        self._gather(LOOK_INTERVAL)
        self.findings.tick()
        self._nearby.look_again(self.findings)
        self.wire.tick()
        self._summarise(self._limits.due_summaries(self.recorder.clock.now()))
        self._due.set()

    def _gather(self, age: float) -> None:
        """Pass finished transfers, and those older than AGE seconds, to findings."""
        over = self.service.take_unreported()
        self.findings.take_over(over)
        self._misfits.take_over(over)
        self.service.tell(age)

    async def start(self, held: Sequence[socket.socket] = ()) -> None:
        """Start serving, with the HELD sockets of a crashed engine if given.

        Raises:
            EngineError: the root, a port, the capture or the metrics address is not
                available.
        """
        try:
            await self._metrics.start(self.settings.metrics)
        except EngineError:
            # if both fail, this error is more helpful
            require_port(self.settings, held)
            raise
        try:
            self._open(held)
        except EngineError:
            await self._metrics.stop()
            raise
        try:
            await self._start_cable()
            await self._start_wire()
        except EngineError as error:
            if not held:
                await self.stop()
                raise
            # A restart after a crash: they need root, which was dropped.
            self.service.warn(f"{error}; restart tftptui for --wire and --cable")

    async def _start_wire(self) -> None:
        """Start watching ARP and DHCP if configured; always for a cable.

        Raises:
            EngineError: it can't be done; the text says why.
        """
        interface = self.settings.wire or self.settings.cable
        if interface is not None:
            port = self.service.listeners[0].local.port
            # A cable adds missing addresses itself.
            may_change = self.settings.cable is None
            await self.wire.open(interface, port, may_change=may_change)
            await self.wire.start_dnsmasq(self.settings)

    async def _start_cable(self) -> None:
        """Start the DHCP service on a cable if configured.

        Raises:
            EngineError: it can't be done; the text says why.
        """
        if self.settings.cable is not None:
            now = self.recorder.clock.now
            cable = Cable(self.settings, now, self.service.tell_operator)
            await cable.start()
            self._cable = cable

    def notices(self) -> list[str]:
        """Return what the operator should know now."""
        cable = self._cable.notices if self._cable else ()
        return [*cable, *self.wire.notices, *self.service.standing_notices()]

    def _open(self, held: Sequence[socket.socket]) -> None:
        try:
            require_known_clients(self.settings)
            self.service.open(held)
        except BindError as error:
            raise port_taken(error, self.settings) from error
        except (ServiceError, SettingsError) as error:
            raise EngineError(str(error)) from error
        try:
            self._capture.follow(self.settings)
        except CaptureError as error:
            self.service.close()
            raise EngineError(str(error)) from error
        self._nearby.begin(self.service.root)
        self._shelf = Shelf(self.service.root)
        self._misfits.begin(self._shelf)
        self._watch = Watch(self.service.root, self.recorder)
        self._watch.start()
        if self.settings.write != "off":
            removing = self._remove_leftovers(self.service.root)
            self._removing = asyncio.get_running_loop().create_task(removing)
        self._ticker.start()

    async def _remove_leftovers(self, root: Root) -> None:
        """Remove unfinished uploads of a killed server, with a notice."""
        for pause in (0.0, MIN_AGE):  # the second time, none is too young
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            if self._stopping.is_set():
                return
            removed = await asyncio.to_thread(remove_leftovers, root)
            if removed:
                self._say_removed(removed)

    def _say_removed(self, removed: list[str]) -> None:
        some = ", ".join(removed[:_MOST_NAMED])
        more = "…" if len(removed) > _MOST_NAMED else ""
        what = counted(len(removed), "unfinished upload")
        self.service.warn(f"removed {what} left by a killed server: {some}{more}")

    def _measures(self) -> "Measures":
        from tftptui.engine.recording.measures import measures_of  # noqa: PLC0415 - optional dependency

        reporter, host = self.findings.reporter, self._survey.latest
        return measures_of(self.service, reporter, host, self._began)

    async def stop(self) -> None:
        """End all transfers with an ERROR; frames() then ends."""
        if self._stopped:
            return
        self._stopped = True
        self._stopping.set()
        self._ticker.stop()
        if self._cable is not None:
            await self._cable.stop()
        await self.wire.stop()
        await self._metrics.stop()
        await self._survey.stop()
        await self._searches.stop()
        await self._nearby.stop()
        await self._misfits.stop()
        if self._shelf is not None:
            await self._shelf.stop()
        if self._removing is not None:
            await self._removing
        if self._watch is not None:
            await self._watch.stop()
        self._summarise(self._limits.take_summaries(self.recorder.clock.now()))
        self.service.close()
        await self._capture.stop()
        self._over = True
        self._due.set()

    async def drain(self) -> None:
        """Refuse new requests, and return when the last transfer is over."""
        self.service.change_settings({"drain": True}, by="the end of the screen")
        while self.service.transfers:
            self._due.clear()
            await self._due.wait()

    def _heard(self, event: Event) -> None:
        if isinstance(event, TransferStarted):
            self._capture.began(event)
        elif isinstance(event, Refused):  # needs the client's successes first
            self._gather(0.0)
        elif isinstance(event, FileChanged):
            self._nearby.changed()
            self.service.file_changed(event.file)
        if self._limits.passes(event, self.recorder.clock.now()):
            self._listen(event)
        elif isinstance(event, (TransferStarted, FileChanged)):
            self.recorder.counters.suppressed += 1
        self.findings.take(event)
        if isinstance(event, TransferEnded):
            over = self.service.transfers.get(event.transfer or 0)
            self._misfits.take_over([over] if over else [])

    def _summarise(self, summaries: list[Summary]) -> None:
        for summary in summaries:
            self._listen(summary.event(self.recorder.clock.wall()))

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield a frame whenever something has changed; the last one after stop()."""
        # for the screen only; a server without a watcher saves the work
        self._survey.start()
        is_last = False
        while not is_last:
            self._due.clear()
            # read first, so that the last frame has the final state
            is_last = self._over
            frame = self.next_frame()
            if frame is not None:
                yield frame
            if not is_last:
                await self._due.wait()

    async def ask(self, command: Command) -> Answer | None:
        """Carry out a command of a watcher; return its answer, if it has one.

        Raises:
            CommandRefusedError: it can't be done; nothing has changed.
        """
        if isinstance(command, AddAddress):
            await self.wire.add_address(command.mac)
            return None
        if not isinstance(command, ShelfCommand):
            self.carry_out(command)
            return None
        if self._shelf is None:
            raise CommandRefusedError("the server is down")
        return await self._shelf.answer(command)

    def carry_out(self, command: ActionCommand) -> None:
        """Carry out a command that takes no time.

        Raises:
            CommandRefusedError: it can't be done; nothing has changed.
        """
        match command:
            case RewriteName() | LinkName() | UnlinkName() | ServeFolder():
                lead_elsewhere(self.service, command)
                self._nearby.begin(self.service.root)  # similar names have changed
            case SetPorts():
                set_ports(self.service, command)
                self._survey.look_now()
            case ChangeSettings(changes):
                self._change_settings(changes)
                self._nearby.changed()  # the name rules may have changed
            case OpenFolder() | CloseFolder():
                self._look(command)
            case AbortTransfer(number):
                self._abort(number)
            case Locate():
                self._locate(command)
            case ExpectSelfTest(ports):
                self._self_tests.expect(ports)

    def _abort(self, number: int) -> None:
        if not self.service.abort(number):
            raise CommandRefusedError(f"transfer {number} has already ended")

    def _look(self, command: OpenFolder | CloseFolder) -> None:
        if self._watch is None:
            return
        if isinstance(command, OpenFolder):
            self._watch.open(command.folder)
        else:
            self._watch.close(command.folder)

    def _locate(self, command: Locate) -> None:
        if self._searches.is_full:
            raise CommandRefusedError("other searches are running; wait until they end")
        pool, clock = self.service.pool, self.recorder.clock
        client = Endpoint(command.client, command.client_tid)

        def open_port(port: int) -> Walker:
            try:
                return Walker(Endpoint(command.server, port), client)
            except OSError as error:
                if is_taken(error):
                    raise PortTakenError from error
                raise

        spare = min(_PORTS_TRIED - 1, pool.count(FREE) - _LEFT_FREE)
        try:
            leases = [pool.lease(open_port, clock.now())]
            with contextlib.suppress(OSError, PortsExhaustedError):
                leases += [pool.lease(open_port, clock.now()) for _ in range(spare)]
        except (OSError, PortsExhaustedError) as error:
            raise CommandRefusedError(f"cannot locate: {error}") from error
        first, *others = (one.opened for one in leases)
        search = Locating(
            command.transfer,
            first,
            self._searches.tell,
            was_heard=command.was_heard,
            others=others,
        )

        def over() -> None:
            for one in leases:
                pool.release(one.port, clock.now())

        self._searches.begin(search, over)

    def _change_settings(self, changes: dict[str, Value]) -> None:
        before = self.service.settings
        try:
            after = changed_settings(before, changes)
            require_known_clients(after)
            self._capture.follow(after)
            self.service.change_settings(changes, by="operator")
        except CaptureError as error:
            raise CommandRefusedError(str(error)) from error
        except SettingsError as error:
            self._capture.follow(before)
            raise CommandRefusedError(str(error)) from error

    def next_frame(self) -> Frame | None:
        """Return what has changed since the previous frame, or None."""
        sent, ring = self._sent, self.recorder.ring
        frame = Frame(time=self.recorder.clock.wall())
        status = self._status()
        if status != sent.status:
            frame.status = sent.status = status
        frame.transfers = self._changed_transfers()
        self._tell_ports(frame)
        if sent.settings is not self.service.settings:
            sent.settings = self.service.settings
            frame.settings = live_settings(sent.settings)
        frame.listings = self._watch.take_news() if self._watch else []
        frame.refusals = self.service.take_refusals()
        frame.hashes = self._shelf.take_news() if self._shelf else []
        frame.findings = self.findings.take_news()
        frame.wire = self.wire.take_news()
        frame.locations = self._searches.take_news()
        frame.packets_first = max(sent.packets_next, ring.first)
        frame.packets = ring.packed(frame.packets_first)
        if frame.packets:
            frame.notes = ring.notes(frame.packets_first)
            sent.packets_next = ring.next
        if sent.counters != self.recorder.counters:
            sent.counters = msgspec.structs.replace(self.recorder.counters)
            frame.counters = sent.counters
        return frame if frame.tells_something else None

    def _tell_ports(self, frame: Frame) -> None:
        sent, survey = self._sent, self._survey
        version = (self.service.pool.version, survey.version)
        if sent.ports_version == version:
            return
        if sent.ports_version[1] != version[1]:
            frame.host_ports = survey.latest
        sent.ports_version = version
        frame.ports = port_map(self.service, survey.latest)

    def _changed_transfers(self) -> list[TransferView]:
        finished = self.service.take_finished()
        changed = [
            msgspec.structs.replace(one.view())
            for one in self._sent.changed(self.service.transfers)
        ]
        numbers = {view.number for view in changed + finished}
        restated = [v for v in self.findings.take_restated() if v.number not in numbers]
        return changed + finished + restated

    def _status(self) -> Status:
        place, counters = self._place, self.recorder.counters
        place.look(self.recorder.clock.now(), is_requested=counters.requests > 0)
        recording, notices = self._capture.recording, self.notices()
        return status_of(self.service, self._watch, place, recording, notices)


ALWAYS_SENT = 100
"""Transfers that every frame may report; with more, each is reported once a second."""


class _Sent:
    """The state already sent to the watcher."""

    def __init__(self) -> None:
        self.status: Status | None = None
        self.counters: Counters | None = None
        self.settings: Settings | None = None
        self.ports_version = (-1, 0)
        self.packets_next = 0
        self._versions: dict[int, int] = {}  # least recently checked first

    def changed(self, living: Mapping[int, AnyTransfer]) -> list[Transfer]:
        """Return the LIVING transfers to report: new ones, and some that changed.

        With many transfers each is checked once a second: checking all in each frame
        costs as much as the packets of a thousand, here and on the screen.
        """
        versions = self._versions
        for number in versions.keys() - living.keys():
            del versions[number]
        share = max(ALWAYS_SENT, round(len(versions) * FRAME_INTERVAL))
        turn = list(islice(versions, share))
        turn += [number for number in living if number not in versions]
        changed = []
        for number in turn:
            one = living[number].whole()
            if versions.pop(number, None) != one.version:
                changed.append(one)
            versions[number] = one.version
        return changed
