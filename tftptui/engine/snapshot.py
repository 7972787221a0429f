"""Merges frames into one, for watchers that attach later."""

from collections import deque

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
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.records.ring import RECORD, PacketRing
from tftptui.telemetry.versions import Version

KEPT_REFUSALS, KEPT_FINDINGS, KEPT_HASHES = 500, 200, 1_000


class Snapshot:
    """Merges frames; everything is bounded.

    Args:
        kept_transfers: finished transfers kept.
        ring: the engine's packet ring, from which packets are taken.
    """

    def __init__(self, kept_transfers: int, ring: PacketRing) -> None:
        self._kept, self._ring = kept_transfers, ring
        self._status: Status | None = None
        self._ports: PortMap | None = None
        self._host_ports: HostPorts | None = None
        self._counters: Counters | None = None
        self._transfers: dict[int, TransferView] = {}
        self._listings: dict[bytes, Listing] = {}
        self._refusals: deque[Refusal] = deque(maxlen=KEPT_REFUSALS)
        self._findings: dict[int, Finding] = {}
        self._locations: dict[int, Location] = {}
        self._hashes: dict[Version | bytes, HashView] = {}
        self._wire: WireNews | None = None
        self._next = 0

    def fold(self, frame: Frame) -> None:
        """Merge a frame."""
        self._status = frame.status or self._status
        self._ports = frame.ports or self._ports
        self._host_ports = frame.host_ports or self._host_ports
        self._counters = frame.counters or self._counters
        if frame.wire is not None:
            self._wire = self._wire.merged(frame.wire) if self._wire else frame.wire
        self._transfers |= {view.number: view for view in frame.transfers}
        self._listings |= {one.folder: one for one in frame.listings}
        self._refusals.extend(frame.refusals)
        self._findings |= {one.number: one for one in frame.findings}
        self._locations |= {one.transfer: one for one in frame.locations}
        for hashed in frame.hashes:
            key = hashed.version if hashed.sha256 else None
            self._hashes.pop(hashed.name, None)  # the latest comes last
            self._hashes.pop(key or hashed.name, None)
            self._hashes[key or hashed.name] = hashed
        if frame.packets:
            self._next = frame.packets_first + len(frame.packets) // RECORD
        self._forget_the_oldest()

    def frame(self, time: float) -> Frame:
        """Return the whole state; packets up to the last merged frame."""
        first = self._ring.first
        return Frame(
            time=time,
            status=self._status,
            transfers=list(self._transfers.values()),
            ports=self._ports,
            host_ports=self._host_ports,
            listings=list(self._listings.values()),
            refusals=list(self._refusals),
            findings=list(self._findings.values()),
            locations=list(self._locations.values()),
            hashes=list(self._hashes.values()),
            counters=self._counters,
            wire=self._wire,
            packets_first=first,
            packets=self._ring.packed(first, self._next),
            notes=self._ring.notes_between(first, self._next),
        )

    def _forget_the_oldest(self) -> None:
        ended = [number for number, one in self._transfers.items() if not one.running]
        for number in ended[: max(0, len(ended) - self._kept)]:
            del self._transfers[number]
        for kept in (self._findings, self._locations):
            while len(kept) > KEPT_FINDINGS:
                del kept[next(iter(kept))]
        while len(self._hashes) > KEPT_HASHES:
            del self._hashes[next(iter(self._hashes))]
