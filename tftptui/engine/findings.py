"""Findings of a running engine: rules looked up, told once, revised and withdrawn.

Everything here is bounded: how many stories are remembered, how many findings are told
a second, how many are alike. Rules live in knowledge/; they never see a socket.
"""

from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

import msgspec

from tftptui.engine.blocked_requests import Unreached
from tftptui.engine.fact_sources import Surroundings
from tftptui.engine.gather_facts import Cases
from tftptui.findings.client_requests import KEPT_OF_EACH, Requests
from tftptui.findings.facts import Case
from tftptui.findings.incidents import Troubles
from tftptui.findings.notes import Asides
from tftptui.findings.registry import MENDED, OF_SERVER
from tftptui.findings.reporting import Teller, bound
from tftptui.findings.summary import story_of
from tftptui.findings.tries import KEPT_STORIES, Stories, Story
from tftptui.knowledge.names import Attempt
from tftptui.knowledge.signatures import surer
from tftptui.server.access import neighbourhood
from tftptui.server.clock import Clock
from tftptui.server.transfer.transfer import Transfer
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
"""Seconds between looks at every living transfer."""

FOLLOWED = 20.0
"""Seconds after its last event during which a story that is over is looked at."""

MOST_AT_ONCE = 32
"""Stories looked at in one go, so that packets do not wait; the others are next."""


class Missed(NamedTuple):
    """What a client asked for in vain, and when last; any of its names would do."""

    story: Story
    names: tuple[str, ...]
    asked: float


class Findings:
    """Gathers what happens and says what it means.

    Call take() with every event and tick() often; take_news() and take_retold() give
    what is to be told. What others find out goes through ``teller``.

    Args:
        clock: where times come from.
        emit: gets an event for each finding that is new, revised or withdrawn.
        around: see Surroundings.
    """

    def __init__(
        self, clock: Clock, emit: Callable[[Event], None], around: Surroundings
    ) -> None:
        self._clock, self._around = clock, around
        self._teller = self.teller = Teller(clock.now, clock.wall, emit)
        self._stories = Stories()
        self._cases = Cases(clock, around)
        self._troubles, self._asides = Troubles(self.teller), Asides(self.teller)
        of_server = [
            Troubles(self.teller, code, rule) for code, rule in OF_SERVER.items()
        ]
        self._all_troubles = (self._troubles, *of_server)
        self._due: dict[Story, None] = {}
        self._followed: dict[Story, None] = {}
        self._retold: dict[int, TransferView] = {}
        self._looked = 0.0
        self._unreached = Unreached(clock, self._teller, around.rules)

    def take(self, event: Event) -> None:
        """Take one event of the server."""
        match event:
            case Requested():  # there is more to know in a moment
                self._unreached.reached()
            case TransferStarted():
                self._begin(event)
            case IcmpReceived():
                story = self._stories.of(event.transfer)
                if story is not None:
                    story.complain(event)
                    self._due[story] = None
            case TransferEnded():
                story = self._stories.of(event.transfer)
                if story is not None:
                    self._end(story, event.time)
            case Refused():
                self._refuse(event)
            case _:
                pass

    def take_over(self, transfers: list[Transfer]) -> None:
        """Take transfers that are over and went well, and that no event told of."""
        if transfers:
            self._unreached.reached()
        for transfer in self._worth_a_look(transfers):
            view = transfer.view()
            if view.kind != SELF_TEST:
                self._end(self._begin_try(view), view.ended or view.moved)

    def _worth_a_look(self, transfers: list[Transfer]) -> list[Transfer]:
        """Leave out what would be forgotten at once: a client's many that went well."""
        clients, worth = self._stories.clients(), []
        counts: Counter[str] = Counter()
        for transfer in reversed(transfers):
            client = transfer.client.host
            counts[client] += 1
            if counts[client] <= KEPT_OF_EACH or client in clients:
                worth.append(transfer)
        return worth[::-1]

    def tick(self) -> None:
        """Look at what has happened, and once a second at all living transfers."""
        now = self._clock.now()
        if now - self._looked >= LOOK_INTERVAL:
            self._looked = now
            self._look_around()
        self.settle()

    def settle(self) -> None:
        """Look at the stories in which something has happened."""
        self._teller.begin_round()
        while len(self._due) > KEPT_STORIES:
            del self._due[next(iter(self._due))]
        for story in list(islice(self._due, MOST_AT_ONCE)):
            del self._due[story]
            self._look(story)
        for troubles in self._all_troubles:
            troubles.tell()

    def begin_anew(self, why: str, since: float = 0.0) -> None:
        """Withdraw what is told, and go by nothing that clients did before.

        Args:
            why: what the withdrawn findings say.
            since: wall clock; what the ways had shown before is still known.
        """
        for troubles in self._all_troubles:
            troubles.withdraw_all(why, self._stories)
        for story in self._stories:
            for told in story.notes.values():
                if not told.withdrawn:
                    self._teller.withdraw(told, why)
        self._stories, self._cases.requests = Stories(), Requests()
        for known in (self._due, self._followed, self._asides):
            known.clear()
        self.forget_ways(since)

    def forget_ways(self, since: float = 0.0) -> None:
        """Forget what the ways to clients have shown since a moment: they changed."""
        self._cases.networks.forget(since)

    def located(self, location: Location) -> None:
        """Take in what was learned hop by hop of the way to a client."""
        story = self._stories.of(location.transfer)
        if story is not None:
            story.location = location
            self._due[story] = None

    def missed(self) -> list[Missed]:
        """Return what is told as missing, or as not to be read."""
        return [
            Missed(story, self._cases.names(story), story.last_asked)
            for story in self._troubles
            if story.trouble and story.is_told and story.trouble.cause.code in MENDED
        ]

    def found_there(self, missed: Missed, served: str) -> None:
        """Take in what a client that missed a file would get now."""
        missed.story.there = (served, missed.asked)
        self._due[missed.story] = None

    def look_again(self) -> None:
        """Look at all that ended a moment ago once more: not all is told in one go."""
        for story in self._followed:
            if story.trouble is None:
                self._due[story] = None
        self.settle()

    def take_news(self) -> list[Finding]:
        """Return findings that are new, revised or withdrawn since this was asked."""
        return self._teller.take_news()

    def take_retold(self) -> list[TransferView]:
        """Return transfers whose story has changed since this was asked."""
        retold, self._retold = list(self._retold.values()), {}
        return retold

    def _begin(self, event: TransferStarted) -> None:
        view = self._around.view(event.transfer or 0)
        if view is not None and view.kind != SELF_TEST:
            self._begin_try(view)

    def _begin_try(self, view: TransferView) -> Story:
        if view.direction == "read":
            got = Attempt(view.started, view.file, found=True)
            self._cases.requests.note(view.client, got)
        before = self._stories.current(view)
        if before is not None and before.latest is not None:
            self._around.view(before.latest.number)
        story = self._stories.begin(view, neighbourhood(view.client))
        if len(story.views) > 1 or story.refusals:
            self._due[story] = None
        return story

    def _end(self, story: Story, time: float) -> None:
        """Take the end of a try; nearly all end well, and are done with at once."""
        if story.is_calm and story.is_over:
            self._note_ways(story)
            self._stories.forget(story)
            self._due.pop(story, None)
            return
        story.touched = time
        self._due[story] = None

    def _refuse(self, event: Refused) -> None:
        if event.signature is not None and event.signature.kind == SELF_TEST:
            return  # the doctor tells it, who asked
        self._cases.requests.refuse(event)
        story = self._stories.refuse(event, neighbourhood(event.client))
        self._due[story] = None

    def _look_around(self) -> None:
        self._unreached.look(self._around.scene)
        for number in self._around.living():
            story = self._stories.of(number)
            if story is None:
                continue
            self._around.view(number)
            if not story.is_calm:
                self._due[story] = None
            elif number not in story.noted:
                self._note_ways(story)
        self._look_back(self._clock.wall())

    def _look_back(self, now: float) -> None:
        """Look at stories that ended a moment ago, and forget what is long over."""
        for story in list(self._followed):
            self._due[story] = None
            if story.is_over and story.touched < now - FOLLOWED:
                del self._followed[story]
        self._asides.look_back(now)
        for troubles in self._all_troubles:
            self._due |= dict.fromkeys(troubles.look_back(now))

    def _look(self, story: Story) -> None:
        for number in story.views:
            self._around.view(number)
        self._part(story)
        self._note_ways(story)
        if story.is_calm:
            if story.is_over:
                self._stories.forget(story)
            return
        if story.is_over and story.touched >= self._clock.wall() - FOLLOWED:
            self._followed[story] = None
        case = self._cases.of(story)
        self._retell(story, case)
        for troubles in self._all_troubles:
            troubles.follow(story, case)
        self._asides.follow(story, case)

    def _part(self, story: Story) -> None:
        """Let tries that are none of the same program be stories of their own."""
        for view in list(story.views.values()):
            if story.is_another(view):
                self._due[self._stories.split(story, view)] = None

    def _note_ways(self, story: Story) -> None:
        """Write down what tries have shown of the way, and look at what it changes."""
        if self._cases.note_ways(story):
            for other in self._troubles:
                if other is not story and other.way == story.way:
                    self._due[other] = None

    def _retell(self, story: Story, case: Case) -> None:
        for view in case.tries:
            if len(view.asked_at) > 1 and view.number not in story.rhythms:
                story.rhythms.add(view.number)
                gap = view.asked_at[1] - view.asked_at[0]
                view.kind_sure = surer(view.kind, view.kind_sure, gap)
        text = story_of(case)
        if text != story.text:
            story.text = text
            for view in case.tries:
                view.story = text
                self._retold[view.number] = msgspec.structs.replace(view)
            bound(self._retold)
