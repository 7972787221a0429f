"""TTL search: find out where packets to a client's port are dropped."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from tftptui.knowledge.ttl_walk import is_over, is_whole, verdict
from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import IcmpError
from tftptui.net.ttl_socket import Walker
from tftptui.settings import HIGHEST_PORT
from tftptui.telemetry.ttl_walks import Hop, Location, PortTrial, Walk

PATIENCE = 1.0
"""Seconds to wait for a reply; routers send about one a second."""

TRIES = 2
"""Datagrams per hop: a lost one must not look like a block."""

_BESIDE = 2
"""Ports next to the client's that are tried from several ports of ours."""

_SLOT, _TRIES_OF_PORTS = 3.0, 3
"""Seconds for each of these ports, tried from all ports of ours at once, and tries of
each: Linux sends 6 port-unreachable errors at once and then one a second."""

_FAR = 64
"""A TTL that reaches the client."""

_EXCEEDED = {(11, 0), (3, 0)}
"""ICMP and ICMPv6: time exceeded in transit."""

OTHER_PORTS = (49_200, 2_070)
"""Ports to compare with: one that few firewalls block, and a low one."""


def other_port(port: int) -> int:
    """Return a client port of another kind than PORT."""
    return OTHER_PORTS[1] if port >= OTHER_PORTS[0] // 2 else OTHER_PORTS[0]


class Locating:
    """One search; calls TELL with each result, the last time when done.

    Args:
        transfer: number of the transfer that caused it.
        suspect: sends from a port of our range to the client's.
        client: the client's endpoint.
        tell: callback for the state of the search.
        was_heard: whether the client had replied from that port.
        others: send from other ports of our range.
    """

    def __init__(
        self,
        transfer: int,
        suspect: Walker,
        tell: Callable[[Location], None],
        *,
        was_heard: bool = False,
        others: Sequence[Walker] = (),
    ) -> None:
        self._suspect, self._tell, self._was_heard = suspect, tell, was_heard
        self._others = others
        self._client = client = suspect.target
        self.location = Location(
            transfer=transfer,
            client=client.host,
            suspect=Walk(port=client.port),
            other=Walk(port=other_port(client.port)),
        )

    async def run(self) -> None:
        """Probe both ports hop by hop, in turn, until both are done."""
        self._tell(self.location)
        port = self.location.other.port
        target = Endpoint(self._client.host, port, self._client.scope)
        try:
            with (
                self._suspect as suspect,
                Walker(Endpoint(suspect.local.host, 0), target) as other,
            ):
                await self._walk(suspect, other)
        except OSError as error:
            why = f"Cannot locate: {error.strerror or error}."
            self._learn(is_done=True, verdict=why)
        finally:
            for one in self._others:
                one.socket.close()

    async def _walk(self, suspect: Walker, other: Walker) -> None:
        while not (is_over(self.location.suspect) and is_over(self.location.other)):
            if not is_over(self.location.other):
                walk = await self._step(other, self.location.other)
                self._learn(other=walk)
            if not is_over(self.location.suspect):
                walk = await self._step(suspect, self.location.suspect)
                self._learn(suspect=walk)
        if is_whole(self.location.other):  # otherwise port-unreachable is never sent
            await self._try_ports([suspect, *self._others])
        found = self.location
        text = verdict(
            found.suspect, found.other, found.trials, was_heard=self._was_heard
        )
        self._learn(is_done=True, verdict=text)

    async def _try_ports(self, ours: Sequence[Walker]) -> None:
        """Try ports next to the client's, and the one to compare, from each of OURS."""
        first = min(self._client.port + 1, HIGHEST_PORT - _BESIDE)
        theirs = [self.location.other.port, *range(first, first + _BESIDE)]
        async with asyncio.TaskGroup() as group:
            for walker in ours:
                group.create_task(self._try_from(walker, theirs))

    async def _try_from(self, walker: Walker, theirs: Sequence[int]) -> None:
        loop = asyncio.get_running_loop()
        for port in theirs:
            walker.target = Endpoint(self._client.host, port, self._client.scope)
            slot_ends = loop.time() + _SLOT
            hop = await self._hop(walker, _FAR, _TRIES_OF_PORTS)
            trial = PortTrial(
                server_tid=walker.local.port,
                client_tid=port,
                reached=hop.answer == "reached",
            )
            self._learn(trials=[*self.location.trials, trial])
            if port != theirs[-1]:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(slot_ends):
                        await asyncio.Event().wait()

    async def _step(self, walker: Walker, walk: Walk) -> Walk:
        """Return the walk with one more hop."""
        hop = await self._hop(walker, len(walk.hops) + 1)
        return msgspec.structs.replace(walk, hops=[*walk.hops, hop])

    async def _hop(self, walker: Walker, ttl: int, tries: int = TRIES) -> Hop:
        for _ in range(tries):
            trouble = walker.send(ttl)
            if trouble is not None:
                raise OSError(trouble)
            error = await _answer(walker)
            if error is not None:
                return _hop(ttl, error, self._client.host)
        return Hop(ttl=ttl, answer="silent")

    def _learn(self, **changes: object) -> None:
        self.location = msgspec.structs.replace(self.location, **changes)
        self._tell(self.location)


async def _answer(walker: Walker) -> IcmpError | None:
    """Wait for the first reply; None on a timeout."""
    loop = asyncio.get_running_loop()
    came = asyncio.Event()
    loop.add_reader(walker.socket, came.set)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                await came.wait()
                came.clear()
                for error in walker.answers():
                    return error
    except TimeoutError:
        return None
    finally:
        loop.remove_reader(walker.socket)


def _hop(ttl: int, error: IcmpError, client: str) -> Hop:
    if (error.type, error.code) in _EXCEEDED and error.name.endswith("exceeded"):
        return Hop(ttl=ttl, answer="passed", sender=error.sender, name=error.name)
    if error.is_port_closed and error.sender == client:
        return Hop(ttl=ttl, answer="reached", sender=error.sender, name=error.name)
    return Hop(ttl=ttl, answer="refused", sender=error.sender, name=error.name)


class Searches:
    """The active searches, at most MOST.

    Args:
        learned: callback for the result of each finished search.
    """

    MOST = 3

    def __init__(self, learned: Callable[[Location], None]) -> None:
        self._learned = learned
        self._tasks: set[asyncio.Task[None]] = set()
        self._news: dict[int, Location] = {}

    def begin(self, search: Locating, done: Callable[[], object]) -> None:
        """Start a search; call DONE when it is over."""
        task = asyncio.get_running_loop().create_task(search.run())
        self._tasks.add(task)

        def over(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            done()

        task.add_done_callback(over)

    @property
    def is_full(self) -> bool:
        """True if no more search may be started."""
        return len(self._tasks) >= self.MOST

    def tell(self, location: Location) -> None:
        """Keep a result until take_news()."""
        self._news[location.transfer] = location
        if location.is_done:
            self._learned(location)

    def take_news(self) -> list[Location]:
        """Return the results since the last call."""
        news = list(self._news.values())
        self._news.clear()
        return news

    async def stop(self) -> None:
        """Cancel all searches."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
