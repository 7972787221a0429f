"""A scenario: the setup between client and server, and the expected findings."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from tests.support.builders import sample_bytes
from tests.support.lab import Lab, Place
from tests.support.lab_clients import Firmware, program
from tests.support.lab_server import LabServer
from tftptui.telemetry.events import Found

FILE, CONTENT = "boot.bin", sample_bytes(42_012)
BIG = sample_bytes(3_000_000)
SERVED = (Lab.SERVER, 69)

PATIENCE = 20.0
"""Timeout in seconds for a finding that must come."""

CALM = 1.5
"""Seconds during which none may come."""

_STEP = 0.1


@dataclass
class Stage:
    """The environment of a scenario.

    Attributes:
        results: of the fetches so far, in order.
        told: codes of the alarms in force at the end of each act.
    """

    lab: Lab
    server: LabServer
    results: list[bool] = field(default_factory=list)
    told: list[set[str]] = field(default_factory=list)

    def nft(self, place: Place, rules: str) -> None:
        """Replace the rules of a host."""
        self.lab.nft(place, f"flush ruleset\n{rules}")

    def boot(self, server: tuple[str, int] = SERVED, **changes: Any) -> bool:
        """Have firmware fetch the file; return whether it is complete."""
        firmware = Firmware(server, FILE, **changes)
        came = self.lab.inside("client", firmware.fetch)
        if came and bytes(firmware.content) not in (CONTENT, BIG):
            raise AssertionError(f"{len(firmware.content)} octets, and not the file's")
        self.results.append(came)
        return came

    def amid_big_file(self, work: Callable[[], None], **changes: Any) -> None:
        """Have firmware fetch a large file, and call WORK once blocks have arrived.

        The firmware waits for WORK, or it would have the whole file before.
        """
        is_midway, is_done = threading.Event(), threading.Event()

        def pause() -> None:
            is_midway.set()
            is_done.wait(PATIENCE)

        given: dict[str, Any] = {"patience": 4.0, "midway": pause} | changes
        firmware = Firmware(SERVED, "big.bin", **given)
        with ThreadPoolExecutor(1) as pool:
            fetched = pool.submit(self.lab.inside, "client", firmware.fetch)
            is_midway.wait(PATIENCE)
            try:
                work()
            finally:
                is_done.set()
            self.results.append(fetched.result())

    def wait(self, seconds: float) -> None:
        """Let time pass: the case itself is that something takes so long."""
        _pause(seconds)

    def wait_for_transfers(self, count: int) -> None:
        """Wait until COUNT transfers have started, and made progress for a moment."""
        _until(lambda: self.server.started >= count, PATIENCE)
        _pause(CALM)

    def wait_for_ends(self, count: int) -> None:
        """Wait until COUNT transfers are over, and for the findings."""
        _until(lambda: len(self.server.outcomes()) >= count, 2 * PATIENCE)
        _pause(CALM)
        self.told.append(self.server.alarms)

    def inside(self, work: Callable[[], Any]) -> None:
        """Call WORK on the client."""
        self.lab.inside("client", work)

    def program(self, *command: str) -> bool:
        """Run a real client; return whether it reports success."""
        came = program(self.lab.within("client"), *command)
        self.results.append(came)
        return came

    def wait_for(self, *codes: str) -> None:
        """Wait for an alarm of these codes or a timeout; without codes, for calm."""
        if not codes:
            _pause(CALM)
        else:
            _until(lambda: bool(self.server.alarms & set(codes)), PATIENCE)
        self.told.append(self.server.alarms)

    def wait_for_note(self, code: str) -> None:
        """Wait until a note is reported."""
        _until(lambda: code in self.server.codes, PATIENCE)
        self.told.append(self.server.alarms)

    def finding(self, code: str) -> Found:
        """Return the finding of a code in force."""
        return next(one for one in self.server.standing if one.code == code)


@dataclass(frozen=True, eq=False)
class Scenario:
    """One labelled case.

    Attributes:
        number: in the list of labelled cases.
        play: sets it up and acts.
        accepts: correct alarms, one set for each act; an empty set for calm.
        never: codes that would be wrong at any time.
        notes: codes of notes that must be reported.
        succeeds: the expected results of the fetches, in order.
        settings: of the server.
        check: further checks.
        within: seconds from the first request to the first correct finding.
    """

    number: int
    name: str
    play: Callable[[Stage], None]
    accepts: tuple[frozenset[str], ...]
    never: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    succeeds: tuple[bool, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    check: Callable[[Stage], None] = lambda _: None
    within: float = 10.0

    def __str__(self) -> str:
        return f"{self.number}-{self.name.replace(' ', '-')}"

    def run(self, folder: Path) -> Stage:
        """Run it in its own lab; return the stage afterwards.

        Raises:
            CalledProcessError, FileNotFoundError: that is not possible here.
        """
        root = folder / str(self)
        root.mkdir()
        (root / FILE).write_bytes(CONTENT)
        (root / "big.bin").write_bytes(BIG)
        lab = Lab()
        try:
            lab.build()
            server = LabServer(lab, root, self.settings)
            server.start()
            stage = Stage(lab, server)
            try:
                self.play(stage)
            finally:
                server.stop()
        finally:
            lab.remove()
        return stage


def none() -> tuple[frozenset[str], ...]:
    """Accept only calm."""
    return (frozenset(),)


def one_of(*codes: str) -> tuple[frozenset[str], ...]:
    """Accept any of these at the end of the only act."""
    return (frozenset(codes),)


def _until(is_so: Callable[[], bool], seconds: float) -> None:
    end = monotonic() + seconds
    while not is_so() and monotonic() < end:
        _pause(_STEP)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)
