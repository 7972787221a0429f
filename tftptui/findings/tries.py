"""Groups requests that belong together: those of one client for one file."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import getsizeof

from tftptui.findings.causes import Incident
from tftptui.findings.facts import Icmp
from tftptui.knowledge.signatures import is_firmware
from tftptui.telemetry.events import IcmpReceived, Refused, TransferEvent
from tftptui.telemetry.findings import Finding
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.views import TransferView

WINDOW = 12.0
"""Seconds since the last request: the longest gap of any known client is 10 s."""

LONG_WINDOW = 60.0
"""Seconds within which the same request from the same port is still a retry: emulated
or loaded clients have much longer gaps. Also counted from the last block: a client
whose transfer was cut waits and then starts over."""

LONGEST_STEP = 16
"""Largest step of a client's port when it retries."""

KEPT_CLIENT_TRIES = 4_096
KEPT_BYTES = 24 << 20
"""Approximate limit of bytes for all tries; hostile names and options are long."""

KEPT_TRIES = 40
KEPT_REFUSALS = 16
_PASSING = frozenset({Reason.RATE, Reason.CLIENT_LIMIT, Reason.BROADCAST})
"""Reasons of refusals that say nothing about the file."""

_KEPT_TIMES = 8
_KEPT_KINDS = 16

_EMPTY_BYTES = 2_300
_TRY_BYTES = 1_100
"""Bytes of ClientTries, and of each try in it, without the client's texts."""

Key = tuple[str, str, str]
"""Client, file and direction."""

_IcmpKey = tuple[int, int, int, str | None, str]


@dataclass(eq=False)
class ClientTries:
    """One client's tries for one file.

    Attributes:
        key: client, file and direction.
        network: that of the client.
        views: its transfers by number, running or as they ended.
        refusals: its latest requests that got an ERROR.
        refused: how many there were in all.
        refused_ports: a bit for each port that they came from.
        incidents: why it does not get the file, or did not: its own as "", shortages of
            the server by code.
        notes: other findings, by code.
        text: its summary as last reported.
        noted: tries that are recorded in NetworkHistory.
        ended: those of them that were over then.
        doubted: those that were running, with packets resent without result.
        rhythms: tries whose second request determines the certainty of the client
            program.
        way: name of the path to its client; see NetworkHistory.
        is_left: whether its client sent one more request, and then continued an earlier
            one.
        there: the file that its client would get now, and when it had last requested.
        touched: wall clock of the last event.
    """

    key: Key
    network: str
    views: dict[int, TransferView] = field(default_factory=dict)
    refusals: deque[Refused] = field(
        default_factory=lambda: deque(maxlen=KEPT_REFUSALS)
    )
    refused: int = 0
    refused_ports: int = 0
    incidents: dict[str, Incident] = field(default_factory=dict)
    notes: dict[str, Finding] = field(default_factory=dict)
    text: str = ""
    noted: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    doubted: set[int] = field(default_factory=set)
    rhythms: set[int] = field(default_factory=set)
    touched: float = 0.0
    way: str = ""
    is_left: bool = False
    there: tuple[str, float] = ("", 0.0)
    _icmp: dict[_IcmpKey, deque[float]] = field(default_factory=dict)

    @property
    def client(self) -> str:
        """The client."""
        return self.key[0]

    @property
    def file(self) -> str:
        """The requested file."""
        return self.key[1]

    @property
    def incident(self) -> Incident | None:
        """Its own incident: why it does not get the file, or did not."""
        return self.incidents.get("")

    @property
    def latest(self) -> TransferView | None:
        """The last try, if any request was accepted."""
        return self.views[next(reversed(self.views))] if self.views else None

    @property
    def last_requested(self) -> float:
        """Time of the last request for the file."""
        times = [view.asked_at[-1] for view in self.views.values() if view.asked_at]
        return max([*times, *(one.time for one in self.refusals)], default=0.0)

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing to evaluate: one try that runs well or completed."""
        if self.incidents or self.notes or self.refusals or self._icmp or self.text:
            return False
        if len(self.views) != 1:
            return False
        return next(iter(self.views.values())).is_calm

    @property
    def is_over(self) -> bool:
        """Whether no try is running."""
        return not any(view.running for view in self.views.values())

    @property
    def size(self) -> int:
        """The approximate number of bytes it occupies."""
        texts = 0
        for view in self.views.values():
            options = sum(len(name) + len(value) for name, value in view.asked)
            texts += len(view.file) + len(view.served) + options
        for one in self.refusals:
            texts += len(one.file) + len(one.message)
        tries = len(self.views) + len(self.refusals)
        ports = getsizeof(self.refused_ports)
        return _EMPTY_BYTES + tries * _TRY_BYTES + texts + ports

    @property
    def icmp(self) -> tuple[Icmp, ...]:
        """The ICMP errors about its tries."""
        return tuple(
            Icmp(kind, code, name, sender, number, tuple(times))
            for (number, kind, code, sender, name), times in self._icmp.items()
        )

    def add(self, view: TransferView) -> None:
        """Add a try."""
        self.views[view.number] = view
        self.touched = view.started

    def knows(self, view: TransferView) -> bool:
        """Return whether the current state of a try is recorded."""
        if not view.running:
            return view.number in self.ended
        return view.number in (self.noted if view.heard else self.doubted)

    def note(self, view: TransferView) -> None:
        """Mark a try as recorded."""
        if view.running and not view.heard:
            self.doubted.add(view.number)
            return
        self.noted.add(view.number)
        if not view.running:
            self.ended.add(view.number)

    def complain(self, event: IcmpReceived) -> None:
        """Add an ICMP error."""
        self.touched, number = event.time, event.transfer or 0
        key = (number, event.type, event.code, event.sender, event.name)
        if key not in self._icmp and len(self._icmp) >= _KEPT_KINDS:
            return
        times = self._icmp.setdefault(key, deque(maxlen=_KEPT_TIMES))
        times.append(event.time)

    def refuse(self, event: Refused) -> None:
        """Add a refused request."""
        self._keep(event)
        self.touched = event.time
        self.refused += 1
        self.refused_ports |= 1 << event.client_tid

    @property
    def is_reported(self) -> bool:
        """Whether its own incident is open."""
        return self.incident is not None and self in self.incident.occurrences

    def _keep(self, event: Refused) -> None:
        """Keep a refusal; refusals because of rate limits replace no others."""
        if len(self.refusals) == KEPT_REFUSALS:
            passing = (one for one in self.refusals if one.reason in _PASSING)
            first = next(passing, None)
            if first is not None:
                self.refusals.remove(first)
            elif event.reason in _PASSING:
                return
        self.refusals.append(event)

    def takes_refusal(self, event: Refused) -> bool:
        """Return whether a refusal belongs to it: soon after, or all were refused."""
        is_only_refused = not self.views and self.is_reported
        return is_only_refused or event.time - self.last_requested <= WINDOW

    def takes(self, view: TransferView) -> bool:
        """Return whether a new transfer for its file is one more try."""
        latest = self.latest
        if latest is not None and _is_apart(latest, view):
            return False
        # The cheap check first: there may be many clients behind one address.
        if latest is not None and view.started - latest.started <= WINDOW:
            return True
        since = view.started - self.last_requested
        if since <= WINDOW:
            return True
        if latest is not None and _was_cut(latest):
            return view.started - latest.moved <= LONG_WINDOW
        return since <= LONG_WINDOW and any(
            one.client_tid == view.client_tid and one.asked == view.asked
            for one in self.views.values()
        )

    def is_another(self, view: TransferView) -> bool:
        """Return whether a try is not a retry of earlier ones.

        Either an earlier one continued after its request: two programs of one host, or
        two hosts behind one address. Or it works, while others failed from distant
        ports, or with larger blocks: programs don't retry like that, people do, and the
        difference shows the cause.
        """
        if self.goes_on(view):
            return True
        others = [one for one in self.views.values() if one.number < view.number]
        return view.heard and self._is_new_way(view, others)

    def goes_on(self, view: TransferView) -> bool:
        """Return whether the client continued an earlier try after this request."""
        earlier = (one for one in self.views.values() if one.number < view.number)
        return any(_goes_on(one, view) for one in earlier)

    def _is_new_way(self, view: TransferView, others: list[TransferView]) -> bool:
        if any(_moves(one) for one in others):
            return True  # two hosts behind one address
        if any(_is_stuck(one) and view.block_size < one.block_size for one in others):
            return view.acked_blocks > 0
        if not others or any(one.has_answered for one in others):
            return False
        return not any(_is_near(one, view) for one in others)


class TriesIndex:
    """Recent tries; the oldest are dropped (KEPT_CLIENT_TRIES, KEPT_BYTES)."""

    def __init__(self) -> None:
        self._all_tries: OrderedDict[ClientTries, int] = (
            OrderedDict()
        )  # with their sizes
        self._bytes = 0
        self._latest: dict[Key, ClientTries] = {}
        self._of_transfer: dict[int, ClientTries] = {}

    def __len__(self) -> int:
        return len(self._all_tries)

    def __iter__(self) -> Iterator[ClientTries]:
        return iter(self._all_tries)

    def clients(self) -> set[str]:
        """Return the clients that have tries."""
        return {client for client, _, _ in self._latest}

    def of(self, transfer: int | None) -> ClientTries | None:
        """Return the tries that a transfer belongs to."""
        return None if transfer is None else self._of_transfer.get(transfer)

    def current(self, view: TransferView) -> ClientTries | None:
        """Return the latest tries of a transfer's client for its file."""
        return self._latest.get((view.client, view.file, view.direction))

    def begin(self, view: TransferView, network: str) -> ClientTries:
        """Return the tries that a new transfer belongs to."""
        key = (view.client, view.file, view.direction)
        tries = self._latest.get(key)
        if tries is None or not tries.takes(view):
            before, tries = tries, self._open(key, network)
            tries.is_left = before is not None and before.goes_on(view)
        self._add(tries, view)
        return tries

    def refuse(self, event: Refused, network: str) -> ClientTries:
        """Return the tries that a refused request belongs to."""
        key = _key(event)
        tries = self._latest.get(key)
        if tries is None or not tries.takes_refusal(event):
            tries = self._open(key, network)
        tries.refuse(event)
        self._renew(tries)
        return tries

    def split(self, tries: ClientTries, view: TransferView) -> ClientTries:
        """Move one try into ClientTries of its own."""
        del tries.views[view.number]
        tries.noted.discard(view.number)
        tries.ended.discard(view.number)
        own = self._open(tries.key, tries.network)
        own.is_left = tries.goes_on(view)
        own.doubted |= tries.doubted & {view.number}
        own.text = tries.text  # as reported with the others, until it changes
        self._add(own, view)
        return own

    def forget(self, tries: ClientTries) -> None:
        """Drop tries that are over and have no findings."""
        self._bytes -= self._all_tries.pop(tries, 0)
        if self._latest.get(tries.key) is tries:
            del self._latest[tries.key]
        for number in tries.views:
            self._of_transfer.pop(number, None)

    def _add(self, tries: ClientTries, view: TransferView) -> None:
        tries.add(view)
        self._of_transfer[view.number] = tries
        if len(tries.views) > KEPT_TRIES:
            oldest = next(iter(tries.views))
            del tries.views[oldest]
            self._of_transfer.pop(oldest, None)
        self._renew(tries)

    def _open(self, key: Key, network: str) -> ClientTries:
        tries = self._latest[key] = ClientTries(key, network)
        return tries

    def _renew(self, tries: ClientTries) -> None:
        """Make tries the latest, and drop the oldest above the limit."""
        self._bytes += tries.size - self._all_tries.pop(tries, 0)
        self._all_tries[tries] = tries.size
        while len(self._all_tries) > KEPT_CLIENT_TRIES or (
            self._bytes > KEPT_BYTES and len(self._all_tries) > 1
        ):
            self.forget(next(iter(self._all_tries)))


def _is_apart(latest: TransferView, view: TransferView) -> bool:
    """Return whether a new transfer is no retry: LATEST runs well or completed."""
    if latest.phase == "completed" or _moves(latest):
        return True
    if latest.peer_error is not None and latest.acked_blocks:  # it quit on purpose
        return not _is_near(latest, view)
    if latest.running and latest.acked_blocks and not is_firmware(latest.kind):
        return not _is_near(latest, view)  # while another is stuck: two programs
    return len({latest.kind, view.kind} - {""}) > 1


def _is_near(one: TransferView, later: TransferView) -> bool:
    """Return whether a program may have moved from one port to the other to retry."""
    return 0 <= later.client_tid - one.client_tid <= LONGEST_STEP


def _moves(view: TransferView) -> bool:
    """Return whether a transfer makes progress: its client needs no other."""
    is_well = view.running and view.heard and not view.timeouts
    return is_well and view.acked_blocks > 0


def _goes_on(one: TransferView, later: TransferView) -> bool:
    """Return whether a client continued one try after it requested another.

    A client that retries never does: it is silent on its last port, or sends an ERROR.
    """
    return one.heard and one.peer_error is None and one.moved > later.started


def _was_cut(view: TransferView) -> bool:
    """Return whether blocks had arrived, and then nothing: a client may start over."""
    return view.acked_blocks > 0 and view.peer_error is None and view.timeouts > 0


def _is_stuck(view: TransferView) -> bool:
    """Return whether a client has agreed to options, and got no block since."""
    return view.heard and not view.acked_blocks and view.sent_blocks > 0


def _key(event: TransferEvent) -> Key:
    return event.client, event.file, event.direction
