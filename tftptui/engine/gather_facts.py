"""From stories to cases: a client's tries, and what stands around them."""

from tftptui.engine.fact_sources import Surroundings
from tftptui.findings.client_requests import Requests
from tftptui.findings.facts import Case, OwnBlock
from tftptui.findings.network_history import Networks
from tftptui.findings.tries import Story
from tftptui.server.clock import Clock

_DOUBTED = 2
"""Time-outs in a row after which a port no longer counts as one that works."""

_OURSELVES = "this host"


class Cases:
    """Makes cases, and remembers what their ways have shown.

    Attributes:
        networks: what other clients have shown; requests: what was asked for.
    """

    def __init__(self, clock: Clock, around: Surroundings) -> None:
        self._clock, self._around = clock, around
        self.networks, self.requests = Networks(), Requests()

    def of(self, story: Story) -> Case:
        """Return a story as the rules look at it, as it stands."""
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
            refusals_in_all=story.refused,
            ports_in_all=story.refused_ports.bit_count(),
            icmp=story.icmp,
            asked_address=story.latest.asked_address if story.latest else "",
            search=(
                self.requests.search(story.client, story.file, now)
                if story.refusals
                else None
            ),
            neighbours=tuple(
                one
                for one in self.networks.of(self._way(story), now)
                if one.number not in story.views
            ),
            own_block=self._own_block(story),
            location=story.location,
            others=story.trouble.others(story.client) if story.trouble else (),
            is_left=story.is_left,
            last_exhausted=self.requests.last_exhausted,
            there=_there(story),
        )

    def names(self, story: Story) -> tuple[str, ...]:
        """Return the names that its client asked for in vain, any of which would do."""
        search = self.requests.search(story.client, story.file, self._clock.wall())
        missing = search.missing if search is not None else ()
        return tuple(dict.fromkeys((story.file, *missing)))

    def note_ways(self, story: Story) -> bool:
        """Write down what tries have shown of the way; return if that is news."""
        is_news = False
        for view in story.views.values():
            is_silent = view.running and not view.heard
            is_early = is_silent and view.timeouts < _DOUBTED
            if is_early or not view.server_tid or story.knows(view):
                continue
            way, is_again = self._way(story), view.number in story.noted | story.doubted
            story.note(view)
            self.networks.note(way, view, is_again=is_again)
            is_news = True
        return is_news

    def _own_block(self, story: Story) -> OwnBlock | None:
        """Return what of our own rules stops a client's ACKs, if none has come."""
        rules, view, now = self._around.rules, story.latest, self._clock.now()
        if rules is None or view is None or view.heard or not view.timeouts:
            return None
        rules.refresh(now)
        return rules.stops_acks(view, self._around.scene(story.client).port, now)

    def _way(self, story: Story) -> str:
        """Return by what name the way to a client is remembered: its network's.

        The way from this host to itself says nothing of others.
        """
        if not story.way:
            is_own = story.client in self._around.scene(story.client).addresses
            story.way = _OURSELVES if is_own else story.network
        return story.way


def _there(story: Story) -> str:
    """Return what its client would get now, if it has not asked since that was seen."""
    served, asked = story.there
    return served if story.last_asked <= asked else ""
