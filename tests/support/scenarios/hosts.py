"""Scenarios of this host, the client's host, and NAT."""

import subprocess

from tests.support.lab import Lab
from tests.support.lab_clients import ask_and_leave
from tests.support.scenarios.firewalls import RANGE, REPLIES, REQUEST, forward
from tests.support.scenarios.scenario import (
    FILE,
    SERVED,
    Scenario,
    Stage,
    none,
    one_of,
)
from tftptui.telemetry.findings import FACT

OTHER = "10.254.52.27"
DEAD = "10.254.52.99"
_KILLED = 6


def chain(hook: str, *rules: str, policy: str = "drop") -> str:
    """Return a firewall of one host."""
    lines = "\n".join(rules)
    return (
        f"table ip h {{ chain {hook} {{\n"
        f"type filter hook {hook} priority filter; policy {policy};\n{lines}\n}}\n}}\n"
    )


def busybox(stage: Stage) -> None:
    get = ("tftp", "-g", "-r", FILE, "-l", "/dev/null", Lab.SERVER)
    stage.program("timeout", "6", "busybox", *get)


def server_output(stage: Stage) -> None:
    """Allow only port 69 out of the server's own firewall."""
    stage.nft("server", chain("output", "udp sport 69 accept"))
    stage.boot()
    stage.wait_for("server-output-blocked")


LIMITED = "limit rate 1/hour burst 300 packets accept"


def server_output_amid(stage: Stage) -> None:
    """Let the server's own firewall block a large file midway."""
    stage.nft("server", chain("output", LIMITED))
    stage.amid_big_file(lambda: None)
    stage.wait_for("server-output-blocked")


def server_input_amid(stage: Stage) -> None:
    """The server's own firewall begins to drop ACKs in the middle of a large file."""
    closed = chain("input", f"udp dport {RANGE} drop", policy="accept")
    stage.amid_big_file(lambda: stage.nft("server", closed), patience=12.0)
    stage.wait_for("acks-blocked")


def route_lost_amid(stage: Stage) -> None:
    """Remove the server's route to the client midway through a large file."""
    stage.amid_big_file(lambda: stage.lab.ip("server", "route del default"))
    stage.wait_for("no-route")


def some_output_lost(stage: Stage) -> None:
    """Drop every tenth packet on the server's own firewall: no long gap."""
    stage.nft("server", chain("output", "numgen inc mod 10 == 9 drop", policy="accept"))
    stage.boot(gap=0.5, patience=20.0)
    stage.wait_for()


def server_input(stage: Stage) -> None:
    """Allow requests, but no ACKs, into the server's own firewall."""
    stage.nft("server", chain("input", "udp dport 69 accept"))
    stage.boot(patience=9.0)
    stage.wait_for("acks-blocked")


def server_closed(stage: Stage) -> None:
    """Drop everything into the server's host: only its rules show that."""
    stage.nft("server", chain("input"))
    stage.boot(patience=3.0)
    stage.wait_for("requests-not-arriving")


def check_rules_are_read(stage: Stage, code: str) -> None:
    finding = stage.finding(code)
    assert "this host's own firewall" in finding.headline.casefold()
    assert (finding.confidence, finding.stands_at) == (FACT, "server")


def client_drops(stage: Stage) -> None:
    """Drop packets that are no replies on the client's own firewall."""
    stage.nft("client", chain("input", REPLIES))
    busybox(stage)
    stage.wait_for("answers-blocked")


def check_client_is_not_left_out(stage: Stage) -> None:
    finding = stage.finding("answers-blocked")
    assert finding.stands_at == "between-or-client"
    assert "client's own firewall" in finding.headline


def client_refuses(stage: Stage) -> None:
    """Reject packets that are no replies on the client's own firewall."""
    refuse = "reject with icmp type admin-prohibited"
    stage.nft("client", chain("input", REPLIES, refuse))
    busybox(stage)
    stage.wait_for("client-firewall-refuses")


def masquerade(stage: Stage) -> None:
    """Hide the client behind the router's address, which expects no reply."""
    hide = (
        "table ip n { chain post {\ntype nat hook postrouting priority srcnat;\n"
        'oifname "s0" masquerade\n}\n}\n'
    )
    stage.nft("router", hide + forward(REPLIES, REQUEST))
    stage.boot()
    stage.wait_for("nat-without-helper", "client-firewall-refuses")
    closed = chain("input", 'iifname "c0" accept')
    stage.nft("router", hide + forward(REPLIES, REQUEST) + closed)
    stage.boot(port=2_172)
    stage.wait_for("answers-blocked", "nat-without-helper")


def port_forward(stage: Stage) -> None:
    """Forward the server's port; its replies are not translated."""
    rule = f'iifname "c0" udp dport 69 dnat to {Lab.SERVER}'
    stage.nft(
        "router",
        "table ip n { chain pre {\ntype nat hook prerouting priority dstnat;\n"
        f"{rule}\n}}\n}}\n",
    )
    stage.boot((Lab.FAR, 69))
    stage.wait_for("answers-blocked", "nat-without-helper")


def multi_homed(stage: Stage) -> None:
    """Use a server with two addresses, which replies from the requested one."""
    stage.boot((OTHER, 69))
    stage.wait_for()


def with_second_address(stage: Stage) -> None:
    stage.lab.ip("server", f"address add {OTHER}/24 dev s0")
    multi_homed(stage)


def no_route(stage: Stage) -> None:
    """Remove the server's route to the client."""
    stage.lab.ip("server", "route del default")
    stage.boot(patience=3.0)
    stage.wait_for("no-route")


def gateway_dead(stage: Stage) -> None:
    """Use a gateway that does not exist."""
    stage.lab.ip("server", f"route replace default via {DEAD}")
    stage.boot(patience=4.0)
    stage.wait_for("gateway-silent")


def client_left(stage: Stage) -> None:
    """Have the client send one request and close its port."""
    stage.inside(lambda: ask_and_leave(SERVED, FILE))
    stage.wait_for_note("client-port-closed")


def clients_killed(stage: Stage) -> None:
    """Kill six programs at once, while their host limits its ICMP errors."""
    stage.lab.set("client", "net/ipv4/icmp_ratelimit", "1000")
    curl = ("curl", "-sS", "-o/dev/null")
    url = f"tftp://{Lab.SERVER}/big.bin"
    within = stage.lab.within("client")
    running = [
        subprocess.Popen([*within, *curl, url], stderr=subprocess.DEVNULL)
        for _ in range(_KILLED)
    ]
    stage.wait_for_transfers(_KILLED)
    for one in running:
        one.kill()
        one.wait()
    stage.wait_for_ends(_KILLED)


def check_nobody_is_accused(stage: Stage) -> None:
    told = [one for one in stage.server.found if one.code == "client-port-closed"]
    assert len(told[-1].transfers) == _KILLED
    assert all("Nothing is blocked." in one.headline for one in told), told


def client_off(stage: Stage) -> None:
    """Switch the client off after one request: the router can't find it."""
    stage.nft("client", chain("input", "meta l4proto icmp accept"))
    stage.inside(lambda: ask_and_leave(SERVED, FILE))
    stage.lab.ip("client", f"address del {Lab.CLIENT}/24 dev c0")
    stage.lab.ip("router", "neigh flush all")
    stage.wait_for("client-gone")


HOSTS = (
    Scenario(14, "server output", server_output, one_of("server-output-blocked")),
    Scenario(
        15,
        "server input",
        server_input,
        one_of("acks-blocked"),
        check=lambda stage: check_rules_are_read(stage, "acks-blocked"),
    ),
    Scenario(
        16,
        "server closed",
        server_closed,
        one_of("requests-not-arriving"),
        succeeds=(False,),
        check=lambda stage: check_rules_are_read(stage, "requests-not-arriving"),
    ),
    Scenario(
        17,
        "client drops",
        client_drops,
        one_of("answers-blocked"),
        check=check_client_is_not_left_out,
    ),
    Scenario(18, "client refuses", client_refuses, one_of("client-firewall-refuses")),
    Scenario(
        19,
        "masquerade",
        masquerade,
        (
            frozenset({"nat-without-helper", "client-firewall-refuses"}),
            frozenset(
                {"answers-blocked", "nat-without-helper", "client-firewall-refuses"}
            ),
        ),
    ),
    Scenario(
        20,
        "port forward",
        port_forward,
        one_of("answers-blocked", "nat-without-helper"),
    ),
    Scenario(21, "multi-homed", with_second_address, none(), succeeds=(True,)),
    Scenario(26, "no route", no_route, one_of("no-route")),
    Scenario(27, "gateway dead", gateway_dead, one_of("gateway-silent")),
    Scenario(
        28,
        "client left",
        client_left,
        none(),
        notes=frozenset({"client-port-closed"}),
    ),
    Scenario(29, "client off", client_off, one_of("client-gone")),
    Scenario(
        40,
        "server output amid",
        server_output_amid,
        one_of("server-output-blocked"),
        never=frozenset({"path-cut", "client-gone", "acks-blocked"}),
        succeeds=(False,),
    ),
    Scenario(
        41,
        "route lost amid",
        route_lost_amid,
        one_of("no-route"),
        never=frozenset({"path-cut", "client-gone", "acks-blocked"}),
        succeeds=(False,),
    ),
    Scenario(
        43,
        "clients killed",
        clients_killed,
        none(),
        notes=frozenset({"client-port-closed"}),
        settings={"transfer_bandwidth": 100_000},
        check=check_nobody_is_accused,
    ),
    Scenario(
        45,
        "server input amid",
        server_input_amid,
        one_of("acks-blocked"),
        never=frozenset({"path-cut", "client-gone"}),
        succeeds=(False,),
        check=lambda stage: check_rules_are_read(stage, "acks-blocked"),
    ),
    Scenario(42, "some output lost", some_output_lost, none(), succeeds=(True,)),
)
