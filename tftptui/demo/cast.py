"""The simulated clients: each has a machine, an address and a timer."""

from collections.abc import Callable, Iterator

from tftptui.demo.simulation.client_kinds import ClientKind
from tftptui.demo.simulation.event_queue import Agenda
from tftptui.demo.simulation.machine import ClientMachine, Errand, SendFrom, Tally
from tftptui.net.addresses import Endpoint

SendAs = Callable[[Endpoint, Endpoint, bytes], None]
"""Sends bytes from one endpoint to another."""


class Actor:
    """One simulated client.

    Attributes:
        name: of its group in the scenario.
        address: its own.
        machine: the protocol state, or None while it is off.
    """

    def __init__(self, name: str, kind: ClientKind, address: str) -> None:
        self.name, self.kind, self.address = name, kind, address
        self.machine: ClientMachine | None = None

    @property
    def is_over(self) -> bool:
        """Whether it is on, and has finished."""
        return self.machine is not None and self.machine.is_over

    @property
    def due(self) -> float | None:
        """The time of its next retransmission, or None."""
        return None if self.machine is None else self.machine.deadline()

    @property
    def tally(self) -> Tally | None:
        """Its counters since it was switched on."""
        return None if self.machine is None else self.machine.tally


class Cast:
    """All clients of a scenario, found by address and port.

    Attributes:
        make: creates the machine of a client that is switched on.
    """

    def __init__(self, agenda: Agenda, send: SendAs) -> None:
        self._agenda, self._send = agenda, send
        self.make: Callable[[ClientKind, Errand, SendFrom], ClientMachine]
        self.make = ClientMachine
        self._actors: list[Actor] = []
        self._at: dict[str, list[Actor]] = {}

    def __iter__(self) -> Iterator[Actor]:
        return iter(self._actors)

    def __len__(self) -> int:
        return len(self._actors)

    def add(self, actor: Actor) -> None:
        """Add a client; it is off."""
        self._actors.append(actor)
        self._at.setdefault(actor.address, []).append(actor)

    def remove(self, name: str) -> None:
        """Switch off and remove the clients of one group."""
        for actor in self.of(name):
            if actor.machine is not None:
                actor.machine.stop()
            actor.machine = None
            self._actors.remove(actor)
            self._at[actor.address].remove(actor)

    def of(self, name: str) -> list[Actor]:
        """Return the clients of one group."""
        return [actor for actor in self._actors if actor.name == name]

    def switch_on(self, actor: Actor, errand: Errand, when: float) -> None:
        """Start a client at a given time, with fresh state."""

        def send(port: int, target: Endpoint, data: bytes) -> None:
            self._send(Endpoint(actor.address, port), target, data)

        machine = actor.machine = self.make(actor.kind, errand, send)

        def begin() -> None:
            if actor.machine is machine:
                machine.start(self._agenda.time())
                self._watch(actor)

        self._agenda.call_at(when, begin)

    def switch_off(self) -> None:
        """Switch off all clients."""
        for actor in self._actors:
            if actor.machine is not None:
                actor.machine.stop()
            actor.machine = None

    def deliver(self, source: Endpoint, target: Endpoint, data: bytes) -> str:
        """Deliver a datagram to the owner of that address and port, if any.

        Return why the client ignores it, or "".
        """
        ignored = ""
        for actor in self._at.get(target.host, ()):
            machine = actor.machine
            if machine is not None and machine.port == target.port:
                now = self._agenda.time()
                ignored = machine.receive(target.port, source, data, now)
                self._watch(actor)
        return ignored

    def _watch(self, actor: Actor) -> None:
        """Set a timer for the client's deadline."""
        machine, due = actor.machine, actor.due
        if due is None:
            return

        def ring() -> None:
            # The deadline may have moved since, or the client is off.
            if machine is None or actor.machine is not machine:
                return
            if machine.deadline() == due:
                machine.handle_timer(self._agenda.time())
                self._watch(actor)

        self._agenda.call_at(due, ring)
