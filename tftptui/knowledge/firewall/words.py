"""Formats endpoints, ports and places of a situation for people."""

from tftptui.knowledge.firewall.listing import span
from tftptui.knowledge.firewall.plans import Flow
from tftptui.knowledge.firewall.situation import (
    Address,
    Family,
    Network,
    Situation,
    Where,
)
from tftptui.settings import HIGHEST_PORT, LOWEST_PORT, PortRange

PLACES = {
    Where.SERVER: "of the server's own host",
    Where.BETWEEN: "between clients and server",
    Where.CLIENT: "of the client's own host",
}

End = tuple[str, str]
"""Addresses and ports."""


def ends(flow: Flow, family: Family) -> tuple[End, End]:
    """Return source and destination of a flow."""
    clients = (_places(family.clients), span(flow.client_ports))
    servers = (_places(family.servers), span(flow.server_ports))
    return (clients, servers) if flow.is_to_server else (servers, clients)


def endpoints(situation: Situation) -> tuple[str, str]:
    """Return the clients and the servers of all families."""
    families = situation.families
    return (
        ", ".join(_places(family.clients) for family in families),
        ", ".join(_places(family.servers) for family in families),
    )


def any_port(ports: PortRange) -> str:
    """Return ports in words."""
    if (ports.first, ports.last) == (LOWEST_PORT, HIGHEST_PORT):
        return "any port"
    return f"any of {span(ports)}"


def _places(places: tuple[Address, ...] | tuple[Network, ...]) -> str:
    """Return addresses or networks; a network of one address is written as address."""
    texts = []
    for place in places:
        text = str(place)
        if text in ("0.0.0.0/0", "::/0"):
            text = f"any IPv{place.version}"
        texts.append(text.removesuffix("/32" if place.version == 4 else "/128"))  # noqa: PLR2004
    return ", ".join(dict.fromkeys(texts))
