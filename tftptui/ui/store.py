"""The state of the engine as reported so far, read by all panes.

Plain data, no widgets. Panes never change it; they remember how far they have read and
read again when a FrameArrived message arrives.
"""

from collections import Counter, deque
from dataclasses import dataclass, field

import msgspec

from tftptui.engine.messages import (
    Finding,
    Frame,
    HashView,
    HostPorts,
    Listing,
    Location,
    PortMap,
    Refusal,
    Status,
    TransferView,
    WireNews,
)
from tftptui.findings.tries import TriesIndex
from tftptui.settings import Value
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.telemetry.records.ring import (
    NO_TRANSFER,
    RECORD,
    Kind,
    PacketRecord,
)
from tftptui.telemetry.records.watched_ring import PacketChunks
from tftptui.telemetry.versions import Version

KEPT_REFUSALS = 1_000
KEPT_FINDINGS = 200
KEPT_DIGESTS = 1_000
SERVER_ENDED = "the server stopped"
RATE_SPAN = 2.0
"""Seconds over which a rate is averaged: long enough for steady numbers."""


TURN = 1.0
"""Maximum age in seconds of a transfer's total if many are running."""


class Rate:
    """Bytes/s over the last RATE_SPAN seconds, from a growing total."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def add(self, time: float, total: int) -> None:
        """Add the total at a wall-clock time."""
        self._marks.append((time, total))
        while len(self._marks) > 2 and self._marks[1][0] <= time - RATE_SPAN:  # noqa: PLR2004 - two marks make a rate
            self._marks.popleft()

    def at(self, now: float) -> float | None:
        """Return bytes/s at NOW, or None if not known yet."""
        if not self._marks:
            return None
        (begin, before), (latest, total) = self._marks[0], self._marks[-1]
        span = max(latest, now - TURN) - begin
        return (total - before) / span if span > 0 else None


RETRIED = frozenset({"failed", "abandoned"})
"""Phases of tries that are not counted once their client tries again."""

_NO_POLICY = frozenset({"capture", "drain"})
"""Settings that affect no request."""


@dataclass
class Store:
    """The state of the engine as reported so far.

    Attributes:
        now: wall clock of the last frame, seconds.
        transfers: by number, in the order of their start.
        packets: ring of records and notes, numbered from 0 in order of arrival; a
            record of kind LOST stands for records that were never received here.
        refusals: the latest requests of clients that got an ERROR.
        findings: the latest, by number, including withdrawn ones.
        policy_since: time of the last change of a policy about requests; 0.0 for never.
        nats: addresses of the NATs of a demo's clients.
        scene_since: start of the demo's step; earlier refusals are not shown as new.
        locations: path searches, by their transfer.
        listings: open folders by their bytes.
        hashes: progress and results of hashing, by name.
        digests: results of hashing, by version of the file.
        wire: packets of machines before TFTP; None if that is not watched.
        engine_error: why the engine ended, until it is back.
        comes_back: whether it is reconnected to; it outlives the screen, such as a
            server attached to.
        looks_only: whether this client is read-only.
        engines: number of engines that have ended or were replaced so far; requests to
            one have to be repeated to the next.
        forgotten: how often everything was dropped; state derived from it is void then.
    """

    kept_packets: int = 1_000_000
    kept_transfers: int = 1_000
    now: float = 0.0
    frames: int = 0
    status: Status | None = None
    ports: PortMap | None = None
    host_ports: HostPorts | None = None
    counters: Counters = field(default_factory=Counters)
    transfers: dict[int, TransferView] = field(default_factory=dict)
    refusals: deque[Refusal] = field(
        default_factory=lambda: deque(maxlen=KEPT_REFUSALS)
    )
    findings: dict[int, Finding] = field(default_factory=dict)
    locations: dict[int, Location] = field(default_factory=dict)
    listings: dict[bytes, Listing] = field(default_factory=dict)
    hashes: dict[bytes, HashView] = field(default_factory=dict)
    digests: dict[Version, HashView] = field(default_factory=dict)
    settings: dict[str, Value] = field(default_factory=dict)
    policy_since: float = 0.0
    scene_since: float = 0.0
    wire: WireNews | None = None
    nats: set[str] = field(default_factory=set)
    engine_error: str | None = None
    comes_back: bool = False
    looks_only: bool = False
    engines: int = 0
    forgotten: int = 0

    def __post_init__(self) -> None:
        self.packets = PacketChunks(self.kept_packets)
        self._packets_due = 0
        self._rates: dict[int, Rate] = {}
        self._own_tests: dict[tuple[int, float], str] = {}
        self._own_refused = 0
        self._tries = TriesIndex()
        self._retried: set[int] = set()
        self._retried_phases: Counter[str] = Counter()
        self._findings_of: dict[int, Finding] = {}
        self._findings_before = 0
        self._total_rate = Rate()
        self._before = Counters()

    def fold(self, frame: Frame) -> None:
        """Apply a frame."""
        self.now = frame.time
        self.frames += 1
        self.status = frame.status or self.status
        self.ports = frame.ports or self.ports
        self.host_ports = frame.host_ports or self.host_ports
        if frame.settings:
            self._fold_settings(frame.settings, frame.time)
        if frame.counters:
            self.counters = _sum(self._before, frame.counters)
        self._total_rate.add(frame.time, self.counters.bytes_sent)
        if frame.wire is not None:
            self.wire = self.wire.merged(frame.wire) if self.wire else frame.wire
        for view in frame.transfers:
            self._fold_transfer(view)
        for listing in frame.listings:
            self.listings[listing.folder] = listing
        self._fold_refusals(frame.refusals)
        self._fold_hashes(frame.hashes)
        self._fold_findings(frame.findings)
        for location in frame.locations:
            self.locations[location.transfer] = location
        self._fold_packets(frame)

    def _fold_hashes(self, news: list[HashView]) -> None:
        for hashed in news:
            self.hashes[hashed.name] = hashed
            if hashed.sha256 and hashed.version is not None:
                self.digests[hashed.version] = hashed
        while len(self.digests) > KEPT_DIGESTS:
            del self.digests[next(iter(self.digests))]

    def _fold_settings(self, news: dict[str, Value], time: float) -> None:
        before, self.settings = self.settings, news
        if before and any(
            before.get(name) != value
            for name, value in news.items()
            if name not in _NO_POLICY
        ):
            self.policy_since = time

    def end(self, why: str) -> None:
        """Record that the engine has ended: nothing runs any more."""
        self.engine_error = why
        for view in [one for one in self.transfers.values() if one.running]:
            self.counters = msgspec.structs.replace(
                self.counters, failed=self.counters.failed + 1
            )
            self._fold_transfer(
                msgspec.structs.replace(
                    view, phase="failed", ended=view.moved, error=SERVER_ENDED
                )
            )

    def start_over(self) -> None:
        """Prepare for another engine, which counts from 0; the past is kept."""
        self.engine_error = self.status = None
        self.engines += 1
        self._tries, self._retried = TriesIndex(), set()
        self._before = self.counters
        self._packets_due = 0
        self._findings_before = max(self.findings, default=0)

    def forget(self) -> None:
        """Drop everything: a full snapshot must not be mixed with the past."""
        self.start_over()
        self.forgotten += 1
        self.counters = self._before = Counters()
        self._total_rate = Rate()
        self.wire = None
        self._findings_before = 0
        self._own_tests.clear()
        self._own_refused = 0
        self._retried_phases.clear()
        for table in (
            *(self.transfers, self._rates, self.findings, self._findings_of),
            *(self.locations, self.listings, self.refusals),
            *(self.hashes, self.digests),
        ):
            table.clear()
        self.packets.extend(b"", self.packets.next + 1)

    @property
    def of_clients(self) -> Counters:
        """The totals of clients: boots, not tries.

        Without self-tests of this host, and without tries that the client followed with
        another: only the last one is the state or the result of the boot.
        """
        own = Counter(self._own_tests.values())
        less = own + self._retried_phases
        ended = {
            name: max(0, getattr(self.counters, name) - less[name]) for name in less
        }
        running = sum(view.running for view in self.transfers.values())
        followed = running - len(self.running_boots)
        return msgspec.structs.replace(
            self.counters,
            **ended,
            started=max(0, self.counters.started - less.total() - followed),
            refused=self.counters.refused - self._own_refused,
        )

    def tries_of(self, number: int) -> tuple[int, ...]:
        """Return the numbers of a client's tries for one file, including NUMBER.

        The oldest first, without forgotten ones; empty for a single transfer. A
        completed try is the last: the next request is not a retry.
        """
        tries = self._tries.of(number)
        if tries is None or len(tries.views) <= 1:
            return ()
        known = [one for one in tries.views if one in self.transfers]
        done = [one for one in known if self.transfers[one].phase == "completed"]
        after = max((one for one in done if one < number), default=0)
        until = min((one for one in done if one >= number), default=known[-1])
        found = tuple(one for one in known if after < one <= until)
        return found if len(found) > 1 else ()

    def is_last_try(self, number: int) -> bool:
        """Return whether no later try of its client for the same file is known."""
        tries = self.tries_of(number)
        return not tries or number == tries[-1]

    @property
    def running_boots(self) -> list[TransferView]:
        """Running transfers; only the last of a client's tries for one file."""
        running = [view for view in self.transfers.values() if view.running]
        return [view for view in running if self.is_last_try(view.number)]

    def rate(self, number: int) -> float | None:
        """Return bytes/s of a running transfer; None if not known."""
        rate = self._rates.get(number)
        return rate.at(self.now) if rate else None

    @property
    def total_rate(self) -> float:
        """Bytes/s sent in DATA packets."""
        return self._total_rate.at(self.now) or 0.0

    @property
    def received_rate(self) -> float:
        """Bytes/s received in running uploads."""
        return sum(
            self.rate(view.number) or 0.0
            for view in self.transfers.values()
            if view.direction == "write" and view.running
        )

    def finding_of(self, transfer: int) -> Finding | None:
        """Return the latest finding in force about a transfer."""
        return self._findings_of.get(transfer)

    def finding_about(self, transfer: int) -> Finding | None:
        """Return the finding about a transfer, or else about its client and file."""
        view, found = self.transfers.get(transfer), self.finding_of(transfer)
        if found is not None or view is None:
            return found
        whose = (view.client, view.file)
        near = (one for one in self.findings_in_order() if not one.withdrawn)
        return next((one for one in near if (one.client, one.file) == whose), None)

    def why_requested(self, view: TransferView) -> str:
        """Return why a transfer's client sends its requests here; "" if unknown."""
        devices = self.wire.devices if self.wire is not None else []
        heard = (
            one.because
            for one in devices
            if one.requester == view.client and one.begun <= view.started
        )
        return next(heard, "")

    @property
    def is_capture(self) -> bool:
        """Whether a capture is shown: nothing in it can be changed."""
        return self.status is not None and self.status.source == "capture"

    @property
    def is_fixed(self) -> bool:
        """Whether nothing can be changed from here."""
        return self.is_capture or self.looks_only

    def findings_in_order(self) -> list[Finding]:
        """Return the findings in order: alarms, other findings, withdrawn ones.

        The latest of each come first.
        """
        latest = reversed(self.findings.values())
        return sorted(latest, key=lambda one: (bool(one.withdrawn), not one.is_alarm))

    def latest_finding(self) -> Finding | None:
        """Return the most important finding: the latest alarm."""
        holding = [one for one in self.findings.values() if not one.withdrawn]
        alarms = [one for one in holding if one.is_alarm]
        for best in (alarms, holding):
            if best:
                return best[-1]
        return None

    def _fold_refusals(self, news: list[Refusal]) -> None:
        """Keep refusals of clients, without self-tests of this host."""
        of_clients = [one for one in news if one.kind != SELF_TEST]
        self._own_refused += len(news) - len(of_clients)
        self.refusals.extend(of_clients)

    def _fold_findings(self, news: list[Finding]) -> None:
        for one in news:
            number = one.number + self._findings_before
            finding = msgspec.structs.replace(one, number=number)
            before = self.findings.get(number)
            if before is None or _says_other(before, finding):
                self.findings.pop(number, None)  # the latest comes last
            self.findings[number] = finding
        while len(self.findings) > KEPT_FINDINGS:
            del self.findings[self._least_telling()]
        if news:
            self._findings_of = {
                transfer: finding
                for finding in self.findings.values()
                if not finding.withdrawn
                for transfer in finding.transfers
            }

    def _least_telling(self) -> int:
        """Return the finding to drop first: alarms in force are kept longest."""
        is_past = (n for n, one in self.findings.items() if _is_past(one))
        return next(is_past, next(iter(self.findings)))

    def _fold_transfer(self, view: TransferView) -> None:
        self.transfers[view.number] = view
        if view.kind != SELF_TEST:
            self._fold_try(view)
        elif not view.running:
            self._own_tests[view.number, view.started] = view.phase
        if view.running:
            self._rates.setdefault(view.number, Rate()).add(self.now, view.acked_bytes)
        else:
            self._rates.pop(view.number, None)
        if len(self.transfers) > self.kept_transfers:
            self._forget_oldest_ended()

    def _fold_try(self, view: TransferView) -> None:
        """Group a client's tries for one file; count only the last."""
        tries = self._tries.of(view.number) or self._tries.begin(view, "")
        tries.views[view.number] = view
        if len(tries.views) <= 1:
            return
        if tries.is_another(view):
            self._tries.split(tries, view)
            return
        *before, _ = tries.views.values()
        for one in before:
            is_known = one.number in self.transfers  # otherwise it was counted before
            if is_known and one.phase in RETRIED and one.number not in self._retried:
                self._retried.add(one.number)
                self._retried_phases[one.phase] += 1

    def _forget_oldest_ended(self) -> None:
        for number, view in self.transfers.items():
            if not view.running:
                del self.transfers[number]
                self._retried.discard(number)
                return

    def _fold_packets(self, frame: Frame) -> None:
        """Renumber the records; a LOST record counts missing ones."""
        if not frame.packets:
            return
        if (lost := frame.packets_first - self._packets_due) > 0:
            self.packets.append(_lost_record(frame.time, lost))
        first = self.packets.next
        self.packets.extend(frame.packets, first)
        self._packets_due = frame.packets_first + len(frame.packets) // RECORD
        for number, note in frame.notes.items():
            self.packets.annotate(first + number - frame.packets_first, note)


def _is_past(finding: Finding) -> bool:
    return bool(finding.withdrawn) or not finding.is_alarm


def _says_other(before: Finding, after: Finding) -> bool:
    """Return whether a finding has changed in substance, not only in details."""
    return any(
        getattr(before, name) != getattr(after, name)
        for name in ("code", "confidence", "withdrawn")
    )


def _sum(one: Counters, other: Counters) -> Counters:
    ours, theirs = msgspec.structs.asdict(one), msgspec.structs.asdict(other)
    return Counters(**{name: ours[name] + theirs[name] for name in ours})


def _lost_record(time: float, count: int) -> PacketRecord:
    return PacketRecord(
        time=time,
        transfer=NO_TRANSFER,
        block=count,
        count=1,
        client_tid=0,
        server_tid=0,
        nbytes=0,
        kind=Kind.LOST,
    )
