"""The path search through a real router, and as a command to the engine."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.namespaces import Routed, routed
from tests.support.running import settings_for
from tests.support.serve import environment
from tests.support.watcher import watching
from tftptui.engine.client import CommandRefusedError
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.messages import Locate, Location

SCRIPT = """
import asyncio, sys
import msgspec
from tftptui.engine.ttl_search import Locating
from tftptui.net.addresses import Endpoint
from tftptui.net.ttl_socket import Walker

told = []
first, *others = [
    Walker(Endpoint(sys.argv[1], port), Endpoint(sys.argv[2], 2_072))
    for port in range(40_000, 40_004)
]
asyncio.run(Locating(7, first, told.append, others=others).run())
print(msgspec.json.encode(told[-1]).decode())
"""


V4 = (Routed.SERVER, Routed.CLIENT, Routed.NEAR)
V6 = (Routed.SERVER_V6, Routed.CLIENT_V6, Routed.NEAR_V6)
ENDS = {"IPv4": V4, "IPv6": V6}

RULES = {
    "IPv4": "accept",
    "IPv6": "accept",
    "our ports": "udp sport 40001-40002 drop",
    "several paths": "udp sport . udp dport { 40001 . 2073, 40003 . 49200 } drop",
    "low client ports": "udp dport < 40000 drop",
    "rejected": "udp dport 2072 reject with icmp type admin-prohibited",
}
"""The router's rule in each case."""


@dataclass
class Searches:
    """The searches of all cases, each in a network of its own.

    They run at once: most of their time is spent waiting.
    """

    running: dict[str, Future[dict[str, Any]]]

    def found(self, case: str) -> dict[str, Any]:
        return self.running[case].result()


def locate(case: str) -> dict[str, Any]:
    """Search in a network of its own with the rule of a case."""
    server, client, _ = ENDS.get(case, V4)
    with closing(routed(mtu=1_500)) as networks:
        network = next(networks)
        with network.rules(RULES[case], "forward"):
            run = subprocess.run(
                [*network.server, sys.executable, "-c", SCRIPT, server, client],
                env=environment(),
                capture_output=True,
                check=True,
                timeout=60,
            )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def searches() -> Iterator[Searches]:
    with ThreadPoolExecutor(len(RULES)) as pool:
        yield Searches({case: pool.submit(locate, case) for case in RULES})


@pytest.mark.netns
@pytest.mark.parametrize("family", ENDS)
def test_without_a_wall_both_walks_reach_the_client(
    searches: Searches, family: str
) -> None:
    _, client, router = ENDS[family]
    found = searches.found(family)
    for way in ("suspect", "other"):
        hops = found[way]["hops"]  # a host that limits its replies is silent once
        assert hops[0]["sender"] == router
        assert (hops[-1]["sender"], hops[-1]["answer"]) == (client, "reached")
    assert "reach the client now" in found["verdict"]


@pytest.mark.netns
@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        ("our ports", "none from ports 40001–40002"),
        ("several paths", "several paths"),
    ],
)
def test_test_packets_tell_our_ports_and_several_paths(
    searches: Searches, case: str, verdict: str
) -> None:
    assert verdict in searches.found(case)["verdict"]


@pytest.mark.netns
def test_a_wall_for_low_client_ports_is_found(searches: Searches) -> None:
    verdict = searches.found("low client ports")["verdict"]
    assert f"dropped at {Routed.NEAR} or just behind it" in verdict
    assert "port 49200 reach the client" in verdict


@pytest.mark.netns
def test_a_wall_that_says_so_is_named(searches: Searches) -> None:
    verdict = searches.found("rejected")["verdict"]
    assert verdict.startswith(f"{Routed.NEAR} rejects packets")


@pytest.mark.net
async def test_the_engine_searches_from_a_port_of_its_range(tmp_path: Path) -> None:
    wish = Locate(transfer=3, client="127.0.0.1", client_tid=1, server="127.0.0.1")
    engine = InlineEngine(settings_for(tmp_path))
    async with watching(engine) as seen:
        await engine.ask(wish)
        found: list[Location] = []

        def is_done() -> bool:
            found[:] = [one for frame in seen.frames for one in frame.locations]
            return bool(found) and found[-1].is_done

        await seen.until(is_done)
    last = found[-1]
    assert (last.transfer, last.client, last.suspect.port) == (3, "127.0.0.1", 1)
    assert last.suspect.hops[0].answer == "reached"


@pytest.mark.net
async def test_an_address_that_is_not_ours_is_refused_with_words(
    tmp_path: Path,
) -> None:
    wish = Locate(transfer=3, client="127.0.0.1", client_tid=1, server="192.0.2.77")
    engine = InlineEngine(settings_for(tmp_path))
    async with watching(engine):
        with pytest.raises(CommandRefusedError, match="cannot locate"):
            await engine.ask(wish)
