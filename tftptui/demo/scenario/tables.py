"""What a scenario file may say: the tables of its TOML, and server settings in them."""

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from tftptui.demo.simulation.impairments import Impairments
from tftptui.settings import Settings, Value, changed_settings, parse_port_range


class _Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Unknown keys are errors: most of them are slips."""


class FileTable(_Table, frozen=True, kw_only=True):
    """A file that the server has; its content follows from its name alone."""

    name: str
    octets: int


class ClientTable(_Table, frozen=True, kw_only=True):
    """One client: what it is, where, and what it wants.

    Attributes:
        kind: a name from kinds.KINDS.
        at: the end of its address; "4.37" is 127.0.4.37.
        count: machines of this sort, at addresses that follow each other.
        file: what it asks for, or what it calls its upload.
        upload: bytes that it writes; None for a read.
        port: the first that it uses, in place of its kind's choice.
        options: asked for in place of those of its kind, as "blksize=1468".
        apart: seconds between the starts of machines of this sort.
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
    """Changes to the wall; what is not named stays.

    Attributes:
        rules: in order; they replace those before.
        policy: for what no rule is about.
        helper: whether requests to port 69 are read, so that answers are expected.
        nat: the end of the address that all clients hide behind; "" for none.
        forward: the end of an address of the firewall that clients ask in place of
            the server's; its port 69 is passed on to the server. "" for none.
        flush: whether known flows are forgotten now.
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
    """Changes to both directions, and to one of them."""

    to_server: LineTable = LineTable()
    to_client: LineTable = LineTable()


class Expected(_Table, frozen=True, kw_only=True):
    """What a client has to show at the end of a step; what is not named may be.

    Attributes:
        outcome: one of Outcome, or "waiting" while it still asks.
        error: part of what it says.
        ports: those that its requests leave from, in order.
        answered_by: range of the server's ports that it heard from.
        requests: sent by each machine.
        at_least, at_most: seconds that it takes.
        count: machines of this sort that show all this; None is every one.
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
    """What the server has to show at the end of a step.

    Attributes:
        outcomes: how many of the step's transfers ended how.
        refused: how many of its requests were refused, by reason.
        retransmits, duplicates: sums over its transfers.
        findings: codes that have to be found at the end; "a|b" is one of them.
        no_findings: codes of which none may be left then.
    """

    outcomes: dict[str, int] | None = None
    refused: dict[str, int] | None = None
    retransmits: int | None = None
    duplicates: int | None = None
    findings: list[str] = []
    no_findings: list[str] = []


class WireTable(_Table, frozen=True, kw_only=True):
    """One packet before TFTP, or the link: what page Wire shows.

    Attributes:
        at: seconds since the step began.
        says: one of SAYINGS.
        who: name of the client that sends it, or gets it; "" for the link.
        by: end of the address of the DHCP server that replies, or is chosen.
        target: end of the address that ARP looks for; "" for the server's.
        next_server, file: what a reply names; next_server is the end of an address.
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
"""What a line of a wire's script may say."""


class Step(_Table, frozen=True, kw_only=True):
    """One thing to show.

    Attributes:
        caption: what the audience should look at now.
        start: names of clients that are switched on; the others are off.
        wire: what is sent before; the clients then start after its last line.
        until: "clients": until each knows how it ended; "server": until no
            transfer runs any more; or seconds.
        longest: seconds after which the step is over in any case.
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
        about: what one learns from it.
        speed: seconds of demo time in a real one, to begin with.
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
    """Return SETTINGS with what a scenario says.

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
    return Settings(**fields)  # by the constructor, which looks at every value


def sort_settings(changes: Mapping[str, Value]) -> tuple[dict[str, Value], bool]:
    """Return the live settings among CHANGES, and whether there are others."""
    live = {k: value for k, value in changes.items() if k not in PORT_SETTINGS}
    return live, len(live) < len(changes)
