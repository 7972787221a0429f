"""Remedies: on firewalls, in their own syntax, and at this server."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.facts import CLIENT, SERVER, facts_of, neighbour, tried
from tftptui.findings import remedies
from tftptui.findings.facts import Facts, Scene
from tftptui.settings import PortRange
from tftptui.telemetry.findings import OURS, Remedy
from tftptui.telemetry.views import HostNetwork

SINGLE = Scene(single_port=True)


def platforms(found: tuple[Remedy, ...]) -> set[str]:
    return {one.platform for one in found}


def test_answers_are_asked_for_in_words_in_rules_and_at_this_server() -> None:
    found = remedies.let_answers_through(facts_of(tried()))
    assert found[0].platform == ""
    assert "ports 40000–40099 to 10.0.4.0/24 ports 1024–65535" in found[0].text
    assert {"nftables", "Cisco ASA", "Juniper SRX", OURS} <= platforms(found)


@pytest.mark.parametrize(
    "say",
    [
        remedies.let_answers_through,
        remedies.on_the_client,
        remedies.for_translation,
    ],
)
def test_single_port_mode_is_no_remedy_where_it_is_on(say: object) -> None:
    assert callable(say)
    assert OURS in platforms(say(facts_of(tried())))
    assert OURS not in platforms(say(facts_of(tried(), scene=SINGLE)))


def test_acks_are_let_through_on_the_way_and_here() -> None:
    found = remedies.let_acks_through(facts_of(tried()))
    lines = [one.command for one in found if one.platform == "iptables"]
    assert ["-I FORWARD" in lines[0], "-I INPUT" in lines[1]] == [True, True]


def test_the_clients_own_firewall_names_that_client_alone() -> None:
    found = remedies.on_the_client(facts_of(tried()))
    rules = [one.command for one in found if one.platform not in ("", OURS)]
    assert rules
    assert not [line for line in rules if "10.0.4.0/24" in line]
    assert any("-RemotePort 40000-40099" in line for line in rules)


def test_this_host_runs_no_windows() -> None:
    found = remedies.let_out(facts_of(tried()))
    assert platforms(found) == {"nftables", "iptables", "ufw"}


def test_what_old_flows_are_forgotten_by_is_said_for_each_firewall() -> None:
    found = remedies.flush(facts_of(tried()))
    said = {one.platform: one.command for one in found}
    assert said["iptables"] == "conntrack -D -p udp --orig-port-dst 69"
    assert said["Cisco ASA"] == f"clear conn protocol udp address {SERVER}"


@pytest.mark.parametrize(
    ("client", "word"), [(CLIENT, " icmp type "), ("2001:db8::7", " icmpv6 type ")]
)
def test_messages_of_small_links_pass_in_the_clients_own_family(
    client: str, word: str
) -> None:
    found = remedies.smaller_blocks(facts_of(tried(), client=client))
    said = {one.platform: one.command for one in found}
    assert word in said["nftables"]


def link_local() -> Facts:
    view = tried(client="fe80::7%eth0", server="fe80::1%eth0")
    return facts_of(view, client="fe80::7%eth0")


def test_an_interface_in_an_address_is_left_out_of_rules() -> None:
    found = remedies.on_the_client(link_local())
    rules = [one.command for one in found if one.platform == "nftables"]
    assert "ip6 saddr fe80::1 ip6 daddr fe80::7" in rules[0]


def test_without_an_address_there_are_words_alone() -> None:
    found = remedies.let_answers_through(facts_of(client=""))
    assert platforms(found) == {"", OURS}


def test_an_assumed_network_is_said_to_be_one() -> None:
    for say in (remedies.let_answers_through, remedies.let_acks_through):
        asked = say(facts_of(tried(), neighbours=(neighbour(),)))[0].text
        assert "10.0.4.0/24 is assumed: 10.0.4.22 and 10.0.4.37 were seen" in asked


def test_what_this_host_knows_of_the_network_goes_before_that() -> None:
    scene = Scene(networks=(HostNetwork("10.0.4.0/25", "eth1", is_own=True),))
    found = remedies.let_answers_through(facts_of(tried(), scene=scene))
    assert "10.0.4.0/25" in found[0].text
    assert "assumed" not in found[0].text
    assert [one for one in found if "10.0.4.0/24" in one.command] == []


def of_a_capture(case_: Facts, say: Callable[[Facts], tuple[Remedy, ...]]) -> str:
    found = say(replace(case_, scene=Scene(is_capture=True)))
    assert OURS not in platforms(found)
    return " ".join(one.text for one in found if not one.platform)


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (
            remedies.let_answers_through,
            "access list (tftptui: --single-port; dnsmasq: --tftp-single-port)",
        ),
        (
            remedies.smaller_blocks,
            "--max-blksize 1428; tftpd-hpa: --blocksize 1428; dnsmasq: --tftp-mtu=1460",
        ),
        (
            lambda seen: remedies.refuse_option(seen, ["blksize", "utimeout"]),
            (
                "tftpd-hpa: --refuse blksize --refuse utimeout; atftpd: --no-blksize;"
                " dnsmasq: --tftp-no-blocksize)"
            ),
        ),
        (
            lambda seen: remedies.equal_ranges(seen, PortRange(45_000, 45_003)),
            (
                "--ports 45000-45003; tftpd-hpa: --port-range 45000:45003; dnsmasq: "
                "--tftp-port-range=45000,45003), or let the firewall allow its whole"
            ),
        ),
        (remedies.fewer_bytes, "tftpd-hpa: --blocksize 1428"),
    ],
)
def test_a_server_that_a_capture_shows_may_be_any(
    say: Callable[[Facts], tuple[Remedy, ...]], words: str
) -> None:
    assert words in of_a_capture(facts_of(tried(block_size=1_468)), say)


def test_ours_is_told_by_our_own_settings() -> None:
    good = PortRange(45_000, 45_003)
    for found in (
        remedies.equal_ranges(facts_of(tried()), good),
        remedies.fewer_bytes(facts_of(tried())),
        remedies.smaller_blocks(facts_of(tried())),
    ):
        told = " ".join(f"{one.text} {one.command}" for one in found)
        assert "tftpd-hpa" not in told
        assert "whole range" not in told
