"""The path search through a real router, and as a command to the engine."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.namespaces import Routed
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


def locate(network: Routed, server: str, client: str) -> dict[str, Any]:
    run = subprocess.run(
        [*network.server, sys.executable, "-c", SCRIPT, server, client],
        env=environment(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


V4 = (Routed.SERVER, Routed.CLIENT, Routed.NEAR)
V6 = (Routed.SERVER_V6, Routed.CLIENT_V6, Routed.NEAR_V6)
FAMILIES = pytest.mark.parametrize("ends", [V4, V6], ids=["IPv4", "IPv6"])


@pytest.mark.netns
@FAMILIES
def test_without_a_wall_both_walks_reach_the_client(
    network: Routed, ends: tuple[str, str, str]
) -> None:
    server, client, router = ends
    found = locate(network, server, client)
    for way in ("suspect", "other"):
        hops = found[way]["hops"]  # a host that limits its replies is silent once
        assert hops[0]["sender"] == router
        assert (hops[-1]["sender"], hops[-1]["answer"]) == (client, "reached")
    assert "reach the client now" in found["verdict"]


@pytest.mark.netns
@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        ("udp sport 40001-40002 drop", "none from ports 40001–40002"),
        ("udp sport . udp dport { 40001 . 2073, 40003 . 49200 } drop", "several paths"),
    ],
)
def test_test_packets_tell_our_ports_and_several_paths(
    network: Routed, rule: str, verdict: str
) -> None:
    with network.rules(rule, "forward"):
        found = locate(network, *V4[:2])
    assert verdict in found["verdict"]


@pytest.mark.netns
def test_a_wall_for_low_client_ports_is_found(network: Routed) -> None:
    server, client, router = V4
    with network.rules("udp dport < 40000 drop", "forward"):
        found = locate(network, server, client)
    assert f"dropped at {router} or just behind it" in found["verdict"]
    assert "port 49200 reach the client" in found["verdict"]


@pytest.mark.netns
def test_a_wall_that_says_so_is_named(network: Routed) -> None:
    rule = "udp dport 2072 reject with icmp type admin-prohibited"
    with network.rules(rule, "forward"):
        found = locate(network, *V4[:2])
    assert found["verdict"].startswith(f"{Routed.NEAR} rejects packets")


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
