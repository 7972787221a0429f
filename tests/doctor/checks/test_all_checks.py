"""Each check of a host with a single problem."""

import errno
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

import pytest

from tests.support.patients import (
    ACCEPT,
    DPORT,
    ETH0,
    LO,
    OWN,
    ROOT,
    SADDR,
    SETTINGS,
    SPORT,
    STATE,
    chain,
    facts,
    match,
    nft,
    rule,
)
from tftptui.doctor.checks.all_checks import check_all
from tftptui.doctor.facts import Device, Filters, Holder, Screen, Served
from tftptui.doctor.result import Mark, Result, exit_status
from tftptui.settings import PortRange, Settings

ETH1 = Device(
    name="eth1",
    is_up=True,
    mtu=1_500,
    addresses=(ip_interface("10.7.0.1/24"),),
    return_path=1,
)
DNSMASQ = Holder(pid=812, name="dnsmasq", unit="dnsmasq.service")


def judged(settings: Settings = SETTINGS, **changes: Any) -> list[Result]:
    return check_all(facts(**changes), settings)


def test_a_machine_that_is_well() -> None:
    results = judged()
    assert [result for result in results if result.mark is not Mark.OK] == []
    assert exit_status(results) == 0


@pytest.mark.parametrize(
    ("changes", "topic", "mark", "said", "typed"),
    [
        (
            {"may_bind_low": False, "user": "ann", "is_root": False},
            "bind",
            Mark.BAD,
            "user ann cannot bind UDP port 69",
            "ip_unprivileged_port_start=69",
        ),
        (
            {"bind_errno": errno.EADDRINUSE, "holders": (DNSMASQ,)},
            "holder",
            Mark.BAD,
            "dnsmasq (pid 812) uses UDP port 69",
            "systemctl disable --now dnsmasq.service",
        ),
        (
            {
                "bind_errno": errno.EADDRINUSE,
                "holders": (Holder(pid=9, name="in.tftpd"),),
            },
            "holder",
            Mark.BAD,
            "in.tftpd (pid 9)",
            "kill 9",
        ),
        (
            {
                "bind_errno": errno.EADDRINUSE,
                "holders": (Holder(pid=1, name="systemd"),),
            },
            "holder",
            Mark.BAD,
            "systemd (pid 1)",
            "systemctl list-sockets",
        ),
        (
            {"bind_errno": errno.EADDRINUSE},
            "holder",
            Mark.BAD,
            "another program uses",
            "ss -lunp 'sport = :69'",
        ),
        ({"devices": (LO,)}, "address", Mark.BAD, "no address", "ip address"),
        ({"sources": ()}, "address", Mark.WARN, "no default route", "ip route"),
        (
            {"devices": (LO, ETH0, ETH1)},
            "rp_filter",
            Mark.WARN,
            "eth1 silently drops",
            "net.ipv4.conf.eth1.rp_filter=2",
        ),
        (
            {"filters": Filters(trouble="nft: no")},
            "firewall",
            Mark.WARN,
            "not checked: nft: no",
            "sudo",
        ),
        (
            {"filters": Filters(nft="nonsense")},
            "firewall",
            Mark.WARN,
            "not checked: nft printed no ruleset",
            "nft list ruleset",
        ),
        (
            {"system": "Windows"},
            "firewall",
            Mark.WARN,
            "not checked: on Windows",
            "--dialect windows --where server",
        ),
        (
            {"served": Served(path=ROOT, trouble="Permission denied")},
            "root",
            Mark.BAD,
            "cannot read /srv/tftp: Permission denied",
            "ls -ld /srv/tftp",
        ),
        (
            {"served": Served(path=ROOT, unreadable=("a", "b/c"))},
            "root",
            Mark.WARN,
            "a, b/c",
            "chmod -R a+rX /srv/tftp",
        ),
        (
            {"served": Served(path=ROOT, astray=("boot → ../gone",))},
            "links",
            Mark.WARN,
            "not served: boot → ../gone",
            "ls -l /srv/tftp",
        ),
        (
            {"descriptors": 1_024},
            "descriptors",
            Mark.WARN,
            "1,024 open files",
            "--max-transfers 324",
        ),
        (
            {"requests_at_once": 512},
            "burst",
            Mark.WARN,
            "holds 512 requests, 1,000 transfers",
            "sudo sysctl -w net.core.rmem_max=4194304",
        ),
        (
            {"served": Served(path=ROOT, folders=9_000)},
            "inotify",
            Mark.WARN,
            "9,000 folders",
            "max_user_watches=18000",
        ),
        (
            {"tracked": 950},
            "conntrack",
            Mark.BAD,
            "950 flows of 1,000",
            "nf_conntrack_max=4000",
        ),
        ({"year": 1970}, "clock", Mark.BAD, "the year 1970", "set-ntp"),
        ({"is_synchronised": False}, "clock", Mark.WARN, "not synchronized", "set-ntp"),
        (
            {"screen": Screen(is_terminal=True, name="dumb")},
            "terminal",
            Mark.BAD,
            "TERM is dumb",
            "TERM=xterm-256color",
        ),
        (
            {
                "screen": Screen(
                    is_terminal=True, name="vt100", encoding="ANSI_X3.4-1968"
                )
            },
            "terminal",
            Mark.WARN,
            "ANSI_X3.4-1968",
            "C.UTF-8",
        ),
    ],
)
def test_one_thing_wrong(
    changes: dict[str, Any], topic: str, mark: Mark, said: str, typed: str
) -> None:
    wrong = [r for r in judged(**changes) if r.mark is not Mark.OK]
    assert {result.topic for result in wrong} == {topic}
    (result,) = wrong
    assert result.mark is mark
    assert said in result.text
    assert typed in " ".join(result.commands)


def test_a_server_that_runs_may_hold_its_port() -> None:
    held: dict[str, Any] = {"bind_errno": errno.EADDRINUSE, "holders": (DNSMASQ,)}
    results = judged(**held, own_pids=frozenset({812}))
    assert {r.mark for r in results if r.topic == "holder"} == {Mark.OK}


@pytest.mark.parametrize(
    ("may_attach", "end"), [(True, "(pid 9): tftptui attach"), (False, "(pid 9)")]
)
def test_one_of_our_own_that_serves_here_is_no_trouble(
    end: str, *, may_attach: bool
) -> None:
    ours = Holder(pid=9, name="python3", is_tftptui=True)
    results = judged(
        bind_errno=errno.EADDRINUSE, holders=(ours,), may_attach=may_attach
    )
    (result,) = [r for r in results if r.topic == "holder"]
    assert (result.mark, result.commands) == (Mark.OK, ())
    assert result.text.startswith("tftptui already serves")
    assert result.text.endswith(end)


@pytest.mark.parametrize(
    ("mtu", "mark"), [(1_500, Mark.OK), (9_000, Mark.WARN), (500, Mark.WARN)]
)
def test_mtu(mtu: int, mark: Mark) -> None:
    device = Device(name="eth0", is_up=True, mtu=mtu, addresses=ETH0.addresses)
    (result,) = [r for r in judged(devices=(device,)) if r.topic == "mtu"]
    assert result.mark is mark
    assert f"blocks up to {mtu - 32}" in result.text


@pytest.mark.parametrize(
    ("listen", "mark", "said"),
    [
        (
            "10.9.9.9",
            Mark.WARN,
            "no interface that is up has this address; the server st",
        ),
        ("127.0.0.1", Mark.WARN, "only programs on this host"),
    ],
)
def test_listening_where_nobody_asks(listen: str, mark: Mark, said: str) -> None:
    settings = Settings(root=ROOT, listen=(listen,))
    wrong = [r for r in judged(settings) if r.mark is not Mark.OK]
    assert [(result.topic, result.mark) for result in wrong] == [("address", mark)]
    assert said in wrong[0].text


class TestFirewall:
    STATELESS = nft(chain("input"), rule("input", match(DPORT, 69), ACCEPT))
    HIGH = nft(
        chain("output"),
        rule("output", match(DPORT, {"range": [40_000, 65_535]}), ACCEPT),
    )

    @staticmethod
    def results(
        listed: str, settings: Settings = SETTINGS, **filters: Any
    ) -> dict[str, list[Result]]:
        found: dict[str, list[Result]] = {}
        changed = facts(filters=Filters(nft=listed, **filters))
        networks = [ip_network("10.55.32.0/24")]
        for result in check_all(changed, settings, networks):
            found.setdefault(result.topic, []).append(result)
        return found

    def test_acks_that_a_stateless_rule_forgot(self) -> None:
        found = self.results(self.STATELESS)
        assert {r.mark for r in found["requests"] + found["answers"]} == {Mark.OK}
        first = found["acks"][0]
        assert first.mark is Mark.BAD
        assert first.commands == (
            "sudo nft 'insert rule inet filter input ct state established accept'",
        )

    def test_single_port_mode_needs_no_more(self) -> None:
        settings = Settings(root=ROOT, single_port=True)
        found = self.results(self.STATELESS, settings)
        assert {r.mark for r in found["acks"]} == {Mark.OK}

    def test_low_client_ports_are_named(self) -> None:
        (first, *_) = self.results(self.HIGH)["answers"]
        assert "with low client ports, like 2070" in first.text
        assert "udp dport 1024-65535 accept" in first.commands[0]

    def test_every_network_is_named(self) -> None:
        texts = [r.text for r in self.results(self.HIGH)["answers"]]
        for network in ("10.1.2.0/24", "10.55.32.0/24", "other networks (IPv4)"):
            assert any(network in text for text in texts)

    def test_several_addresses_towards_others_are_one_line(self) -> None:
        ours = (ip_address(OWN), ip_address("10.55.33.1"))
        results = judged(sources=ours)
        (told,) = [r.text for r in results if "clients in other networks" in r.text]
        assert told.endswith(f"{OWN}, 10.55.33.1 (IPv4)")

    def test_other_networks_are_named_once_for_several_addresses(self) -> None:
        second = ip_interface("10.55.33.1/24")
        devices = (replace(ETH0, addresses=(*ETH0.addresses, second)),)
        results = judged(
            sources=(ip_address(OWN), second.ip),
            devices=devices,
            filters=Filters(nft=nft(chain("input"))),
        )
        told = [r.text.count("other networks (IPv4)") for r in results]
        assert max(told) == 1

    def test_rules_for_one_network_only(self) -> None:
        here = match(SADDR, {"prefix": {"addr": "10.0.0.0", "len": 8}})
        found = self.results(nft(chain("input"), rule("input", here, ACCEPT)))
        assert {r.mark for r in found["requests"]} == {Mark.OK, Mark.WARN}

    @pytest.mark.parametrize(
        ("place", "is_ufw", "begins"),
        [
            (("inet", "filter", "input"), False, "sudo nft 'insert rule inet filter i"),
            (("inet", "mine", "in"), False, "sudo nft 'insert rule inet mine in ip"),
            (("ip", "filter", "INPUT"), False, "sudo iptables -I INPUT -s 10.1.2.0/24"),
            (("ip", "filter", "INPUT"), True, "sudo ufw allow in proto udp from 10.1"),
            (("inet", "filter", "input"), True, "sudo nft 'insert rule inet filter in"),
            (
                ("ip", "raw", "PREROUTING"),
                False,
                "sudo iptables -t raw -I PREROUTING -s 10.1.2.0/24",
            ),
            (
                ("inet", "firewalld", "filter_INPUT"),
                False,
                "sudo firewall-cmd --permanent --add-rich-rule",
            ),
        ],
    )
    def test_remedies_speak_the_language_of_the_chain_that_drops(
        self, place: tuple[str, str, str], begins: str, *, is_ufw: bool
    ) -> None:
        family, table, name = place
        hook = "prerouting" if table == "raw" else "input"
        base = {"family": family, "table": table, "name": name, "hook": hook}
        listed = nft({"chain": {**base, "prio": 0, "policy": "drop"}})
        (first, *_) = self.results(listed, is_ufw=is_ufw)["requests"]
        assert first.commands[0].startswith(begins)

    def test_firewalld_takes_up_what_is_permanent(self) -> None:
        base = {"family": "inet", "table": "firewalld", "name": "x", "hook": "input"}
        listed = nft({"chain": {**base, "prio": 0, "policy": "drop"}})
        (first, *_) = self.results(listed)["requests"]
        assert first.commands[-1] == "sudo firewall-cmd --reload"

    def test_the_legacy_variant_has_a_command_of_its_own(self) -> None:
        text = "*filter\n:INPUT DROP [0:0]\nCOMMIT\n"
        found = self.results(nft(), saved={"ip": ""}, legacy={"ip": text})
        begins = "sudo iptables-legacy -I INPUT"
        assert found["requests"][0].commands[0].startswith(begins)

    def test_doubt_is_said(self) -> None:
        odd = match({"meta": {"key": "mark"}}, 1)
        listed = nft(chain("input"), rule("input", odd, ACCEPT))
        (first, *_) = self.results(listed)["requests"]
        assert first.mark is Mark.WARN
        assert first.text.startswith("requests to port 69 from 10.1.2.0/24: unknown")

    def test_stateful_rules_are_enough(self) -> None:
        listed = nft(
            chain("input"),
            rule("input", match(STATE, ["established", "related"], "in"), ACCEPT),
            rule("input", match(DPORT, 69), ACCEPT),
        )
        found = self.results(listed)
        marks = {
            r.mark for topic in ("requests", "answers", "acks") for r in found[topic]
        }
        assert marks == {Mark.OK}

    def test_a_range_is_judged_by_both_ends(self) -> None:
        half = match(SPORT, {"range": [40_000, 40_050]})
        listed = nft(chain("output"), rule("output", half, ACCEPT))
        assert {r.mark for r in self.results(listed)["answers"]} == {Mark.BAD}
        settings = Settings(root=ROOT, ports=PortRange(40_000, 40_050))
        found = self.results(listed, settings)
        assert {r.mark for r in found["answers"]} == {Mark.OK}
