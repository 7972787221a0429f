"""The effect of this host's own rules on requests and ACKs, and when it is reported."""

import json
from ipaddress import IPv4Interface
from typing import Any

from tests.support.clock import FakeClock
from tests.support.facts import CLIENT, SERVER, tried
from tftptui.doctor.facts import Filters
from tftptui.engine.fact_sources import FactSources
from tftptui.engine.findings import Findings
from tftptui.engine.host_firewall import FRESH, SOONEST, HostFirewall
from tftptui.findings.facts import Scene
from tftptui.telemetry.events import Event, Found, Requested
from tftptui.telemetry.findings import FACT

SCENE = Scene(addresses=frozenset({SERVER}))
VIEW = tried(client=CLIENT)
CHAIN = {"family": "ip", "table": "h", "name": "input", "handle": 1, "type": "filter"}


def filters(policy: str, *open_ports: int) -> Filters:
    """Return an input chain in nft's JSON."""
    key = {"payload": {"protocol": "udp", "field": "dport"}}
    rules = [
        {
            "rule": {
                "family": "ip",
                "table": "h",
                "chain": "input",
                "handle": 2,
                "expr": [
                    {"match": {"op": "==", "left": key, "right": port}},
                    {"accept": None},
                ],
            }
        }
        for port in open_ports
    ]
    chain = {"chain": CHAIN | {"hook": "input", "prio": 0, "policy": policy}}
    table = {"table": {"family": "ip", "name": "h", "handle": 1}}
    return Filters(nft=json.dumps({"nftables": [table, chain, *rules]}))


class Host:
    """A host whose rules are set by a test."""

    def __init__(self, found: Filters, *, may: bool = True) -> None:
        self.found, self.asked, self.may = found, 0, may
        ours = {"eth0": [IPv4Interface(f"{SERVER}/24")]}
        self.rules = HostFirewall(self._read, lambda: ours, lambda: self.may)

    def _read(self) -> Filters:
        self.asked += 1
        return self.found

    def read(self, now: float, **how: Any) -> HostFirewall:
        self.rules.refresh(now, **how)
        self.rules.settle(10.0)
        return self.rules


def test_a_closed_input_stops_requests() -> None:
    block = Host(filters("drop")).read(0.0).stops_requests(SCENE, 1.0)
    assert block is not None
    assert block.is_fresh
    assert "input" in block.by


def test_an_open_port_lets_requests_in_and_no_ack() -> None:
    rules = Host(filters("drop", 69)).read(0.0)
    assert rules.stops_requests(SCENE, 1.0) is None
    assert rules.stops_acks(VIEW, 69, 1.0) is not None


def test_no_rules_stop_nothing() -> None:
    rules = Host(filters("accept")).read(0.0)
    assert rules.stops_requests(SCENE, 1.0) is None
    assert rules.stops_acks(VIEW, 69, 1.0) is None


def test_an_address_that_is_not_ours_is_not_judged() -> None:
    rules = Host(filters("drop")).read(0.0)
    assert rules.stops_acks(tried(server="192.0.2.9"), 69, 1.0) is None


def test_what_was_read_long_ago_is_no_fact() -> None:
    block = Host(filters("drop")).read(0.0).stops_requests(SCENE, FRESH)
    assert block is not None
    assert not block.is_fresh


def test_who_may_not_read_knows_nothing() -> None:
    host = Host(filters("drop"), may=False)
    assert host.read(0.0).stops_requests(SCENE, 1.0) is None
    assert host.asked == 0


def test_rules_that_can_not_be_read_say_nothing() -> None:
    host = Host(Filters(trouble="nft says: no"))
    assert host.read(0.0).stops_requests(SCENE, 1.0) is None


def test_they_are_read_less_and_less_often_while_nothing_happens() -> None:
    host = Host(filters("accept"))
    for second in range(120):
        host.read(float(second), is_idle=True)
    assert host.asked == 5  # at 0, 5, 15, 35 and 75 seconds
    host.read(119.0 + SOONEST)
    assert host.asked == 6


def told(host: Host, *events: Event) -> list[Found]:
    """Return the findings within some seconds of these events."""
    clock, found = FakeClock(), list[Event]()
    around = FactSources(lambda _: None, list, lambda _: SCENE, host.rules)
    findings = Findings(clock, found.append, around)
    for _ in range(4):
        clock.advance(2.0)
        findings.tick()
        host.rules.settle(10.0)
    for event in events:
        findings.take(event)
    return [event for event in found if isinstance(event, Found)]


def test_it_is_told_once_and_for_certain() -> None:
    (finding,) = told(Host(filters("drop")))
    assert (finding.code, finding.confidence) == ("requests-not-arriving", FACT)
    assert finding.stands_at == "server"
    assert any("nft" in remedy.command for remedy in finding.remedies)


def test_a_request_that_arrives_ends_it() -> None:
    asked = Requested(
        time=0.0,
        transfer=None,
        client=CLIENT,
        client_tid=2_070,
        server=SERVER,
        server_tid=None,
        file="boot.bin",
        direction="read",
        asked={},
        mode="octet",
        raw="",
    )
    _, after = told(Host(filters("drop")), asked)
    assert (after.withdrawn, after.because) == (True, "a request has arrived")


def test_open_rules_tell_nothing() -> None:
    assert told(Host(filters("drop", 69))) == []
