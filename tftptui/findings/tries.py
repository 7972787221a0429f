"""Which requests belong together: those of one client for one file."""

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
"""Seconds in which the same request from the same port is still a retry: emulated or
loaded clients stretch their gaps several times. Since the last block, too: a client
whose transfer was cut waits and then starts again."""

LONGEST_STEP = 16
"""How far a client moves its port at most when it asks again."""

KEPT_CLIENT_TRIES = 4_096
KEPT_BYTES = 24 << 20
"""What all tries may hold, about; hostile names and options are long."""

KEPT_TRIES = 40
KEPT_REFUSALS = 16
_PASSING = frozenset({Reason.RATE, Reason.CLIENT_LIMIT, Reason.BROADCAST})
"""Why refusals tell nothing of the file."""

_KEPT_TIMES = 8
_KEPT_KINDS = 16

_EMPTY_BYTES = 2_300
_TRY_BYTES = 1_100
"""What ClientTries, and each try in it, hold without the client's texts."""

Key = tuple[str, str, str]
"""Client, file and direction."""

_IcmpKey = tuple[int, int, int, str | None, str]


@dataclass(eq=False)
class ClientTries:
    """One client's tries for one file.

    Attributes:
        key: whose, for what file, which way; network: that of the client.
        views: its transfers by number, alive or as they ended.
        refusals: its requests that were answered with an ERROR, the latest; refused:
            how many in all. refused_ports: a bit for each port that they came from.
        troubles: what keeps it from the file, or kept, with all whom that touches: its
            own as "", what the server is short of by code.
        notes: other findings, by code.
        text: its story as last told.
        noted: tries that are written down in NetworkHistory; ended: those of them that
            were over then; doubted: those that ran, whose
            packets had been resent without result.
        rhythms: tries whose second request says how certain the client program is.
        way: by what name the way to its client is remembered; see NetworkHistory.
        is_left: whether its client asked once more, and went on with what it had asked
            for before.
        there: the file that its client would get by now, and when it had last asked.
        touched: wall clock of the last thing that happened.
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
        """Who asks."""
        return self.key[0]

    @property
    def file(self) -> str:
        """What for."""
        return self.key[1]

    @property
    def incident(self) -> Incident | None:
        """Why it does not get the file, or did not, of its own."""
        return self.incidents.get("")

    @property
    def latest(self) -> TransferView | None:
        """The last try, if any request was taken."""
        return self.views[next(reversed(self.views))] if self.views else None

    @property
    def last_asked(self) -> float:
        """When the file was last asked for."""
        asked = [view.asked_at[-1] for view in self.views.values() if view.asked_at]
        return max([*asked, *(one.time for one in self.refusals)], default=0.0)

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing to look at: one try on its way, or done."""
        if self.incidents or self.notes or self.refusals or self._icmp or self.text:
            return False
        if len(self.views) != 1:
            return False
        return next(iter(self.views.values())).is_calm

    @property
    def is_over(self) -> bool:
        """Whether no try runs any more."""
        return not any(view.running for view in self.views.values())

    @property
    def size(self) -> int:
        """How many bytes it holds, about."""
        texts = 0
        for view in self.views.values():
            asked = sum(len(name) + len(value) for name, value in view.asked)
            texts += len(view.file) + len(view.served) + asked
        for one in self.refusals:
            texts += len(one.file) + len(one.message)
        tries = len(self.views) + len(self.refusals)
        ports = getsizeof(self.refused_ports)
        return _EMPTY_BYTES + tries * _TRY_BYTES + texts + ports

    @property
    def icmp(self) -> tuple[Icmp, ...]:
        """The ICMP errors that came for its tries."""
        return tuple(
            Icmp(kind, code, name, sender, number, tuple(times))
            for (number, kind, code, sender, name), times in self._icmp.items()
        )

    def add(self, view: TransferView) -> None:
        """Take a try in."""
        self.views[view.number] = view
        self.touched = view.started

    def knows(self, view: TransferView) -> bool:
        """Whether a try is written down as it stands, running or over."""
        if not view.running:
            return view.number in self.ended
        return view.number in (self.noted if view.heard else self.doubted)

    def note(self, view: TransferView) -> None:
        """Remember that a try is written down."""
        if view.running and not view.heard:
            self.doubted.add(view.number)
            return
        self.noted.add(view.number)
        if not view.running:
            self.ended.add(view.number)

    def complain(self, event: IcmpReceived) -> None:
        """Take an ICMP error in."""
        self.touched, number = event.time, event.transfer or 0
        key = (number, event.type, event.code, event.sender, event.name)
        if key not in self._icmp and len(self._icmp) >= _KEPT_KINDS:
            return
        times = self._icmp.setdefault(key, deque(maxlen=_KEPT_TIMES))
        times.append(event.time)

    def refuse(self, event: Refused) -> None:
        """Take in that a request was answered with an ERROR."""
        self._keep(event)
        self.touched = event.time
        self.refused += 1
        self.refused_ports |= 1 << event.client_tid

    @property
    def is_told(self) -> bool:
        """Whether its own trouble stands."""
        return self.incident is not None and self in self.incident.occurrences

    def _keep(self, event: Refused) -> None:
        """Keep a refusal; those for too many requests displace no other."""
        if len(self.refusals) == KEPT_REFUSALS:
            passing = (one for one in self.refusals if one.reason in _PASSING)
            first = next(passing, None)
            if first is not None:
                self.refusals.remove(first)
            elif event.reason in _PASSING:
                return
        self.refusals.append(event)

    def takes_refusal(self, event: Refused) -> bool:
        """Whether a refusal is one more of it: soon, or of what was only refused."""
        is_only_refused = not self.views and self.is_told
        return is_only_refused or event.time - self.last_asked <= WINDOW

    def takes(self, view: TransferView) -> bool:
        """Whether a new transfer for its file is one more try of it."""
        latest = self.latest
        if latest is not None and _is_apart(latest, view):
            return False
        # The first is quick to say, also where many ask from one address.
        if latest is not None and view.started - latest.started <= WINDOW:
            return True
        since = view.started - self.last_asked
        if since <= WINDOW:
            return True
        if latest is not None and _was_cut(latest):
            return view.started - latest.moved <= LONG_WINDOW
        return since <= LONG_WINDOW and any(
            one.client_tid == view.client_tid and one.asked == view.asked
            for one in self.views.values()
        )

    def is_another(self, view: TransferView) -> bool:
        """Whether a try is no retry of those before it.

        Those went on after its request, as two programs of one host do, or two
        machines behind one address. Or it works, where others failed that came
        from ports far away, or with larger blocks: no program goes on like that, a
        person does, and what differs tells what is wrong.
        """
        if self.goes_on(view):
            return True
        others = [one for one in self.views.values() if one.number < view.number]
        return view.heard and self._is_new_way(view, others)

    def goes_on(self, view: TransferView) -> bool:
        """Whether the client went on with an earlier try after it asked for this."""
        earlier = (one for one in self.views.values() if one.number < view.number)
        return any(_goes_on(one, view) for one in earlier)

    def _is_new_way(self, view: TransferView, others: list[TransferView]) -> bool:
        if any(_moves(one) for one in others):
            return True  # two machines behind one address
        if any(_is_stuck(one) and view.block_size < one.block_size for one in others):
            return view.acked_blocks > 0
        if not others or any(one.has_answered for one in others):
            return False
        return not any(_is_near(one, view) for one in others)


class TriesIndex:
    """Recent tries; the oldest are forgotten (KEPT_CLIENT_TRIES, KEPT_BYTES)."""

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
        """Return the clients that have one."""
        return {client for client, _, _ in self._latest}

    def of(self, transfer: int | None) -> ClientTries | None:
        """Return the tries that a transfer is one of."""
        return None if transfer is None else self._of_transfer.get(transfer)

    def current(self, view: TransferView) -> ClientTries | None:
        """Return the last tries of a transfer's client for its file."""
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
        """Take one try out and return ClientTries of its own."""
        del tries.views[view.number]
        tries.noted.discard(view.number)
        tries.ended.discard(view.number)
        own = self._open(tries.key, tries.network)
        own.is_left = tries.goes_on(view)
        own.doubted |= tries.doubted & {view.number}
        own.text = tries.text  # as reported of this one, until it changes
        self._add(own, view)
        return own

    def forget(self, tries: ClientTries) -> None:
        """Forget tries that are over and show no trouble."""
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
        """Make tries the latest, and forget the oldest where they are too many."""
        self._bytes += tries.size - self._all_tries.pop(tries, 0)
        self._all_tries[tries] = tries.size
        while len(self._all_tries) > KEPT_CLIENT_TRIES or (
            self._bytes > KEPT_BYTES and len(self._all_tries) > 1
        ):
            self.forget(next(iter(self._all_tries)))


def _is_apart(latest: TransferView, view: TransferView) -> bool:
    """Whether a new transfer is no try of the one before: that goes well, or went."""
    if latest.phase == "completed" or _moves(latest):
        return True
    if latest.peer_error is not None and latest.acked_blocks:  # it left on purpose
        return not _is_near(latest, view)
    if latest.running and latest.acked_blocks and not is_firmware(latest.kind):
        return not _is_near(latest, view)  # beside one that stands still: two programs
    return len({latest.kind, view.kind} - {""}) > 1


def _is_near(one: TransferView, later: TransferView) -> bool:
    """Whether a program may have moved from one port to the other to ask again."""
    return 0 <= later.client_tid - one.client_tid <= LONGEST_STEP


def _moves(view: TransferView) -> bool:
    """Whether a transfer is on its way: its client needs no other."""
    is_well = view.running and view.heard and not view.timeouts
    return is_well and view.acked_blocks > 0


def _goes_on(one: TransferView, later: TransferView) -> bool:
    """Whether a client went on with one after it asked for another.

    A client that retries never does: it is silent on its last port, or sends an ERROR.
    """
    return one.heard and one.peer_error is None and one.moved > later.started


def _was_cut(view: TransferView) -> bool:
    """Whether blocks had arrived, and then nothing came: a client may begin again."""
    return view.acked_blocks > 0 and view.peer_error is None and view.timeouts > 0


def _is_stuck(view: TransferView) -> bool:
    """Whether a client has agreed to options, and got no block since."""
    return view.heard and not view.acked_blocks and view.sent_blocks > 0


def _key(event: TransferEvent) -> Key:
    return event.client, event.file, event.direction
