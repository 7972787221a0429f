"""Where replies are silently dropped, as far as the server can tell.

No host reports it. Behind a router it may be anywhere on the path; for a directly
attached client, only its own host remains, or a switch or bridge that filters. Another
port of the same client that gets replies excludes nothing: rules of the client's own
firewall depend on ports as well.
"""

from ipaddress import ip_address

from tftptui.findings.facts import Facts
from tftptui.knowledge.ttl_walk import filters_by_port, is_direct
from tftptui.telemetry.findings import FACT, Place

_SWITCH = "a switch or bridge in front of it"


def place_of_silence(facts: Facts) -> Place:
    """Return where our replies to a client are dropped."""
    if _is_before_client(facts):
        return "between"
    if is_attached(facts):
        return "server-segment" if facts.has_no_firewall else "client-segment"
    return "between" if facts.has_no_firewall else "between-or-client"


def dropped(facts: Facts) -> str:
    """Return that they are dropped and where, to end a sentence."""
    where = "after the capture point" if facts.scene.is_capture else "on the path"
    match place_of_silence(facts):
        case "between":
            return f"dropped {where}"
        case "server-segment":
            return "dropped by a switch or bridge in front of the client"
        case "client-segment":
            return f"dropped by the client's own firewall, or by {_SWITCH}"
        case _:
            return f"dropped {where}, or by the client's own firewall"


def _is_before_client(facts: Facts) -> bool:
    """Return whether a probe shows that a host before the client drops them."""
    found = facts.location
    if found is None or not found.is_done:
        return False
    is_ours = found.suspect.port in facts.client_tids
    return is_ours and filters_by_port(found.suspect, found.other) >= FACT


def is_attached(facts: Facts) -> bool:
    """Return whether there is no router in front of the client."""
    found = facts.location
    if found is not None and (is_direct(found.other) or is_direct(found.suspect)):
        return True
    if facts.is_gateway:
        return False  # a router, with the client behind it
    return bool(facts.scene.on_link) and not _is_loopback(facts.client)


def _is_loopback(client: str) -> bool:
    """Return whether it is a loopback address, which may stand for any host."""
    try:
        return ip_address(client.partition("%")[0]).is_loopback
    except ValueError:
        return False
