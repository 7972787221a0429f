"""Findings of a running engine: apply rules, report once, revise, withdraw.

Everything is bounded: tries remembered, findings reported per second, similar findings.
Rules never see a socket.
"""

from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

import msgspec

from tftptui.engine.blocked_requests import BlockedRequests
from tftptui.engine.fact_sources import FactSources
from tftptui.engine.gather_facts import FactGatherer
from tftptui.findings.client_requests import KEPT_OF_EACH, ClientRequests
from tftptui.findings.facts import Facts
from tftptui.findings.incidents import Incidents
from tftptui.findings.notes import Notes
from tftptui.findings.registry import OF_SERVER
from tftptui.findings.reporting import Reporter, bound
from tftptui.findings.summary import summary_of
from tftptui.findings.tries import KEPT_CLIENT_TRIES, ClientTries, TriesIndex
from tftptui.knowledge.names import Attempt
from tftptui.knowledge.signatures import surer
from tftptui.server.access_list import neighbourhood
from tftptui.server.clock import Clock
from tftptui.server.fastpath.one_block_read import AnyTransfer
from tftptui.telemetry.events import (
    Event,
    IcmpReceived,
    Refused,
    Requested,
    TransferEnded,
    TransferStarted,
)
from tftptui.telemetry.findings import Finding
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.telemetry.ttl_walks import Location
from tftptui.telemetry.views import TransferView

LOOK_INTERVAL = 1.0
"""Seconds between checks of all active transfers."""

FOLLOWED = 20.0
"""Seconds after the last event for which finished tries are still checked."""

MOST_AT_ONCE = 32
"""Tries checked in one step, so that packets do not wait; the rest follow."""


class Missed(NamedTuple):
    """The names a client requested without success, and when last; any one would do."""

    tries: ClientTries
    names: tuple[str, ...]
    asked: float


class Findings:
    """Collects events and turns them into findings.

    Call take() with every event, tick() often; take_news() and take_restated() return
    what is new. Other modules report findings through ``reporter``.

    Args:
        clock: source of times.
        emit: callback for an event per finding that is new, revised or withdrawn.
        around: see FactSources.
    """

    def __init__(
        self, clock: Clock, emit: Callable[[Event], None], around: FactSources
    ) -> None:
        self._clock, self._around = clock, around
        self._reporter = self.reporter = Reporter(clock.now, clock.wall, emit)
        self._all_tries = TriesIndex()
        self._gatherer = FactGatherer(clock, around)
        self._incidents, self._notes = Incidents(self.reporter), Notes(self.reporter)
        of_server = [
            Incidents(self.reporter, code, rule) for code, rule in OF_SERVER.items()
        ]
        self._all_incidents = (self._incidents, *of_server)
        self._due: dict[ClientTries, None] = {}
        self._followed: dict[ClientTries, None] = {}
        self._self_tests: set[int] = set()
        self._restated: dict[int, TransferView] = {}
        self._looked = 0.0
        self._unreached = BlockedRequests(clock, self._reporter, around.rules)

    def take(self, event: Event) -> None:
        """Handle one event of the server."""
        match event:
            case Requested():  # the outcome follows soon
                self._unreached.reached()
            case TransferStarted():
                self._begin(event)
            case IcmpReceived():
                tries = self._all_tries.of(event.transfer)
                if tries is not None:
                    tries.complain(event)
                    self._due[tries] = None
            case TransferEnded():
                self._take_end(event)
            case Refused():
                self._refuse(event)
            case _:
                pass

    def take_over(self, transfers: list[AnyTransfer]) -> None:
        """Handle transfers that finished without problems and without events."""
        if transfers:
            self._unreached.reached()
        for transfer in self._worth_a_look(transfers):
            view = transfer.whole().view()
            if view.kind == SELF_TEST:
                self._take_self_test(view.server, works=view.has_answered)
            else:
                self._end(self._begin_try(view), view.ended or view.moved)

    def _worth_a_look(self, transfers: list[AnyTransfer]) -> list[AnyTransfer]:
        """Drop transfers that would be forgotten anyway: many successes of a client."""
        clients, worth = self._all_tries.clients(), []
        counts: Counter[str] = Counter()
        for transfer in reversed(transfers):
            client = transfer.client.host
            counts[client] += 1
            if counts[client] <= KEPT_OF_EACH or client in clients:
                worth.append(transfer)
        return worth[::-1]

    def tick(self) -> None:
        """Check new events, and once a second all active transfers."""
        now = self._clock.now()
        if now - self._looked >= LOOK_INTERVAL:
            self._looked = now
            self._look_around()
        self.settle()

    def settle(self) -> None:
        """Check the tries with new events."""
        self._reporter.begin_round()
        while len(self._due) > KEPT_CLIENT_TRIES:
            del self._due[next(iter(self._due))]
        for tries in list(islice(self._due, MOST_AT_ONCE)):
            del self._due[tries]
            self._look(tries)
        for incidents in self._all_incidents:
            incidents.tell()

    def start_over(self, why: str, since: float = 0.0) -> None:
        """Withdraw all findings, and ignore what clients did before.

        Args:
            why: reason shown with the withdrawn findings.
            since: wall clock; what paths showed before that is kept.
        """
        for incidents in self._all_incidents:
            incidents.withdraw_all(why, self._all_tries)
        for tries in self._all_tries:
            for note in tries.notes.values():
                if not note.withdrawn:
                    self._reporter.withdraw(note, why)
        self._all_tries, self._gatherer.requests = TriesIndex(), ClientRequests()
        for known in (self._due, self._followed, self._notes):
            known.clear()
        self.forget_ways(since)

    def forget_ways(self, since: float = 0.0) -> None:
        """Forget what the paths to clients have shown since a time: they changed."""
        self._gatherer.forget_ways(since)

    def located(self, location: Location) -> None:
        """Handle the result of a TTL search on the path to a client."""
        self._gatherer.note_location(location)
        for tries in self._all_tries:
            if tries.client == location.client:
                self._due[tries] = None

    def missed(self) -> list[Missed]:
        """Return the names reported as missing or unreadable."""
        return [
            Missed(tries, self._gatherer.names(tries), tries.last_requested)
            for tries in self._incidents
            if tries.incident
            and tries.is_reported
            and tries.incident.cause.kind.is_on_disk
        ]

    def found_there(self, missed: Missed, served: str) -> None:
        """Record which file a client would get now for a missing name."""
        missed.tries.there = (served, missed.asked)
        self._due[missed.tries] = None

    def look_again(self) -> None:
        """Check recently finished tries again: not all is reported at once."""
        for tries in self._followed:
            if tries.incident is None:
                self._due[tries] = None
        self.settle()

    def take_news(self) -> list[Finding]:
        """Return findings new, revised or withdrawn since the last call."""
        return self._reporter.take_news()

    def take_restated(self) -> list[TransferView]:
        """Return transfers whose summary changed since the last call."""
        restated, self._restated = list(self._restated.values()), {}
        return restated

    def _take_end(self, event: TransferEnded) -> None:
        tries = self._all_tries.of(event.transfer)
        if tries is not None:
            self._end(tries, event.time)
        elif event.transfer in self._self_tests:
            self._self_tests.discard(event.transfer)
            if event.heard or event.retransmits:
                self._take_self_test(event.server, works=event.heard)

    def _take_self_test(self, address: str, *, works: bool) -> None:
        """Record a self-test result: it may change findings about others."""
        self._gatherer.note_self_test(address, works=works)
        self._due |= dict.fromkeys(self._incidents)

    def _begin(self, event: TransferStarted) -> None:
        view = self._around.view(event.transfer or 0)
        if view is not None and view.kind == SELF_TEST:
            self._self_tests.add(view.number)
        elif view is not None:
            self._begin_try(view)

    def _begin_try(self, view: TransferView) -> ClientTries:
        if view.direction == "read":
            got = Attempt(view.started, view.file, found=True)
            self._gatherer.requests.note(view.client, got)
        before = self._all_tries.current(view)
        if before is not None and before.latest is not None:
            self._around.view(before.latest.number)
        tries = self._all_tries.begin(view, neighbourhood(view.client))
        if len(tries.views) > 1 or tries.refusals:
            self._due[tries] = None
        return tries

    def _end(self, tries: ClientTries, time: float) -> None:
        """Handle the end of a try; nearly all end well and are dropped at once."""
        if tries.is_calm and tries.is_over:
            self._note_ways(tries)
            self._all_tries.forget(tries)
            self._due.pop(tries, None)
            return
        tries.touched = time
        self._due[tries] = None

    def _refuse(self, event: Refused) -> None:
        if event.signature is not None and event.signature.kind == SELF_TEST:
            return  # the doctor reports it
        self._gatherer.requests.refuse(event)
        tries = self._all_tries.refuse(event, neighbourhood(event.client))
        self._due[tries] = None

    def _look_around(self) -> None:
        self._unreached.look(self._around.scene)
        for number in self._around.living():
            tries = self._all_tries.of(number)
            if tries is None:
                continue
            self._around.view(number)
            if not tries.is_calm:
                self._due[tries] = None
            elif number not in tries.noted:
                self._note_ways(tries)
        self._look_back(self._clock.wall())

    def _look_back(self, now: float) -> None:
        """Check recently finished tries, and forget old ones."""
        for tries in list(self._followed):
            self._due[tries] = None
            if tries.is_over and tries.touched < now - FOLLOWED:
                del self._followed[tries]
        self._notes.look_back(now)
        for incidents in self._all_incidents:
            self._due |= dict.fromkeys(incidents.look_back(now))

    def _look(self, tries: ClientTries) -> None:
        for number in tries.views:
            self._around.view(number)
        self._part(tries)
        self._note_ways(tries)
        if tries.is_calm:
            if tries.is_over:
                self._all_tries.forget(tries)
            return
        if tries.is_over and tries.touched >= self._clock.wall() - FOLLOWED:
            self._followed[tries] = None
        facts = self._gatherer.of(tries)
        self._retell(tries, facts)
        for incidents in self._all_incidents:
            incidents.follow(tries, facts)
        self._notes.follow(tries, facts)

    def _part(self, tries: ClientTries) -> None:
        """Split off transfers that belong to another program."""
        for view in list(tries.views.values()):
            if tries.is_another(view):
                self._due[self._all_tries.split(tries, view)] = None

    def _note_ways(self, tries: ClientTries) -> None:
        """Record what tries show about the path; check affected findings."""
        if self._gatherer.note_ways(tries):
            for other in self._incidents:
                if other is not tries and other.way == tries.way:
                    self._due[other] = None

    def _retell(self, tries: ClientTries, facts: Facts) -> None:
        for view in facts.tries:
            if len(view.asked_at) > 1 and view.number not in tries.rhythms:
                tries.rhythms.add(view.number)
                gap = view.asked_at[1] - view.asked_at[0]
                view.kind_sure = surer(view.kind, view.kind_sure, gap)
        text = summary_of(facts)
        if text != tries.text:
            tries.text = text
            for view in facts.tries:
                view.story = text
                self._restated[view.number] = msgspec.structs.replace(view)
            bound(self._restated)
