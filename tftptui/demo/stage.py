"""The world of a demo: the real engine, the network, the clients."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Interface
from pathlib import Path

from msgspec import UNSET

from tftptui.demo.cast import Cast
from tftptui.demo.casting import Casting, content_of
from tftptui.demo.operator import Operator
from tftptui.demo.scenario.tables import (
    ClientTable,
    FirewallTable,
    LineTable,
    NetworkTable,
    Scenario,
    WireTable,
    settings_with,
)
from tftptui.demo.simulation.addresses import Places, Sockets
from tftptui.demo.simulation.connection_tracking import Tracking
from tftptui.demo.simulation.demo_time import PaceClock, PacedLoop
from tftptui.demo.simulation.event_queue import Deed, LoopAgenda
from tftptui.demo.simulation.firewall import Datagram
from tftptui.demo.simulation.firewall_rules import Action, Way
from tftptui.demo.simulation.icmp_errors import PORT_UNREACHABLE, PROHIBITED, refuse
from tftptui.demo.simulation.impairments import Dice, parse_fault
from tftptui.demo.simulation.lanes import Lanes
from tftptui.demo.simulation.network import Ends, Network
from tftptui.demo.wire_script import INTERFACE, mac_of, wire_event
from tftptui.engine.client import EngineError
from tftptui.engine.engine import Engine
from tftptui.engine.messages import Frame
from tftptui.net.addresses import Endpoint
from tftptui.protocol.errors import PeerError
from tftptui.protocol.packets import ReadRequest, WriteRequest
from tftptui.protocol.packets import parse as parse_tftp
from tftptui.resources import packaged_folder
from tftptui.settings import FALLBACK_PORT, TFTP_PORT, Settings
from tftptui.telemetry.events import Event
from tftptui.telemetry.findings import Finding
from tftptui.wire.events import AddressSeen, FileRequested, LinkSeen

SERVER_AT = "1.5"
"""The end of the server's address."""

WALL_AT = "254.1"
"""The end of the address from which the firewall rejects packets."""


SCENE_OVER = "demo: next step"
"""The reason for ending transfers and findings of the previous step."""


class Stage:
    """The world of one scenario, on a loop in demo time.

    Call open(), then set the scene and switch clients on; close() at the end.

    Args:
        scenario: the scenario.
        seed: of all random numbers.
        root: an empty folder to serve.
        places: addresses of the machines; created by default.

    Attributes:
        loop: the running loop.
        network, cast, engine: the parts.
        casting: which clients take part.
        lanes: pairs of ports.
        has_wire: whether there are packets before TFTP.
        events: of the engine, in order.
        findings: those in force, by number.
    """

    def __init__(
        self, scenario: Scenario, seed: int, root: Path, places: Places | None = None
    ) -> None:
        self.scenario = scenario
        self.has_wire = any(step.wire for step in scenario.steps)
        self.events: list[Event] = []
        self.findings: dict[int, Finding] = {}
        self.loop = _running_loop()
        self._clock = PaceClock(self.loop.pace)
        self._places = places or Places()
        self._agenda = LoopAgenda(self.loop)
        self._dice = Dice(seed)
        ends = Ends(self._deliver, self._refuse)
        self.network = Network(self._agenda, Dice(seed), ends)
        self.cast = Cast(self._agenda, self._send)
        self.lanes = Lanes(self.cast, self.network.firewall)
        self.network.seen = self.lanes.take
        self._sockets = Sockets(self.loop, self._arrived)
        self._root = root
        self._server = Endpoint(self._places.address(SERVER_AT), TFTP_PORT)
        self._listening = TFTP_PORT
        self._engine: Engine | None = None
        self._operator: Operator | None = None
        self.casting = Casting(
            self.cast, self._places, self._sockets, self._dice, self._server
        )
        self.casting.follow(scenario.clients)

    @property
    def engine(self) -> Engine:
        """The engine; only between open() and close()."""
        if self._engine is None:
            raise EngineError("the demo is not open")
        return self._engine

    @property
    def operator(self) -> Operator:
        """The operator of the engine's settings; only between open() and close()."""
        if self._operator is None:
            raise EngineError("the demo is not open")
        return self._operator

    async def open(self, clock: PaceClock | None = None) -> None:
        """Create the files and start the engine, with CLOCK if given.

        Raises:
            EngineError: it can't run here.
        """
        self._clock = clock or self._clock
        shutil.copytree(packaged_folder("sample_root"), self._root, dirs_exist_ok=True)
        for file in self.scenario.files:
            place = self._root / file.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content_of(file.name, file.octets))
        self._engine = await self._start_engine()
        self._listening = self._engine.service.listeners[0].local.port
        self._operator = Operator(self._engine)

    async def close(self) -> None:
        """Stop everything."""
        self.cast.switch_off()
        if self._engine is not None:
            await self._engine.stop()
        self._agenda.close()
        self._sockets.close()
        self._places.close()

    def time(self) -> float:
        """Return seconds of demo time."""
        return self.loop.time()

    def call_at(self, when: float, callback: Deed) -> None:
        """Schedule a callback in demo time."""
        self._agenda.call_at(when, callback)

    def next_frame(self) -> Frame | None:
        """Return what has changed in the engine; also records its findings."""
        frame = self.engine.next_frame()
        for finding in [] if frame is None else frame.findings:
            if finding.withdrawn:
                self.findings.pop(finding.number, None)
            else:
                self.findings[finding.number] = finding
        return frame

    def recast(self, tables: Mapping[str, ClientTable]) -> None:
        """Apply these clients; new and changed ones are off."""
        for name in self.casting.differing(tables):
            self._cut(name)
        self.casting.follow(tables)

    def switch_on(self, name: str) -> None:
        """Start all clients of a group, after ending their earlier transfers."""
        self._cut(name)
        is_masked = self.network.firewall.tracking.nat is not None
        self.casting.switch_on(name, self.time(), is_masked=is_masked)

    def clear(self) -> None:
        """Switch all clients off and end their transfers on the server.

        Packets in flight are lost: no packet for an old client may reach the next one
        on the same port.
        """
        self.cast.switch_off()
        for transfer in list(self.engine.service.transfers.values()):
            transfer.whole().abort(SCENE_OVER)
        self.loop.settle()
        self._sockets.discard()
        self.network.forget()
        self.lanes.clear()

    def _cut(self, name: str) -> None:
        """End the transfers of some clients, and drop the packets in flight to them.

        Otherwise late packets would reach their successors.
        """
        hosts = {actor.address for actor in self.cast.of(name)}
        hosts.add(self.network.firewall.tracking.nat or "")
        tallies = (actor.tally for actor in self.cast.of(name))
        ports = {port for tally in tallies if tally for port in tally.ports}
        for transfer in list(self.engine.service.transfers.values()):
            if transfer.client.host in hosts and transfer.client.port in ports:
                transfer.whole().abort(SCENE_OVER)
        self.loop.settle()
        self._sockets.discard(ports)
        self.network.lose(self.lanes.forget(name))

    def forget_wire(self) -> None:
        """Drop all packets before TFTP; the server's link is up."""
        if self.has_wire:
            wire, now = self.engine.wire, self.wall_time()
            wire.start_over(SCENE_OVER)
            own = IPv4Interface(f"{self._server.host}/16")
            wire.take(
                [
                    LinkSeen(time=now, interface=INTERFACE, is_up=True),
                    AddressSeen(
                        time=now, interface=INTERFACE, address=own, is_here=True
                    ),
                ]
            )

    def hear(self, line: WireTable) -> None:
        """Pass a line of a step's wire script to the engine."""
        table = self.scenario.clients.get(line.who)
        actors = self.cast.of(line.who)
        event = wire_event(
            line,
            self.wall_time(),
            table.kind if table else "",
            actors[0].address if actors else "",
            self._on_wire,
        )
        self.engine.wire.take([event])

    def _on_wire(self, ending: str) -> str:
        """Return an address used only in a wire script; no socket has it."""
        is_shared = self._places.is_one_address and ending != SERVER_AT
        return f"127.0.{ending}" if is_shared else self._places.address(ending)

    def _hear_request(self, datagram: Datagram) -> None:
        """Pass a request to the engine, as from a watched interface."""
        with suppress(PeerError):
            request = parse_tftp(datagram.payload)
            if isinstance(request, ReadRequest | WriteRequest):
                event = FileRequested(
                    time=self.wall_time(),
                    interface=INTERFACE,
                    client=datagram.source.host,
                    server=datagram.target.host,
                    file=request.filename,
                    mac=mac_of(datagram.source.host),
                    is_write=isinstance(request, WriteRequest),
                )
                self.engine.wire.take([event])

    def wall_time(self) -> float:
        """Return seconds since the epoch, as in events."""
        return self._clock.wall()

    def set_rules(self, texts: list[str]) -> None:
        """Replace the firewall's rules, overriding the scenario.

        Raises:
            RuleError: one of them is invalid; nothing has changed.
        """
        self.network.firewall.set_rules(texts)
        self.engine.findings.forget_ways()

    def change_firewall(self, change: FirewallTable) -> None:
        """Apply a change to the firewall."""
        wall = self.network.firewall
        if change.rules is not UNSET:
            wall.set_rules(change.rules)
        if change.policy is not UNSET:
            wall.policy = Action(change.policy)
        if change.helper is not UNSET:
            wall.tracking.has_helper = change.helper
        if change.nat is not UNSET:
            nat = change.nat
            wall.tracking.nat = self._places.address(nat) if nat else None
        if change.forward is not UNSET:
            self._forward(change.forward)
        if change.flush:
            wall.tracking.flush()

    def reset_firewall(self) -> None:
        """Restore the firewall's initial state."""
        wall = self.network.firewall
        wall.rules, wall.policy, wall.tracking = [], Action.ACCEPT, Tracking()
        wall.hits.clear()
        self._forward("")
        self.change_firewall(self.scenario.firewall)

    def _forward(self, ending: str) -> None:
        """Give the clients another, forwarded server address, or the real one."""
        asked = self._places.address(ending) if ending else self._server.host
        is_other = asked != self._server.host
        forwards = (asked, self._server.host) if is_other else None
        self.network.firewall.tracking.forwards = forwards
        self.casting.server = Endpoint(asked, TFTP_PORT)

    def change_network(self, change: NetworkTable) -> None:
        """Apply a change to both lines."""
        self._change_line(Way.TO_SERVER, change)
        self._change_line(Way.TO_CLIENT, change)
        self._change_line(Way.TO_SERVER, change.to_server)
        self._change_line(Way.TO_CLIENT, change.to_client)

    def address(self, ending: str) -> str:
        """Return the address of the host with that end."""
        return self._places.address(ending)

    def content(self, name: str) -> bytes | None:
        """Return the content of a file of the server, or None."""
        place = self._root / name
        return place.read_bytes() if place.is_file() else None

    def last_stop(self, since: float) -> str:
        """Return why the last undelivered packet did not arrive; "" if all did.

        Stops after SINCE are always reported; earlier ones by a rule only while the
        rule is in force and no packet has passed in that direction.
        """
        wall, passed = self.network.firewall, set[Way]()
        for one in reversed(self.network.landed):
            if one.ignored and one.ends >= since:
                return one.ignored
            if one.has_arrived:
                passed.add(one.way)
            elif one.ends >= since or (
                one.way not in passed and wall.goes_by(one.reason)
            ):
                return one.reason
        return ""

    def size_of(self, file: bytes) -> int | None:
        """Return the size in bytes of a file of the server, or None."""
        place = self._root / file.decode(errors="replace").lstrip("/")
        return place.stat().st_size if place.is_file() else None

    async def _start_engine(self) -> Engine:
        """Start the engine on port 69, or on the fallback port."""
        for port in (TFTP_PORT, FALLBACK_PORT):
            engine = self._new_engine(port)
            try:
                await engine.start()
            except EngineError:
                continue
            return engine
        engine = self._new_engine(0)
        await engine.start()
        return engine

    def _new_engine(self, port: int) -> Engine:
        settings = Settings(root=self._root, listen=(self._server.host,), port=port)
        return Engine(
            settings_with(settings, self.scenario.server),
            self.events.append,
            self._clock,
            chance=self._dice,
        )

    def _change_line(self, way: Way, change: LineTable) -> None:
        line = self.network.lines[way]
        line.impairments = change.applied(line.impairments)
        if change.faults is not UNSET:
            line.faults = [parse_fault(text) for text in change.faults]

    def _send(self, source: Endpoint, target: Endpoint, data: bytes) -> None:
        self.network.send(Datagram(source, target, data), Way.TO_SERVER)

    def _arrived(self, datagram: Datagram) -> None:
        """Process a datagram from the engine; in scenarios its listener is port 69."""
        source = datagram.source
        if source.port == self._listening:
            source = Endpoint(source.host, TFTP_PORT)
        datagram = Datagram(source, datagram.target, datagram.payload)
        self.network.send(datagram, Way.TO_CLIENT)

    def _deliver(self, datagram: Datagram, way: Way) -> str:
        """Deliver a datagram; return why a client ignores it, or ""."""
        source, target, data = datagram.source, datagram.target, datagram.payload
        if way is Way.TO_CLIENT:
            return self.cast.deliver(source, target, data)
        if target.port == TFTP_PORT:
            if self.has_wire:
                self._hear_request(datagram)
            target = Endpoint(target.host, self._listening)
        self._sockets.send(Datagram(source, target, data))
        return ""

    def _refuse(self, datagram: Datagram, way: Way) -> None:
        """Report an ICMP error to the engine; most clients do not receive them."""
        if way is Way.TO_SERVER:
            return
        source, nat = datagram.source, self.network.firewall.tracking.nat
        if source.port == TFTP_PORT:
            source = Endpoint(source.host, self._listening)
        refused = Datagram(source, datagram.target, datagram.payload)
        if nat is not None and datagram.target.host == nat:
            refuse(refused, PORT_UNREACHABLE, nat)
        else:
            refuse(refused, PROHIBITED, self._places.address(WALL_AT))


def temporary_root() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder that is deleted when it is closed."""
    return tempfile.TemporaryDirectory(prefix="tftptui-demo-")


def _running_loop() -> PacedLoop:
    loop = asyncio.get_running_loop()
    if not isinstance(loop, PacedLoop):
        raise TypeError("a demo needs a PacedLoop")
    return loop
