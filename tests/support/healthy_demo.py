"""Healthy transfers in demo time: no alarm is right, whatever the path does.

Clients of all kinds; paths that lose, delay, reorder and duplicate packets, a NAT;
clients that pause like flash writers, that are suspended, and that their users stop.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tftptui.demo.scenario.tables import (
    ClientTable,
    FileTable,
    FirewallTable,
    NetworkTable,
    Scenario,
    Step,
)
from tftptui.demo.simulation.client_kinds import ClientKind
from tftptui.demo.simulation.demo_time import Pace, PacedLoop
from tftptui.demo.simulation.machine import ClientMachine, Errand, SendFrom
from tftptui.demo.stage import Stage, temporary_root
from tftptui.net.addresses import Endpoint
from tftptui.protocol.commands import End, Outcome
from tftptui.protocol.packets import encode_error
from tftptui.telemetry.events import Found

FILE_BYTES = 60_000
LONGEST = 240.0
"""Limit of a batch in seconds of demo time."""

_STEP = 5.0
_APART = 0.7

PATHS: dict[str, NetworkTable] = {
    "LAN": NetworkTable(delay=0.0005),
    "1 % loss": NetworkTable(delay=0.001, loss=0.01),
    "2 % loss": NetworkTable(delay=0.005, loss=0.02),
    "3 % loss": NetworkTable(delay=0.01, loss=0.03),
    "2 ms jitter on 30 ms": NetworkTable(delay=0.015, jitter=0.002),
    "100 ms jitter on 60 ms": NetworkTable(delay=0.03, jitter=0.1),
    "reordering": NetworkTable(delay=0.015, jitter=0.002, reorder=0.03),
    "doubled packets": NetworkTable(delay=0.002, duplicate=0.02),
    "NAT": NetworkTable(delay=0.002, loss=0.01),
    "slow link": NetworkTable(delay=0.02, bandwidth=200_000, queue=4.0),
}

CLIENTS: dict[str, tuple[str, list[str] | None]] = {
    "Intel boot ROM": ("intel-rom", None),
    "UEFI": ("uefi", None),
    "iPXE": ("ipxe", None),
    "U-Boot": ("u-boot", None),
    "U-Boot, window 16": ("u-boot", ["blksize=1468", "windowsize=16"]),
    "GRUB": ("grub", None),
    "PXELINUX": ("pxelinux", None),
    "Cisco IOS": ("cisco", None),
    "curl": ("curl", None),
    "atftp": ("atftp", None),
    "atftp, window 8": ("atftp", ["blksize=1428", "windowsize=8"]),
    "tftp-hpa": ("tftp-hpa", None),
    "busybox": ("busybox", None),
    "window 64": ("busybox", ["blksize=512", "tsize", "windowsize=64"]),
}

_CTRL_C = encode_error(0, "Undefined error code")

HABITS = ("goes on", "goes on", "flash pauses", "suspended 8 s", "ended by ctrl-c")


@dataclass(frozen=True)
class Healthy:
    """The results of the transfers over one path.

    Attributes:
        came: number of clients that have their file.
        ended: number of clients stopped by their users.
        alarms: false alarms, including short ones.
        notes: codes of notes.
    """

    path: str
    played: int
    came: int
    ended: int
    alarms: tuple[str, ...]
    notes: tuple[str, ...]


class Machine(ClientMachine):
    """A client that pauses at some blocks, or whose user stops it at one.

    During a pause packets are queued, and processed at its end.
    """

    def __init__(
        self,
        kind: ClientKind,
        errand: Errand,
        send: SendFrom,
        *,
        pauses: dict[int, float],
        ends_at: int | None,
    ) -> None:
        super().__init__(kind, errand, send)
        self._pauses, self._ends_at = dict(pauses), ends_at
        self._until = 0.0
        self._kept: list[tuple[int, Endpoint, bytes]] = []
        self.was_ended = False

    def deadline(self) -> float | None:
        """Return when it acts next."""
        due = super().deadline()
        if not self._kept:
            return due if due is None else max(due, self._until)
        return self._until

    def receive(self, port: int, source: Endpoint, data: bytes, now: float) -> str:
        """Process a datagram, or queue it until the end of a pause."""
        if self.was_ended:  # its kernel would send an ICMP error
            self._say(_CTRL_C)
            return ""
        if now < self._until:
            self._kept.append((port, source, data))
            return ""
        told = super().receive(port, source, data, now)
        blocks = self.tally.blocks
        if self._ends_at is not None and blocks >= self._ends_at and not self.is_over:
            self._say(_CTRL_C)
            self.was_ended = True
            self._finish(End(Outcome.ABORTED, "ctrl-c"))
        due = [block for block in self._pauses if block <= blocks]
        for block in due:
            self._until = now + self._pauses.pop(block)
        return told

    def handle_timer(self, now: float) -> None:
        """Process expired timers; after a pause, first the queued packets."""
        if now >= self._until and self._kept:
            kept, self._kept = self._kept, []
            for port, source, data in kept:
                self.receive(port, source, data, now)
            return
        super().handle_timer(now)


def play(path: str, count: int, seed: int) -> Healthy:
    """Have COUNT clients fetch a file over one path; the seed repeats the run."""
    chance = Random(seed)  # noqa: S311 - it has to repeat
    scenario = _scenario(path, count)
    made: list[Machine] = []

    def make(kind: ClientKind, errand: Errand, send: SendFrom) -> ClientMachine:
        pauses, ends_at = _habit(HABITS[len(made) % len(HABITS)], chance)
        made.append(Machine(kind, errand, send, pauses=pauses, ends_at=ends_at))
        return made[-1]

    async def run(root: Path) -> tuple[str, ...]:
        stage = Stage(scenario, seed, root)
        try:
            await stage.open()
            stage.cast.make = make
            stage.reset_firewall()
            stage.change_network(scenario.network)
            for name in scenario.clients:
                stage.switch_on(name)
            await _everybody(stage, made)
            stage.next_frame()
            alarms.extend(_alarms(stage, _failed(stage)))
            return tuple(sorted({one.code for one in _found(stage)}))
        finally:
            await stage.close()

    alarms: list[str] = []
    with (
        temporary_root() as root,
        asyncio.Runner(loop_factory=lambda: PacedLoop(Pace(None))) as runner,
    ):
        notes = runner.run(run(Path(root)))
    came = sum(one.tally.outcome is Outcome.COMPLETED for one in made)
    ended = sum(one.was_ended for one in made)
    return Healthy(path, len(made), came, ended, tuple(alarms), notes)


async def _everybody(stage: Stage, made: list[Machine]) -> None:
    """Wait until all clients are done, or a timeout, and for the findings."""
    over = asyncio.Event()

    def look() -> None:
        is_over = bool(made) and all(one.is_over for one in made)
        if is_over or stage.time() >= LONGEST:
            stage.call_at(stage.time() + 2 * _STEP, over.set)
        else:
            stage.call_at(stage.time() + _STEP, look)

    look()
    await over.wait()


def _scenario(path: str, count: int) -> Scenario:
    tables: dict[str, ClientTable] = {}
    kinds = list(CLIENTS.values())
    for number in range(count):
        kind, options = kinds[number % len(kinds)]
        tables[f"c{number}"] = ClientTable(
            kind=kind,
            at=f"4.{number + 2}",
            file=f"file{number % 9}",
            options=options,
            apart=_APART,
        )
    nat: dict[str, Any] = {"nat": "9.1", "helper": True} if path == "NAT" else {}
    return Scenario(
        title="Healthy",
        about="Nothing is wrong",
        server={"ports": "20000-20999"},
        files=[FileTable(name=f"file{n}", octets=FILE_BYTES) for n in range(9)],
        firewall=FirewallTable(**nat),
        network=PATHS[path],
        clients=tables,
        steps=[Step(caption="all", start=list(tables))],
    )


def _habit(habit: str, chance: Random) -> tuple[dict[int, float], int | None]:
    """Return the blocks at which a client pauses, for how long, and where it ends."""
    blocks = range(2, 38)
    match habit:
        case "flash pauses":
            places = chance.sample(blocks, 6)
            return {block: chance.uniform(0.3, 3.0) for block in places}, None
        case "suspended 8 s":
            return {chance.choice(blocks): 8.0}, None
        case "ended by ctrl-c":
            return {}, chance.choice(blocks)
        case _:
            return {}, None


def _found(stage: Stage) -> list[Found]:
    return [one for one in stage.events if isinstance(one, Found)]


def _failed(stage: Stage) -> set[str]:
    """Return the clients that gave up by themselves: an alarm about them is right."""
    return {
        actor.address
        for actor in stage.cast
        if isinstance(machine := actor.machine, Machine)
        and machine.tally.outcome is not Outcome.COMPLETED
        and not machine.was_ended
    }


def _alarms(stage: Stage, failed: set[str]) -> Iterator[str]:
    """Yield the first report of each alarm about clients that did not fail."""
    first: dict[int, Found] = {}
    for one in _found(stage):
        if one.is_alarm and not failed.issuperset(one.clients):
            first.setdefault(one.number, one)
    for one in first.values():
        yield f"{one.code} ({one.confidence:.2f}): {one.headline}"
