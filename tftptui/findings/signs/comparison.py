"""Compares silent tries with working ones: which differences may be the cause.

Some tries of a network work, others get no reply. They differ in the client's port, the
server's port, the flow that a firewall may remember, the kind and size of the first
reply, and in time. A difference that does not separate the two is excluded; the rest
are candidates, and no cause is named while there are several.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from math import ceil, log
from typing import NamedTuple

from tftptui.findings.facts import Facts, Neighbour
from tftptui.findings.signs.chance import is_parted_by_chance
from tftptui.findings.signs.walks import shown_by_trials, trials
from tftptui.knowledge.ttl_walk import Tells
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.telemetry.findings import Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, either, port_word

REMEMBERED = 180.0
"""Longest seconds for which firewalls remember a UDP flow by default: Linux has 30 and
120 (nf_conntrack_udp_timeout, _stream), Cisco ASA 120, FortiGate 180."""

_COMPARED = 900.0
"""Seconds: earlier silence may have had another cause."""

_FEW = 2
"""Minimum tries of each kind, so that a mixture is not one accident."""

_BY_LUCK, _MOST_IN_A_ROW = 0.02, 20
"""Probability of successes in a row by luck, and a number that is always enough."""

_SMALL_REPLY = 0
"""Stands for the size of an OACK or ACK, which passes if anything does."""


class Difference(Enum):
    """A difference between tries that work and silent ones."""

    CLIENT_PORT = auto()
    SERVER_PORT = auto()
    FLOW = auto()
    """The silent client port was used shortly before, and a firewall remembers it."""
    OPTIONS = auto()
    """The client got its file only if no option was granted."""
    SIZE = auto()
    """The silent tries were sent larger packets than any that arrived."""
    MOMENT = auto()
    """All successes are before the first silence: something has changed since."""
    PATH = auto()
    """No port explains it: one of several paths or links drops packets."""


_OF_PORTS = {Difference.CLIENT_PORT, Difference.SERVER_PORT, Difference.PATH}

OTHERS = frozenset(
    {Difference.FLOW, Difference.OPTIONS, Difference.SIZE, Difference.MOMENT}
)
"""Differences that have nothing to do with ports."""


class Try(NamedTuple):
    """One transfer, as far as it is compared.

    ``size`` is that of the first reply if it is silent, else of the largest packet that
    arrived, in bytes of data.
    """

    client: str
    client_tid: int
    server_tid: int
    begun: float
    last: float
    had_oack: bool = False
    size: int = _SMALL_REPLY


@dataclass(frozen=True)
class Comparison:
    """Tries of one network, silent and working.

    Attributes:
        silent: the client's, and its neighbours' silent ones since.
        worked: those that worked.
        recent: of these, those since the first silent one.
        has_one_port: whether the server replies from the request port.
    """

    client: str
    silent: Sequence[Try]
    worked: Sequence[Try]
    recent: Sequence[Try]
    has_one_port: bool = False

    @property
    def candidates(self) -> list[Difference]:
        """The differences that explain which tries work; empty if none works."""
        own = self._own(self.silent)
        if not (self.worked and own):
            return []
        good = {one.server_tid for one in self.recent}
        is_so = {
            Difference.CLIENT_PORT: is_apart(
                {one.client_tid for one in own}, {one.client_tid for one in self.worked}
            ),
            Difference.SERVER_PORT: not self.has_one_port
            and is_apart(self.server_ports, good),
            Difference.FLOW: self._is_of_flow(),
            Difference.OPTIONS: self._is_of_options(),
            Difference.SIZE: self._is_of_size(),
            Difference.MOMENT: self._is_of_moment(),
        }
        found = [one for one, holds in is_so.items() if holds]
        is_mixed = min(len(self.silent), len(self.worked)) >= _FEW
        return found or ([Difference.PATH] if is_mixed else [])

    @property
    def possible(self) -> list[Difference]:
        """The candidates, and several paths if ports may separate them by chance.

        A path is chosen by a hash of the ports, and few tries may look like a range.
        """
        found = self.candidates
        silent, worked = len(self.silent), len(self.worked)
        may_be_path = min(silent, worked) >= _FEW and Difference.PATH not in found
        if found and may_be_path and is_parted_by_chance(silent, worked, sides=2):
            found.append(Difference.PATH)
        return found

    @property
    def server_ports(self) -> set[int]:
        """The server's ports of the silent tries."""
        return {one.server_tid for one in self.silent}

    @property
    def is_in_turns(self) -> bool:
        """Whether the client was silent both before and after a success of its own.

        Then no change explains it, and a success is no fix; unless all its silent ports
        have worked since, none of which had worked and failed again.
        """
        own, worked = self._own(self.silent), self._own(self.worked)
        if not (own and worked):
            return False
        first, last = min(one.begun for one in own), max(one.begun for one in own)
        amid = {one.client_tid for one in worked if first < one.begun < last}
        since = {one.client_tid for one in worked if one.begun > last}
        tids = {one.client_tid for one in own}
        return bool(amid) and (not tids <= since or bool(tids & amid))

    def until(self, moment: float) -> "Comparison":
        """Return the comparison at an earlier time: what works since may be fixed."""
        worked = [one for one in self.worked if one.begun < moment]
        recent = [one for one in self.recent if one.begun < moment]
        return replace(self, worked=worked, recent=recent)

    def _own(self, tries: Iterable[Try]) -> list[Try]:
        return [one for one in tries if one.client == self.client]

    def _is_of_flow(self) -> bool:
        """Return whether a client port was silent before others worked, and still is.

        No pause was long enough for the flow to be forgotten, and no other port is
        silent since.
        """
        own, worked = self._own(self.silent), self._own(self.recent)
        latest = max(own, key=lambda one: one.last)
        same = [one for one in own if one.client_tid == latest.client_tid]
        since = min((one.begun for one in worked), default=latest.last)
        before = [min(one.last, since) for one in same if one.begun < since]
        if not before or since - max(before) > REMEMBERED or latest.last <= since:
            return False
        amid = [one.client_tid for one in worked if one.begun < latest.last]
        if latest.client_tid in amid:
            return False  # the same flow works
        return {one.client_tid for one in own if one.last > since} == {
            latest.client_tid
        }

    def _is_of_options(self) -> bool:
        """Return whether the client itself works without options, and only then."""
        own, worked = self._own(self.silent), self._own(self.worked)
        has_options = all(one.had_oack for one in own)
        return bool(worked) and has_options and not any(one.had_oack for one in worked)

    def _is_of_size(self) -> bool:
        least = min(one.size for one in self._own(self.silent))
        return least > max(one.size for one in self.worked)

    def _is_of_moment(self) -> bool:
        first = min(one.begun for one in self._own(self.silent))
        return all(one.last <= first for one in self.worked)


def compare(facts: Facts) -> Comparison:
    """Compare the silent tries of a client with those of its network that worked."""
    silent = [
        try_
        for one in facts.tries
        if not one.has_answered
        for try_ in _tries_of(one, _first_reply(one))
    ]
    first = min((one.begun for one in silent), default=facts.now)
    silent += [
        _try(one)
        for one in facts.silent
        if one.client == facts.client
        and first - _COMPARED < one.begun <= facts.last_requested
    ]
    first = min((one.begun for one in silent), default=facts.now)
    worked = [_try(one) for one in facts.working]
    worked += [
        try_
        for one in facts.tries
        if one.has_answered
        for try_ in _tries_of(one, one.block_size if one.acked_blocks else _SMALL_REPLY)
    ]
    recent = [one for one in worked if one.last >= first - REMEMBERED]
    return Comparison(
        facts.client, silent, worked, recent, has_one_port=facts.scene.single_port
    )


def unless_it_recurs(facts: Facts, cured: str) -> str:
    """Return CURED, why it is over, unless silence recurred after a success."""
    return works_again(facts) if compare(facts).is_in_turns else cured


def has_recurred(facts: Facts) -> bool:
    """Return whether silence recurred after a success, too often to be over."""
    return compare(facts).is_in_turns and not works_again(facts)


def works_again(facts: Facts) -> str:
    """Return that enough tries in a row worked to exclude more silence, or "".

    How many are enough depends on how often it failed before.
    """
    compared = compare(facts)
    last = max((one.begun for one in compared.silent), default=0.0)
    since = sum(one.begun > last for one in compared.worked)
    failed = len(compared.silent)
    if not failed:
        return ""
    share = failed / max(1, failed + len(compared.worked) - since)
    enough = 1 if share >= 1 else ceil(log(_BY_LUCK) / log(1 - share))
    if since < min(_MOST_IN_A_ROW, max(_FEW, enough)):
        return ""
    return f"the last {counted(since, 'transfer')} all worked"


def ratio(comparison: Comparison) -> str:
    """Return how many of all tries got no reply, in words."""
    silent = len(comparison.silent)
    tries = counted(silent + len(comparison.worked), "try", "tries")
    return f"{silent} of {tries} got no reply"


def in_words(facts: Facts) -> list[Evidence]:
    """Return the candidates if there are several: then none of them is named.

    Ports are excluded once test packets between several ports have all arrived.
    """
    comparison = compare(facts)
    made = trials(facts)
    is_free = bool(made) and shown_by_trials(facts) is Tells.NOTHING
    found = [one for one in comparison.possible if not (is_free and one in _OF_PORTS)]
    if len(found) < _FEW and not made:
        return []
    words = [_words(one, comparison) for one in found]
    how = "the test tells them apart"
    if not facts.scene.is_capture and not made:
        how = "press o to test them from here, or run the test on the client's side"
    return [Evidence(text=f"possible causes: {either(words)}; {how}")] if words else []


def besides(comparison: Comparison, named: Difference) -> list[Evidence]:
    """Return what else would explain it, besides the NAMED cause."""
    others = [one for one in comparison.candidates if one is not named]
    if not others:
        return []
    words = either([_words(one, comparison) for one in others])
    return [Evidence(text=f"also possible: {words}; the test tells them apart")]


def _words(one: Difference, comparison: Comparison) -> str:
    ours = port_word({one.client_tid for one in comparison.silent})
    size = min(one.size for one in comparison.silent)
    return {
        Difference.CLIENT_PORT: f"a rule for the client's {ours}",
        Difference.SERVER_PORT: "a rule for the server's "
        f"{port_word(comparison.server_ports)}",
        Difference.FLOW: f"an old connection tracking entry for the client's {ours}",
        Difference.OPTIONS: "a client that ignores OACKs or a path that drops them",
        Difference.SIZE: f"a link that drops packets of {size} bytes",
        Difference.MOMENT: "a change on the path since the last success",
        Difference.PATH: "one bad path of several",
    }[one]


def _tries_of(one: TransferView, size: int) -> list[Try]:
    """Return a transfer once for each port it got replies from."""
    last = max(one.moved, *one.asked_at) if one.asked_at else one.moved
    return [
        Try(
            *(one.client, one.client_tid, tid, one.started, last),
            had_oack=bool(one.agreed),
            size=size,
        )
        for tid in (one.server_tid, *one.other_tids)
    ]


def _first_reply(one: TransferView) -> int:
    """Return the bytes of data in the first reply to a request."""
    if one.agreed or one.direction == "write":
        return _SMALL_REPLY
    size = one.total_size
    return DEFAULT_BLOCK_SIZE if size is None else min(size, DEFAULT_BLOCK_SIZE)


def _try(one: Neighbour) -> Try:
    if one.worked:
        size = one.block_size if one.has_blocks else _SMALL_REPLY
    else:
        is_small = one.had_oack or one.is_upload
        size = _SMALL_REPLY if is_small else DEFAULT_BLOCK_SIZE
    return Try(
        *(one.client, one.client_tid, one.server_tid, one.begun, one.time),
        had_oack=one.had_oack,
        size=size,
    )


def is_apart(some: set[int], others: set[int]) -> bool:
    """Return whether one border separates the ports; true if one set is empty."""
    if not some or not others:
        return True
    return max(some) < min(others) or max(others) < min(some)
