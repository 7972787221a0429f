"""Scenarios of a firewall between client and server."""

import sys
from typing import Any

from tests.support.lab import Lab
from tests.support.lab_clients import GRUB, program
from tests.support.lab_server import PORTS
from tests.support.scenarios.scenario import FILE, Scenario, Stage, none, one_of
from tftptui.settings import PortRange

CLIENTS = "10.55.32.0/24"
RANGE = f"{PORTS.first}-{PORTS.last}"
REQUEST = (
    f"ip saddr {CLIENTS} ip daddr {Lab.SERVER} udp sport 1024-65535 udp dport 69 accept"
)
ANSWERS = (
    f"ip saddr {Lab.SERVER} ip daddr {CLIENTS} udp sport {RANGE} "
    "udp dport 1024-65535 accept"
)
ACKS = f"ip saddr {CLIENTS} ip daddr {Lab.SERVER} udp dport {RANGE} accept"
HIGH_ANSWERS = f"ip saddr {Lab.SERVER} udp dport 40000-65535 accept"
REPLIES = "ct state established accept"
RELATED = "ct state established,related accept"

URL = f"tftp://{Lab.SERVER}/{FILE}"


def forward(*rules: str, before: str = "") -> str:
    """Return a forwarding firewall that drops packets that no rule allows."""
    lines = "\n".join(rules)
    return (
        f"table ip f {{\n{before}\nchain forward {{\n"
        f"type filter hook forward priority filter; policy drop;\n{lines}\n}}\n}}\n"
    )


def helper(priority: str) -> str:
    """Return the rules that assign the helper, at a prerouting priority."""
    return (
        'ct helper tftp-std { type "tftp" protocol udp; }\nchain assign {\n'
        f"type filter hook prerouting priority {priority}; policy accept;\n"
        'udp dport 69 ct helper set "tftp-std"\n}\n'
    )


def clean(stage: Stage) -> None:
    """Run without a firewall: every client gets the file."""
    stage.boot()
    place = "/dev/null"
    stage.program("curl", "-sS", "-m", "20", "-o", place, URL)
    stage.program("curl", "-sS", "-m", "20", "--local-port", "2090", "-o", place, URL)
    get = ("-c", "get", FILE, place)
    stage.program("tftp", "-m", "binary", "-R", "2080:2080", Lab.SERVER, *get)
    stage.program("atftp", "--get", "-r", FILE, "-l", place, Lab.SERVER)
    stage.program("busybox", "tftp", "-g", "-r", FILE, "-l", place, Lab.SERVER)
    stage.wait_for()


def seed(stage: Stage) -> None:
    """Allow replies only to high client ports: the founding case."""
    stage.nft("router", forward(REQUEST, HIGH_ANSWERS, ACKS))
    stage.boot()
    stage.wait_for("answers-blocked", "client-port-blocked")
    stage.program(
        "curl", "-sS", "-m", "20", "--local-port", "44669", "-o/dev/null", URL
    )
    stage.wait_for("client-port-blocked")
    put = ("-T", "/etc/hostname", f"tftp://{Lab.SERVER}/up.txt")
    stage.program("curl", "-sS", "-m", "8", "--local-port", "2079", *put)
    stage.wait_for("client-port-blocked")


def seed_walked(stage: Stage) -> None:
    """Run the founding case with one client: a hop-by-hop probe finds the port."""
    stage.nft(
        "router",
        "table ip f { chain forward {\ntype filter hook forward priority filter;\n"
        f"ip saddr {Lab.SERVER} udp dport < 40000 drop\n}}\n}}\n",
    )
    stage.boot()
    stage.wait_for("answers-blocked")
    stage.server.locate()
    stage.wait_for("client-port-blocked")


def seed_probed(stage: Stage) -> None:
    """Run the founding case with our own probe on the client's side."""
    stage.nft("router", forward(REQUEST, HIGH_ANSWERS, ACKS))
    ports = ("--from-ports", "2070-2072,25300,32768,40000,49200,60000")
    hurry = ("--timeout", "1", "--retries", "1", "--sizes", "512,1468")
    probe = (sys.executable, "-m", "tftptui", "probe", Lab.SERVER, "big.bin")
    stage.program(*probe, *ports, *hurry)
    stage.wait_for("client-port-blocked")


def check_walked(stage: Stage) -> None:
    finding = stage.finding("client-port-blocked")
    assert finding.revises == "answers-blocked"
    assert "to port 49200 arrive" in finding.headline
    assert finding.evidence[0].text.startswith("hop by hop")
    assert {one.knob: one.verdict for one in finding.helps}["port-range"] == "no"


def check_seed(stage: Stage) -> None:
    finding = stage.finding("client-port-blocked")
    verdicts = {one.knob: one.verdict for one in finding.helps}
    assert (finding.confidence, finding.revises) == (0.95, "answers-blocked")
    assert (verdicts["port-range"], verdicts["helper"]) == ("no", "yes")
    assert "2072" in finding.headline
    assert "44669" in finding.headline
    assert "up.txt" in finding.files


def one_port(stage: Stage) -> None:
    """Track connections: replies from the request port count as established."""
    stage.nft("router", forward(REPLIES, REQUEST))
    stage.boot()
    stage.wait_for()


def one_port_stateless(stage: Stage) -> None:
    """Run without tracking: an access list does not track connections."""
    answers = f"ip saddr {Lab.SERVER} udp sport 69 udp dport 40000-65535 accept"
    stage.nft("router", forward(REQUEST, answers))
    stage.boot()
    stage.wait_for("answers-blocked", "client-port-blocked")


def no_helper(stage: Stage) -> None:
    """Track connections without a helper: the reply's port is not expected."""
    stage.nft("router", forward(RELATED, REQUEST))
    stage.boot()
    stage.wait_for("answers-blocked")


def with_helper(stage: Stage) -> None:
    """Use the helper, which allows both directions of both kinds of transfer."""
    stage.nft("router", forward(RELATED, REQUEST, before=helper("filter")))
    stage.boot()
    put = ("-c", "put", "/etc/hostname", "up.txt")
    stage.program("tftp", "-m", "binary", "-R", "2080:2080", Lab.SERVER, *put)
    stage.wait_for()


def helper_in_raw(stage: Stage) -> None:
    """Assign the helper before connection tracking, without effect."""
    stage.nft("router", forward(RELATED, REQUEST, before=helper("-300")))
    stage.boot()
    stage.wait_for("answers-blocked")


def stale_state(stage: Stage) -> None:
    """Leave a tracked flow from before the helper was loaded."""
    stage.nft("router", forward(RELATED, REQUEST))
    fixed: dict[str, Any] = {
        "port": 2_072,
        "step": 0,
        "asks": (0.0, 0.3),
        "patience": 3.5,
    }
    stage.boot(**fixed)
    stage.wait_for("answers-blocked")
    stage.nft("router", forward(RELATED, REQUEST, before=helper("filter")))
    stage.boot(**fixed)
    stage.boot(port=3_000)
    stage.boot(port=2_000)
    stage.boot(**fixed)
    stage.wait_for("stale-conntrack")
    stage.lab.set("router", "net/netfilter/nf_conntrack_udp_timeout", "1")
    stage.boot(port=2_072, step=0, asks=(0.0,), patience=1.5)
    stage.boot(port=2_072, step=0, asks=(0.0, 1.5))
    stage.wait_for()


def part_of_range(stage: Stage) -> None:
    """Allow replies from the first two of our ports; the client's port is fine."""
    good = f"{PORTS.first}-{PORTS.first + 1}"
    answers = f"ip saddr {Lab.SERVER} udp sport {good} accept"
    stage.nft("router", forward(REQUEST, answers, ACKS))
    stage.boot(port=3_000)
    stage.boot(port=3_001)
    for _ in range(2):
        stage.boot(port=2_072, step=0, asks=(0.0, 0.3), patience=4.5)
    stage.wait_for("answers-blocked")


def second_stage(stage: Stage) -> None:
    """Let GRUB use an allowed port, and the program it starts a lower one."""
    high = f"ip saddr {Lab.SERVER} udp dport 2000-65535 accept"
    stage.nft("router", forward(REQUEST, high, ACKS))
    stage.boot(port=25_300, step=0, options=GRUB)
    stage.boot(port=1_592, step=0, asks=(0.0, 1.0), patience=5.0)
    stage.wait_for("answers-blocked", "client-port-blocked")


def path_hash(stage: Stage) -> None:
    """Drop one of two paths, chosen by a hash of ports: half of the flows."""
    stage.nft(
        "router",
        "table ip f { chain forward {\ntype filter hook forward priority filter;\n"
        'iifname "s0" jhash udp sport . udp dport mod 2 seed 7 == 0 drop\n}\n}\n',
    )
    for number in range(24):
        stage.boot(
            port=33_000 + 7_919 * number % 27_000,
            step=0,
            asks=(0.0, 0.3),
            patience=4.5,
        )
        if "intermittent" in stage.server.alarms and stage.results[-1]:
            break
    stage.wait_for("intermittent")


def check_ratio_is_told(stage: Stage) -> None:
    finding = stage.finding("intermittent")
    assert "tries got no reply" in finding.headline
    assert {one.knob: one.verdict for one in finding.helps}["port-range"] == "no"


def check_range_may_help(stage: Stage) -> None:
    finding = stage.finding("answers-blocked")
    assert {one.knob: one.verdict for one in finding.helps}["port-range"] == "unknown"
    assert any("a rule for the server's port" in one.text for one in finding.evidence)


def acks_cut(stage: Stage) -> None:
    """Allow requests and replies, but no ACKs to our ports."""
    stage.nft("router", forward(REQUEST, ANSWERS))
    stage.boot(patience=9.0)
    stage.wait_for("acks-blocked")


def other_range(stage: Stage) -> None:
    """Allow ACKs to another range: to none of our ports, then to half.

    As long as no port of ours works it can't be distinguished from lost ACKs.
    """
    acks = f"ip saddr {CLIENTS} ip daddr {Lab.SERVER} udp dport"
    stage.nft("router", forward(REQUEST, ANSWERS, f"{acks} 45000-45010 accept"))
    stage.boot(patience=9.0)
    stage.wait_for("acks-blocked")
    half = PortRange(PORTS.first, PORTS.first + len(PORTS) // 2 - 1)
    stage.nft("router", forward(REQUEST, ANSWERS, f"{acks} {half} accept"))
    for port in range(3_000, 3_016):
        stage.boot(port=port, asks=(0.0,), patience=1.2)
    for port in range(3_016, 3_040):
        stage.boot(port=port, step=0, asks=(0.0, 1.0), patience=4.5)
        if "range-mismatch" in stage.server.alarms:
            break
    stage.wait_for("range-mismatch")


def check_range_is_named(stage: Stage) -> None:
    finding = stage.finding("range-mismatch")
    assert {one.knob: one.verdict for one in finding.helps}["port-range"] == "yes"
    assert f"{PORTS.first}–{PORTS.last}" in finding.headline


def range_inbound(stage: Stage) -> None:
    """Allow our range only from the client's side: the most common wrong fix."""
    new = f"ip saddr {CLIENTS} udp dport {RANGE} ct state new accept"
    stage.nft("router", forward(REPLIES, REQUEST, new))
    stage.boot()
    stage.wait_for("answers-blocked")


def check_range_is_no_cure(stage: Stage) -> None:
    finding = stage.finding("answers-blocked")
    (range_,) = [one for one in finding.helps if one.knob == "port-range"]
    assert range_.verdict == "unknown"
    assert "usually it blocks the client's port" in range_.why
    assert finding.confidence < 0.9


def refused_by_rule(stage: Stage) -> None:
    """Reject replies with an ICMP error."""
    refuse = f"ip saddr {Lab.SERVER} reject with icmp type admin-prohibited"
    stage.nft("router", forward(REQUEST, refuse))
    stage.boot()
    stage.wait_for("answers-refused")


def refused_as_closed(stage: Stage) -> None:
    """Reject replies as if the port were closed."""
    refuse = f"ip saddr {Lab.SERVER} reject with icmp type port-unreachable"
    stage.nft("router", forward(REQUEST, refuse))
    stage.boot()
    stage.wait_for("answers-refused")


def check_firewall_is_named(stage: Stage) -> None:
    finding = stage.finding("answers-refused")
    assert Lab.NEAR in finding.headline
    assert finding.stands_at == "between"


def two_in_one_port(stage: Stage) -> None:
    """Check that a dead client does not affect another."""
    gone = [
        *("curl", "-sS", "-m", "1", "--interface", Lab.SECOND, "-o/dev/null"),
        f"tftp://{Lab.SERVER}/big.bin",
    ]
    for _ in range(2):
        program(stage.lab.within("client"), "timeout", "0.05", *gone)
        stage.boot()
    stage.wait_for()


ONE_PORT = {"single_port": True}

FIREWALLS = (
    Scenario(1, "clean", clean, none(), succeeds=(True,) * 6),
    Scenario(
        2,
        "seed",
        seed,
        (
            frozenset({"answers-blocked", "client-port-blocked"}),
            frozenset({"client-port-blocked"}),
            frozenset({"client-port-blocked"}),
        ),
        never=frozenset({"range-mismatch", "acks-blocked"}),
        succeeds=(False, True, False),
        settings={"write": "new"},
        check=check_seed,
    ),
    Scenario(
        3, "single port, state", one_port, none(), succeeds=(True,), settings=ONE_PORT
    ),
    Scenario(
        4,
        "single port, stateless",
        one_port_stateless,
        one_of("answers-blocked", "client-port-blocked"),
        settings=ONE_PORT,
    ),
    Scenario(5, "no helper", no_helper, one_of("answers-blocked")),
    Scenario(
        6,
        "helper",
        with_helper,
        none(),
        succeeds=(True, True),
        settings={"write": "new"},
    ),
    Scenario(7, "helper in raw", helper_in_raw, one_of("answers-blocked")),
    Scenario(
        8,
        "stale state",
        stale_state,
        (frozenset({"answers-blocked"}), frozenset({"stale-conntrack"}), frozenset()),
        settings={"order": "sequential", "timeout": 1.0, "retries": 1},
        succeeds=(False, False, True, True, False, False, True),
    ),
    Scenario(
        9,
        "ACKs cut",
        acks_cut,
        one_of("acks-blocked"),
        never=frozenset({"answers-blocked", "client-port-blocked"}),
    ),
    Scenario(
        10,
        "other range",
        other_range,
        (frozenset({"acks-blocked"}), frozenset({"range-mismatch"})),
        settings={"quarantine": 0.0},
        check=check_range_is_named,
    ),
    Scenario(
        11,
        "range inbound only",
        range_inbound,
        one_of("answers-blocked"),
        check=check_range_is_no_cure,
    ),
    Scenario(
        12,
        "refused by rule",
        refused_by_rule,
        one_of("answers-refused"),
        check=check_firewall_is_named,
    ),
    Scenario(
        13,
        "refused as closed",
        refused_as_closed,
        one_of("answers-refused"),
        check=check_firewall_is_named,
    ),
    Scenario(
        34,
        "two in one port",
        two_in_one_port,
        none(),
        succeeds=(True, True),
        settings=ONE_PORT,
    ),
    Scenario(
        36,
        "seed walked",
        seed_walked,
        (frozenset({"answers-blocked"}), frozenset({"client-port-blocked"})),
        succeeds=(False,),
        check=check_walked,
    ),
    Scenario(
        37,
        "seed probed",
        seed_probed,
        one_of("client-port-blocked"),
        never=frozenset({"client-aborted", "stale-conntrack", "client-gone"}),
        succeeds=(False,),
    ),
    Scenario(
        38,
        "part of range",
        part_of_range,
        one_of("answers-blocked"),
        never=frozenset({"stale-conntrack", "client-port-blocked"}),
        succeeds=(True, True, False, False),
        settings={"order": "sequential", "quarantine": 0.0},
        check=check_range_may_help,
    ),
    Scenario(
        39,
        "second stage",
        second_stage,
        one_of("answers-blocked", "client-port-blocked"),
        never=frozenset({"stale-conntrack"}),
        succeeds=(True, False),
    ),
    Scenario(
        44,
        "path hash",
        path_hash,
        one_of("intermittent"),
        never=frozenset({"stale-conntrack", "client-port-blocked", "range-mismatch"}),
        settings={"timeout": 1.0, "order": "sequential"},
        check=check_ratio_is_told,
        within=30.0,  # several flows must fail and pass before it can be detected
    ),
)
