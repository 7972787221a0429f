"""The addresses by which clients reach this server, and NATs on the path."""

from ipaddress import ip_address, ip_network

from tftptui.engine.messages import TransferView
from tftptui.knowledge.signatures import is_habit
from tftptui.ui.panes.transfers.words import kind_words
from tftptui.ui.store import Store

LOOPBACK = "127.0.0.1"
EVERYBODY = ip_address("255.255.255.255")


def server_addresses(store: Store, client: str = "") -> list[str]:
    """Return addresses of this server, the best for CLIENT first; at least one.

    First those that a client has sent a request to, which are known to work; then the
    addresses of the listeners and of the host, IPv4 before IPv6.
    """
    seen = [view for view in reversed(store.transfers.values()) if view.server]
    theirs = [view.server for view in seen if view.client == client]
    refused = [one for one in reversed(store.refusals) if one.client == client]
    theirs += [one.server for one in refused if _is_one(one.server)]
    others = [view.server for view in seen]
    status = store.status
    listeners = status.listeners if status else []
    listened = [one.rpartition(":")[0].strip("[]") for one in listeners]
    own = status.addresses if status else []
    specific = [one for one in listened if not _is_any(one)]
    if specific and len(specific) == len(listened):
        own = []  # the server does not listen on another
    likely = [*_far(others), *_far(specific), *own, *specific]
    # Boot ROMs and boot loaders often support only IPv4.
    found = dict.fromkeys([*theirs, *sorted(likely, key=_is_ipv6)])
    return [*found] or [LOOPBACK]


def may_be_nats(store: Store, view: TransferView) -> bool:
    """Return whether a NAT on the path may have chosen the client's port.

    False if there is no router in between, or if the program usually uses this port.
    """
    if view.client in store.nats:
        return True
    is_known = bool(view.kind) and kind_words(view) == view.kind
    if is_known and is_habit(view.kind, view.client_tid):
        return False
    return not _is_beside_us(store, view.client)


def _is_beside_us(store: Store, client: str) -> bool:
    """Return whether a client is known to be on-link, and not a router."""
    address = ip_address(client.partition("%")[0])
    if address.is_loopback or address.is_link_local:
        return True
    networks = store.status.networks if store.status else []
    return all(one.gateway != client for one in networks) and any(
        one.is_own and address in ip_network(one.network) for one in networks
    )


def _is_one(address: str) -> bool:
    """Return whether it is the address of one host: requests may be broadcast."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return not (found.is_multicast or found.is_unspecified) and found != EVERYBODY


def _is_any(address: str) -> bool:
    try:
        return ip_address(address).is_unspecified
    except ValueError:
        return True


def _is_ipv6(address: str) -> bool:
    return ":" in address


def is_loopback(address: str) -> bool:
    """Return whether an address can be reached only from this host."""
    return ip_address(address.partition("%")[0]).is_loopback


def _far(addresses: list[str]) -> list[str]:
    return [one for one in addresses if not is_loopback(one)]
