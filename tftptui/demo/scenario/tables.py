"""The tables of a scenario file, and the server settings in them."""

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from tftptui.demo.simulation.impairments import Impairments
from tftptui.settings import Settings, Value, changed_settings, parse_port_range


class _Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Base class; unknown keys are errors: most of them are typos."""


class FileTable(_Table, frozen=True, kw_only=True):
    """A file on the server; its content depends only on its name."""

    name: str
    octets: int


class ClientTable(_Table, frozen=True, kw_only=True):
    """One client, or a group of them: kind, address and file.

    Attributes:
        kind: a name from client_kinds.KINDS.
        at: the end of its address; "4.37" is 127.0.4.37.
        count: number of machines, at consecutive addresses.
        file: the requested file, or the name of its upload.
        upload: bytes to upload; None for a read.
        port: the first one it uses, instead of its kind's.
        options: requested instead of those of its kind, such as "blksize=1468".
        apart: seconds between the starts of the machines.
    """

    kind: str
    at: str
    file: str
    count: int = 1
    upload: int | None = None
    port: int | None = None
    options: list[str] | None = None
    apart: float = 0.0


class FirewallTable(_Table, frozen=True, kw_only=True):
    """Changes to the firewall; anything not named stays.

    Attributes:
        rules: in order; they replace the previous ones.
        policy: for packets that match no rule.
        helper: whether requests to port 69 are read, so that replies are expected.
        nat: the end of the address that all clients are translated to; "" for none.
        forward: the end of an address of the firewall that clients use instead of the
            server's; its port 69 is forwarded to the server. "" for none.
        flush: whether to delete all tracked flows now.
    """

    rules: list[str] | UnsetType = UNSET
    policy: Literal["accept", "drop", "reject"] | UnsetType = UNSET
    helper: bool | UnsetType = UNSET
    nat: str | UnsetType = UNSET
    forward: str | UnsetType = UNSET
    flush: bool = False


class LineTable(_Table, frozen=True, kw_only=True):
    """Changes to one direction of the line; see Impairments."""

    delay: float | UnsetType = UNSET
    jitter: float | UnsetType = UNSET
    loss: float | UnsetType = UNSET
    duplicate: float | UnsetType = UNSET
    reorder: float | UnsetType = UNSET
    mtu: int | UnsetType = UNSET
    bandwidth: int | UnsetType | None = UNSET
    queue: float | UnsetType = UNSET
    faults: list[str] | UnsetType = UNSET

    def applied(self, before: Impairments) -> Impairments:
        """Return BEFORE with these changes.

        Raises:
            ImpairmentError: they are invalid.
        """
        changes = {
            name: value
            for name, value in msgspec.structs.asdict(self).items()
            if value is not UNSET and name in Impairments.__struct_fields__
        }
        return Impairments(**(msgspec.structs.asdict(before) | changes))


class NetworkTable(LineTable, frozen=True, kw_only=True):
    """Changes to both directions, and to each of them."""

    to_server: LineTable = LineTable()
    to_client: LineTable = LineTable()


class Expected(_Table, frozen=True, kw_only=True):
    """The expected state of a client after a step; unnamed fields are not checked.

    Attributes:
        outcome: one of Outcome, or "waiting" while it still retries.
        error: part of its error text.
        ports: the source ports of its requests, in order.
        answered_by: range of the server's ports in replies.
        requests: sent by each machine.
        at_least, at_most: duration in seconds.
        count: number of machines that must show all this; None is all.
    """

    outcome: str
    error: str = ""
    ports: list[int] | None = None
    answered_by: str | None = None
    requests: int | None = None
    at_least: float = 0.0
    at_most: float | None = None
    count: int | None = None


class ServerExpected(_Table, frozen=True, kw_only=True):
    """The expected state of the server after a step.

    Attributes:
        outcomes: number of the step's transfers by result.
        refused: number of its refused requests, by reason.
        retransmits, duplicates: sums over its transfers.
        findings: codes that must be reported at the end; "a|b" is one of them.
        no_findings: codes that must not be.
    """

    outcomes: dict[str, int] | None = None
    refused: dict[str, int] | None = None
    retransmits: int | None = None
    duplicates: int | None = None
    findings: list[str] = []
    no_findings: list[str] = []


class WireTable(_Table, frozen=True, kw_only=True):
    """A packet before TFTP, or a change of the link, for page Wire.

    Attributes:
        at: seconds since the step started.
        says: one of SAYINGS.
        who: name of the client that sends or gets it; "" for the link.
        by: end of the address of the DHCP server that replies, or is chosen.
        target: end of the address that ARP looks for; "" for the server's.
        next_server, file: in a reply; next_server is the end of an address.
    """

    at: float
    says: str
    who: str = ""
    by: str = ""
    target: str = ""
    next_server: str = ""
    file: str = ""


LINK_SAYINGS = ("link-up", "link-down")
REPLIES = ("offer", "ack", "bootp-reply")
SAYINGS = (
    *LINK_SAYINGS,
    *("arp", "arp-reply", "discover", "offer", "request", "ack"),
    *("bootp", "bootp-reply"),
)
"""The kinds of lines in a wire script."""


class Step(_Table, frozen=True, kw_only=True):
    """One step of the demo.

    Attributes:
        caption: what the audience should look at.
        start: names of clients that are switched on; the others are off.
        wire: packets before; the clients then start after its last line.
        until: "clients": until each has finished; "server": until no transfer runs; or
            seconds.
        longest: limit in seconds.
        expect: by name of the client; a text is its outcome.
    """

    caption: str
    start: list[str] = []
    wire: list[WireTable] = []
    server: dict[str, Value] = {}
    firewall: FirewallTable = FirewallTable()
    network: NetworkTable = NetworkTable()
    until: Literal["clients", "server"] | float = "clients"
    longest: float = 300.0
    expect: dict[str, str | Expected] = {}
    expect_server: ServerExpected = ServerExpected()


class Scenario(_Table, frozen=True, kw_only=True):
    """A whole demo.

    Attributes:
        title: in a few words.
        about: what it teaches.
        speed: initial seconds of demo time per real second.
        server: settings that differ from the server's defaults.
    """

    title: str
    about: str
    speed: float = 1.0
    server: dict[str, Value] = {}
    files: list[FileTable] = []
    firewall: FirewallTable = FirewallTable()
    network: NetworkTable = NetworkTable()
    clients: dict[str, ClientTable]
    steps: list[Step]


PORT_SETTINGS = frozenset({"ports", "order", "single_port", "quarantine"})
"""Settings of the ports; the others are in settings.LIVE."""


def settings_with(settings: Settings, table: Mapping[str, Value]) -> Settings:
    """Return SETTINGS with those of a scenario.

    Raises:
        SettingsError: a value is invalid.
    """
    live, _ = sort_settings(table)
    return ports_changed(changed_settings(settings, live), table)


def ports_changed(settings: Settings, changes: Mapping[str, Value]) -> Settings:
    """Return SETTINGS with those of CHANGES that are about ports.

    Raises:
        SettingsError: one is invalid.
    """
    wanted: dict[str, object] = {
        name: value for name, value in changes.items() if name in PORT_SETTINGS
    }
    if "ports" in wanted:
        wanted["ports"] = parse_port_range(str(wanted["ports"]))
    fields = msgspec.structs.asdict(settings) | wanted
    return Settings(**fields)  # by the constructor, which validates every value


def sort_settings(changes: Mapping[str, Value]) -> tuple[dict[str, Value], bool]:
    """Return the live settings among CHANGES, and whether there are others."""
    live = {k: value for k, value in changes.items() if k not in PORT_SETTINGS}
    return live, len(live) < len(changes)
