"""Gather the facts for the rules: a client's tries and their context."""

from collections import OrderedDict

from tftptui.engine.fact_sources import FactSources
from tftptui.findings.client_requests import ClientRequests
from tftptui.findings.facts import Facts, HostBlock, SelfTest
from tftptui.findings.network_history import NetworkHistory
from tftptui.findings.tries import ClientTries
from tftptui.server.clock import Clock
from tftptui.telemetry.ttl_walks import Location

_DOUBTED = 2
"""Timeouts in a row after which a port no longer counts as working."""

_OURSELVES = "this host"
_KEPT_LOCATIONS = 64

_LEARNED = 900.0
"""Seconds for which the result of a TTL search or self-test is trusted."""


class FactGatherer:
    """Creates facts, and remembers what paths have shown.

    Attributes:
        networks: results of other clients; requests: what clients requested.
    """

    def __init__(self, clock: Clock, around: FactSources) -> None:
        self._clock, self._around = clock, around
        self.networks, self.requests = NetworkHistory(), ClientRequests()
        self._locations: OrderedDict[str, tuple[Location, float]] = OrderedDict()
        self._last_self_test: SelfTest | None = None

    def of(self, tries: ClientTries) -> Facts:
        """Return the current facts about a client's tries."""
        now = self._clock.wall()
        location, located_at = self._located(tries.client, now)
        views = sorted(tries.views.values(), key=lambda one: one.number)
        return Facts(
            now=now,
            client=tries.client,
            file=tries.file,
            scene=self._around.scene(tries.client),
            tries=tuple(one for one in views if one.server_tid),
            unanswered=tuple(one for one in views if not one.server_tid),
            refusals=tuple(tries.refusals),
            refusals_in_all=tries.refused,
            ports_in_all=tries.refused_ports.bit_count(),
            icmp=tries.icmp,
            asked_address=tries.latest.asked_address if tries.latest else "",
            search=(
                self.requests.search(tries.client, tries.file, now)
                if tries.refusals
                else None
            ),
            neighbours=tuple(
                one
                for one in self.networks.of(self._way(tries), now)
                if one.number not in tries.views
            ),
            host_block=self._own_block(tries),
            location=location,
            located_at=located_at,
            self_test=self._self_test(now),
            others=tries.incident.others(tries.client) if tries.incident else (),
            is_left=tries.is_left,
            last_exhausted=self.requests.last_exhausted,
            there=_there(tries),
        )

    def names(self, tries: ClientTries) -> tuple[str, ...]:
        """Return the names its client requested without success; any one would do."""
        search = self.requests.search(tries.client, tries.file, self._clock.wall())
        missing = search.missing if search is not None else ()
        return tuple(dict.fromkeys((tries.file, *missing)))

    def note_ways(self, tries: ClientTries) -> bool:
        """Record what tries show about the path; return whether that is new."""
        is_news = False
        for view in tries.views.values():
            is_silent = view.running and not view.heard
            is_early = is_silent and view.timeouts < _DOUBTED
            if is_early or not view.server_tid or tries.knows(view):
                continue
            way, is_again = self._way(tries), view.number in tries.noted | tries.doubted
            tries.note(view)
            self.networks.note(way, view, is_again=is_again)
            is_news = True
        return is_news

    def note_location(self, location: Location) -> None:
        """Remember the result of a TTL search: it holds for all tries of the client."""
        self._locations[location.client] = (location, self._clock.wall())
        self._locations.move_to_end(location.client)
        if len(self._locations) > _KEPT_LOCATIONS:
            self._locations.popitem(last=False)

    def note_self_test(self, address: str, *, works: bool) -> None:
        """Remember how a transfer of the self-test ended."""
        self._last_self_test = SelfTest(self._clock.wall(), address, works)

    def forget_ways(self, since: float) -> None:
        """Forget what paths have shown since a time, and TTL search results."""
        self.networks.forget(since)
        self._locations.clear()

    def _located(self, client: str, now: float) -> tuple[Location | None, float]:
        found, time = self._locations.get(client, (None, 0.0))
        return (found, time) if now - time < _LEARNED else (None, 0.0)

    def _self_test(self, now: float) -> SelfTest | None:
        found = self._last_self_test
        return found if found is not None and now - found.time < _LEARNED else None

    def _own_block(self, tries: ClientTries) -> HostBlock | None:
        """Return what in our firewall blocks a client's ACKs, if none arrives.

        If some arrived, rules that were read before the last of them prove nothing.
        """
        rules, view, now = self._around.rules, tries.latest, self._clock.now()
        fewest = _DOUBTED if view is not None and view.heard else 1
        if rules is None or view is None or view.timeouts < fewest:
            return None
        rules.refresh(now)
        found = rules.stops_acks(view, self._around.scene(tries.client).port, now)
        if found is None or not view.heard:
            return found
        return found if self._clock.wall() - found.age > view.moved else None

    def _way(self, tries: ClientTries) -> str:
        """Return the key of the path to a client: its network.

        The path from this host to itself says nothing about others.
        """
        if not tries.way:
            is_own = tries.client in self._around.scene(tries.client).addresses
            tries.way = _OURSELVES if is_own else tries.network
        return tries.way


def _there(tries: ClientTries) -> str:
    """Return what its client would get now, if it has not requested since."""
    served, requested = tries.there
    return served if tries.last_requested <= requested else ""
