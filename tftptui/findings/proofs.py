"""Commands that prove a finding, with the real addresses, ports and names in them."""

from tftptui.findings.facts import Case
from tftptui.telemetry.words import url

HIGH_PORT = 49_200
"""A client port that nearly every firewall lets answers through to."""


def _url(case: Case) -> str:
    server = case.asked_address
    if not server and case.latest is not None:
        server = case.latest.server
    if not server and case.refusals:
        server = case.refusals[-1].server
    if not server and case.unanswered:
        server = case.unanswered[-1].server
    return url(server, case.scene.port, case.file)


def fetch(case: Case) -> str:
    """Return the fetch that shows whether the server answers at all."""
    return f"curl -m 20 {_url(case)} -o /dev/null"


def fetch_from_port(case: Case, port: int) -> str:
    """Return the fetch that shows what becomes of answers to a client's port.

    To be run in the client's network. Without -m curl would try for ever.
    """
    return f"curl -m 20 --local-port {port} {_url(case)} -o /dev/null"


def fetch_from_ports(case: Case) -> str:
    """Return the same from the client's port and then from a high one."""
    low = case.client_tids[0] if case.client_tids else 2_070
    return f"{fetch_from_port(case, low)}; {fetch_from_port(case, HIGH_PORT)}"


def fetch_in_blocks(case: Case, large: int) -> str:
    """Return the fetches that show whether large blocks are lost."""
    both = [
        f"curl -m 20 --tftp-blksize {size} {_url(case)} -o /dev/null"
        for size in (512, large)
    ]
    return "; ".join(both)


def route(case: Case) -> str:
    """Return what shows this host's way to the client."""
    return f"ip route get {case.client}"


def neighbours() -> str:
    """Return what shows whom this host has found on its own segment."""
    return "ip neigh"


def trace(case: Case) -> str:
    """Return what shows the hops to the client."""
    return f"traceroute -n {case.client}"


def watch(case: Case) -> str:
    """Return what shows both directions on this host."""
    return f"tcpdump -ni any udp and host {case.client}"


def remembered(case: Case) -> str:
    """Return what shows on a Linux firewall which requests it remembers."""
    return f"conntrack -L -p udp --orig-port-dst {case.scene.port}"


def tracked(case: Case) -> str:
    """Return what shows on a Linux firewall whether its helper took the request."""
    return f"{remembered(case)}; conntrack -L expect"
