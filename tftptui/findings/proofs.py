"""Commands that prove a finding, with the real addresses, ports and names in them."""

from tftptui.findings.facts import Facts
from tftptui.telemetry.words import url

HIGH_PORT = 49_200
"""A client port that nearly every firewall lets answers through to."""


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
    """Return the fetch that shows whether the server answers at all."""
    return f"curl -m 20 {_url(facts)} -o /dev/null"


def fetch_from_port(facts: Facts, port: int) -> str:
    """Return the fetch that shows what becomes of answers to a client's port.

    To be run in the client's network. Without -m curl would try for ever.
    """
    return f"curl -m 20 --local-port {port} {_url(facts)} -o /dev/null"


def fetch_from_ports(facts: Facts) -> str:
    """Return the same from the client's port and then from a high one."""
    low = facts.client_tids[0] if facts.client_tids else 2_070
    return f"{fetch_from_port(facts, low)}; {fetch_from_port(facts, HIGH_PORT)}"


def fetch_from_next_ports(facts: Facts) -> str:
    """Return the fetches that tell a rule for ports from a remembered flow.

    They leave from unused ports beside the client's. If all work, a firewall remembers
    the old flow; if none does, it is a rule for the client's port; if some do, for the
    server's, or one of several paths.
    """
    first = min(65_528, max(facts.client_tids, default=2_070) + 1)
    fetch_ = fetch_from_port(facts, first).replace(str(first), "$port", 1)
    return f"for port in $(seq {first} {first + 7}); do {fetch_} && echo $port; done"


def fetch_in_blocks(facts: Facts, large: int) -> str:
    """Return the fetches that show whether large blocks are lost."""
    both = [
        f"curl -m 20 --tftp-blksize {size} {_url(facts)} -o /dev/null"
        for size in (512, large)
    ]
    return "; ".join(both)


def route(facts: Facts) -> str:
    """Return what shows this host's way to the client."""
    return f"ip route get {facts.client}"


def neighbours() -> str:
    """Return what shows whom this host has found on its own segment."""
    return "ip neigh"


def trace(facts: Facts) -> str:
    """Return what shows the hops to the client."""
    return f"traceroute -n {facts.client}"


def watch(facts: Facts) -> str:
    """Return what shows both directions on this host."""
    return f"tcpdump -ni any udp and host {facts.client}"


def remembered(facts: Facts) -> str:
    """Return what shows on a Linux firewall which requests it remembers."""
    return f"conntrack -L -p udp --orig-port-dst {facts.scene.port}"


def tracked(facts: Facts) -> str:
    """Return what shows on a Linux firewall whether its helper took the request."""
    return f"{remembered(facts)}; conntrack -L expect"
