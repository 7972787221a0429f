"""Findings of a running engine: rules looked up, told once, revised and withdrawn.

Everything here is bounded: how many stories are remembered, how many findings are told
a second, how many are alike. Rules live in knowledge/; they never see a socket.
"""

from collections import Counter
from collections.abc import Callable
from itertools import islice

import msgspec

from tftptui.engine.networks import Networks
from tftptui.engine.requests import KEPT_OF_EACH, Requests
from tftptui.engine.stories import KEPT_STORIES, Stories, Story
from tftptui.engine.surroundings import Surroundings
from tftptui.engine.telling import Teller, bound
from tftptui.engine.unreached import Unreached
from tftptui.knowledge.case import Case, OwnBlock
from tftptui.knowledge.draft import Draft
from tftptui.knowledge.names import Attempt
from tftptui.knowledge.rules import answers_again, judge, notes, overcome
from tftptui.knowledge.signatures import surer
from tftptui.knowledge.stories import story_of
from tftptui.server.access import neighbourhood
from tftptui.server.clock import Clock
from tftptui.server.transfer import Transfer
from tftptui.telemetry.events import (
    Event,
    IcmpReceived,
    Refused,
    Requested,
    TransferEnded,
    TransferStarted,
)
from tftptui.telemetry.findings import Finding
from tftptui.telemetry.trials import SELF_TEST
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.walks import Location

LOOK_INTERVAL = 1.0
"""Seconds between looks at every living transfer."""

FOLLOWED = 20.0
"""Seconds after its last event during which a story that is over is looked at."""

MOST_ALIKE = 20
"""Standing findings of one code and network; the others have the same cause."""

MOST_AT_ONCE = 32
"""Stories looked at in one go, so that packets do not wait; the others are next."""

KEPT_STANDING = 1_000
"""Stories whose trouble is remembered, so that it can be revised or withdrawn."""

REMEMBERED = 600.0
"""Seconds for which a trouble may still be revised or withdrawn after its end."""

_OF_THE_SERVER = frozenset({"range-exhausted", "disk-full", "answers-not-seen"})
"""Troubles that are the same for every client: one finding says it."""

_OURSELVES = "this host"


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
        self._teller = self.teller = Teller(clock, emit)
        self._stories = Stories()
        self._networks = Networks()
        self._requests = Requests()
        self._due: dict[Story, None] = {}
        self._followed: dict[Story, None] = {}
        self._standing: dict[Story, None] = {}
        self._of_way: dict[tuple[str, str], float] = {}
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

    def begin_anew(self, why: str, since: float = 0.0) -> None:
        """Withdraw what is told, and go by nothing that clients did before.

        Args:
            why: what the withdrawn findings say.
            since: wall clock; what the ways had shown before is still known.
        """
        for story in {**self._standing, **dict.fromkeys(self._stories)}:
            trouble = [] if story.trouble is None else [story.trouble]
            for told in (*trouble, *story.notes.values()):
                if not told.withdrawn:
                    self._teller.withdraw(told, why)
        self._stories, self._requests = Stories(), Requests()
        for known in (self._due, self._followed, self._standing, self._of_way):
            known.clear()
        self.forget_ways(since)

    def forget_ways(self, since: float = 0.0) -> None:
        """Forget what the ways to clients have shown since a moment: they changed."""
        self._networks.forget(since)

    def located(self, location: Location) -> None:
        """Take in what was learned hop by hop of the way to a client."""
        story = self._stories.of(location.transfer)
        if story is not None:
            story.location = location
            self._due[story] = None

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
            self._requests.note(view.client, got)
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
        self._requests.refuse(event)
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
        for key in [
            key for key, told in self._of_way.items() if told < now - REMEMBERED
        ]:
            del self._of_way[key]
        for story in list(self._standing):
            if story.trouble is not None and story.trouble.code == "range-exhausted":
                self._due[story] = None  # it passes without a word of this client
            if story.is_over and story.touched < now - REMEMBERED:
                del self._standing[story]

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
        case = self._case(story)
        self._retell(story, case)
        self._follow_trouble(story, case)
        self._follow_notes(story, case)

    def _part(self, story: Story) -> None:
        """Let tries that work from a port far off be stories of their own."""
        for view in list(story.views.values()):
            if view.heard and story.is_another(view):
                self._due[self._stories.split(story, view)] = None

    def _case(self, story: Story) -> Case:
        now = self._clock.wall()
        views = sorted(story.views.values(), key=lambda one: one.number)
        return Case(
            now=now,
            client=story.client,
            file=story.file,
            scene=self._around.scene(story.client),
            tries=tuple(one for one in views if one.server_tid),
            unanswered=tuple(one for one in views if not one.server_tid),
            refusals=tuple(story.refusals),
            icmp=story.icmp,
            asked_address=story.latest.asked_address if story.latest else "",
            search=(
                self._requests.search(story.client, story.file, now)
                if story.refusals
                else None
            ),
            neighbours=tuple(
                one
                for one in self._networks.of(self._way(story), now)
                if one.number not in story.views
            ),
            own_block=self._own_block(story),
            location=story.location,
            last_exhausted=self._requests.last_exhausted,
        )

    def _own_block(self, story: Story) -> OwnBlock | None:
        """Return what of our own rules stops a client's ACKs, if none has come."""
        rules, view, now = self._around.rules, story.latest, self._clock.now()
        if rules is None or view is None or view.heard or not view.timeouts:
            return None
        rules.refresh(now)
        return rules.stops_acks(view, self._around.scene(story.client).port, now)

    def _note_ways(self, story: Story) -> None:
        """Write down what tries have shown of the way, and look at what it changes."""
        for view in story.views.values():
            is_open = view.running and not view.heard
            if is_open or not view.server_tid or story.knows(view):
                continue
            way, is_again = self._way(story), view.number in story.noted
            story.note(view)
            self._networks.note(way, view, is_again=is_again)
            for other in self._standing:
                if other is not story and other.way == way:
                    self._due[other] = None

    def _way(self, story: Story) -> str:
        """Return by what name the way to a client is remembered: its network's.

        The way from this host to itself says nothing of others.
        """
        if not story.way:
            is_own = story.client in self._around.scene(story.client).addresses
            story.way = _OURSELVES if is_own else story.network
        return story.way

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

    def _follow_trouble(self, story: Story, case: Case) -> None:
        draft, before = judge(case), story.trouble
        is_open = before is not None and not before.withdrawn
        if before is not None and is_open:
            why = overcome(case, draft.code if draft else before.code)
            if why or draft is None:
                self._standing.pop(story, None)
                why = why or answers_again(case)
                story.trouble = self._teller.withdraw(before, why)
            else:
                story.trouble = self._teller.revise(before, draft)
        elif draft is not None and not overcome(case, draft.code):
            self._raise(story, draft)

    def _follow_notes(self, story: Story, case: Case) -> None:
        for draft in notes(case):
            if draft.code in story.notes or self._is_known(story, draft, case.now):
                continue
            told = self._teller.note(draft, (story.client, story.file))
            if told is not None:
                story.notes[draft.code] = told
                self._of_way[self._way(story), draft.code] = case.now

    def _is_known(self, story: Story, draft: Draft, now: float) -> bool:
        """Whether the same was told of the way to another client of the network."""
        if draft.stands_at != "between":
            return False
        told = self._of_way.get((self._way(story), draft.code), float("-inf"))
        return now - told < REMEMBERED

    def _raise(self, story: Story, draft: Draft) -> None:
        """Tell a new trouble, unless there are too many of its kind."""
        is_ours = draft.code in _OF_THE_SERVER
        alike = sum(
            (is_ours or one.network == story.network)
            and one.trouble is not None
            and one.trouble.code == draft.code
            for one in self._standing
        )
        if alike >= (1 if is_ours else MOST_ALIKE):
            return
        told = self._teller.trouble(draft, (story.client, story.file))
        if told is None:
            return
        story.trouble = told
        self._standing[story] = None
        if len(self._standing) > KEPT_STANDING:
            del self._standing[next(iter(self._standing))]
