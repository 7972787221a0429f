"""Commands that test a finding, with real addresses, ports and names."""

from tftptui.findings.facts import Facts
from tftptui.telemetry.words import url

HIGH_PORT = 49_200
"""A client port to which nearly every firewall allows replies."""


def _url(facts: Facts) -> str:
    server = facts.asked_address
    if not server and facts.latest is not None:
        server = facts.latest.server
    if not server and facts.refusals:
        server = facts.refusals[-1].server
    if not server and facts.unanswered:
        server = facts.unanswered[-1].server
    return url(server, facts.scene.port, facts.file)


def fetch(facts: Facts) -> str:
    """Return a fetch that shows whether the server replies at all."""
    return f"curl -m 20 {_url(facts)} -o /dev/null"


def fetch_from_port(facts: Facts, port: int) -> str:
    """Return a fetch that shows whether replies to a client's port arrive.

    To be run in the client's network. Without -m, curl would retry forever.
    """
    return f"curl -m 20 --local-port {port} {_url(facts)} -o /dev/null"


def fetch_from_ports(facts: Facts) -> str:
    """Return fetches from the client's port and then from a high one."""
    low = facts.client_tids[0] if facts.client_tids else 2_070
    return f"{fetch_from_port(facts, low)}; {fetch_from_port(facts, HIGH_PORT)}"


def fetch_from_next_ports(facts: Facts) -> str:
    """Return fetches that distinguish a port rule from a remembered flow.

    They use unused ports next to the client's. If all work, a firewall remembers the
    old flow; if none does, it is a rule for the client's port; if some do, it is a rule
    for the server's, or one of several paths.
    """
    first = min(65_528, max(facts.client_tids, default=2_070) + 1)
    fetch_ = fetch_from_port(facts, first).replace(str(first), "$port", 1)
    return f"for port in $(seq {first} {first + 7}); do {fetch_} && echo $port; done"


def fetch_in_blocks(facts: Facts, large: int) -> str:
    """Return fetches that show whether large blocks are lost."""
    both = [
        f"curl -m 20 --tftp-blksize {size} {_url(facts)} -o /dev/null"
        for size in (512, large)
    ]
    return "; ".join(both)


def route(facts: Facts) -> str:
    """Return the command that shows this host's route to the client."""
    return f"ip route get {facts.client}"


def neighbours() -> str:
    """Return the command that shows this host's neighbor table."""
    return "ip neigh"


def trace(facts: Facts) -> str:
    """Return the command that shows the hops to the client."""
    return f"traceroute -n {facts.client}"


def watch(facts: Facts) -> str:
    """Return the command that shows both directions on this host."""
    return f"tcpdump -ni any udp and host {facts.client}"


def remembered(facts: Facts) -> str:
    """Return the command that shows which requests a Linux firewall remembers."""
    return f"conntrack -L -p udp --orig-port-dst {facts.scene.port}"


def tracked(facts: Facts) -> str:
    """Return the command that shows whether a Linux helper took the request."""
    return f"{remembered(facts)}; conntrack -L expect"
