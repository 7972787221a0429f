"""Silence beside success: which differences explain why some tries get no reply.

Some tries of a network work, others are silent. They differ in the client's port, the
server's port and the flow that a firewall may remember. A difference that does not
separate the two is excluded; what is left are candidates, and no cause is named while
there are several.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from tftptui.findings.facts import Facts, Neighbour
from tftptui.telemetry.findings import Evidence
from tftptui.telemetry.words import joined, port_word

REMEMBERED = 180.0
"""Seconds that firewalls remember a UDP flow at most, as shipped: Linux has 30 and 120
(nf_conntrack_udp_timeout, _stream), Cisco ASA 120, FortiGate 180."""

_FEW = 2
"""Tries of each kind, so that a mixture is not one accident."""


class Difference(Enum):
    """What may tell tries that work from silent ones."""

    CLIENT_PORT = auto()
    SERVER_PORT = auto()
    FLOW = auto()
    """The silent client port was used a moment before, and a firewall remembers it."""
    PATH = auto()
    """No port explains it: one of several paths or links drops."""


class Try(NamedTuple):
    """One transfer, as far as it is compared."""

    client: str
    client_tid: int
    server_tid: int
    begun: float
    last: float


@dataclass(frozen=True)
class Comparison:
    """Tries of one network, silent and working.

    Attributes:
        silent: the client's, and silent ones of its neighbours since.
        worked: those that worked; recent: of these, since the first silent one.
        has_one_port: whether the server answers from the port that is asked.
    """

    client: str
    silent: Sequence[Try]
    worked: Sequence[Try]
    recent: Sequence[Try]
    has_one_port: bool = False

    @property
    def candidates(self) -> list[Difference]:
        """Return the differences that explain who works; empty where nothing works."""
        if not self.worked:
            return []
        own = self._own(self.silent)
        found = []
        if _is_apart(
            {one.client_tid for one in own}, {one.client_tid for one in self.worked}
        ):
            found.append(Difference.CLIENT_PORT)
        good = {one.server_tid for one in self.recent}
        if not self.has_one_port and _is_apart(self.server_ports, good):
            found.append(Difference.SERVER_PORT)
        if self._is_of_flow():
            found.append(Difference.FLOW)
        is_mixed = min(len(self.silent), len(self.worked)) >= _FEW
        return found or ([Difference.PATH] if is_mixed else [])

    @property
    def server_ports(self) -> set[int]:
        """Return the server's ports that silent tries were answered from."""
        return {one.server_tid for one in self.silent}

    def _own(self, tries: Iterable[Try]) -> list[Try]:
        return [one for one in tries if one.client == self.client]

    def _is_of_flow(self) -> bool:
        """Whether a client port was silent before others worked, and is so since.

        Nothing was sent so long that it was forgotten, and no other is silent since.
        """
        own, worked = self._own(self.silent), self._own(self.recent)
        latest = max(own, key=lambda one: one.last)
        same = [one for one in own if one.client_tid == latest.client_tid]
        since = min((one.begun for one in worked), default=latest.last)
        before = [min(one.last, since) for one in same if one.begun < since]
        if not before or since - max(before) > REMEMBERED or latest.last <= since:
            return False
        return {one.client_tid for one in own if one.last > since} == {
            latest.client_tid
        }


def compare(facts: Facts) -> Comparison:
    """Compare the silent tries of a client with those of its network that worked."""
    silent = [
        Try(one.client, one.client_tid, tid, one.started, max(one.moved, *one.asked_at))
        for one in facts.tries
        for tid in (one.server_tid, *one.other_tids)
    ]
    first = min(one.begun for one in silent)
    vain = [one for one in facts.neighbours if not one.worked and not one.is_open]
    silent += [
        _try(one)
        for one in vain
        if one.client == facts.client and one.begun > first - REMEMBERED
    ]
    first = min(one.begun for one in silent)
    worked = [_try(one) for one in facts.working]
    recent = [one for one in worked if one.last >= first - REMEMBERED]
    return Comparison(
        facts.client, silent, worked, recent, has_one_port=facts.scene.single_port
    )


def in_words(comparison: Comparison) -> list[Evidence]:
    """Return the candidates where there are several: none of them is named then."""
    found = comparison.candidates
    if len(found) < _FEW and Difference.PATH not in found:
        return []
    ours = port_word({one.client_tid for one in comparison.silent})
    own = port_word(comparison.server_ports)
    count = len(comparison.silent)
    told = {
        Difference.CLIENT_PORT: f"a rule for the client's {ours}",
        Difference.SERVER_PORT: f"a rule for the server's {own}",
        Difference.FLOW: f"a firewall that remembers an old flow of {ours}",
        Difference.PATH: "no port explains it, so perhaps one of several paths drops: "
        f"{count} of {count + len(comparison.worked)} tries got no reply",
    }
    words = [told[one] for one in found]
    if found == [Difference.PATH]:
        return [Evidence(text=words[0])]
    return [
        Evidence(text=f"possible causes: {joined(words)}; the test tells them apart")
    ]


def _try(one: Neighbour) -> Try:
    return Try(one.client, one.client_tid, one.server_tid, one.begun, one.time)


def _is_apart(some: set[int], others: set[int]) -> bool:
    """Whether one border separates the ports; nothing to compare with excludes none."""
    if not some or not others:
        return True
    return max(some) < min(others) or max(others) < min(some)
