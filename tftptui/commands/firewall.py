"""The command ``firewall``: reads options and a journal, prints what to ask for."""

import sys
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from shlex import quote
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from tftptui.commands.journal_lines import JournalLines
from tftptui.commands.usage_error import EXIT_USAGE
from tftptui.knowledge.firewall.advice import Advice, advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.flows_csv import csv_text
from tftptui.knowledge.firewall.seen import Traffic
from tftptui.knowledge.firewall.situation import (
    ANYWHERE,
    CLIENT_PORTS,
    Address,
    Kind,
    Network,
    Situation,
    SituationError,
    Where,
)
from tftptui.knowledge.firewall.text import advice_text
from tftptui.knowledge.firewall.ticket import CSV_COMMAND, markdown_text
from tftptui.knowledge.firewall.traffic import traffic_of
from tftptui.settings import (
    DEFAULT_PORTS,
    TFTP_PORT,
    SettingsError,
    parse_network,
    parse_port_range,
)
from tftptui.telemetry.escapes import visible

Format = Literal["text", "markdown", "csv", "json"]


@Parameter(name="*")
@dataclass(frozen=True)
class FirewallOptions:
    """Client, server and the firewall between them."""

    server: Annotated[
        tuple[str, ...],
        Parameter(
            help="Server address; repeatable.",
            metavar="ADDR",
            negative=(),
            show_default="this host's",
        ),
    ] = ()
    clients: Annotated[
        tuple[str, ...],
        Parameter(
            help="Client network; repeatable.",
            metavar="CIDR",
            negative=(),
            show_default="any",
        ),
    ] = ()
    port: Annotated[
        int | None,
        Parameter(help="UDP port for requests.", metavar="N", show_default="69"),
    ] = None
    ports: Annotated[
        str | None,
        Parameter(
            help="UDP ports the server replies from.",
            metavar="A-B",
            show_default=str(DEFAULT_PORTS),
        ),
    ] = None
    single_port: Annotated[
        bool,
        Parameter(help="The server replies from the request port.", negative=()),
    ] = False
    client_ports: Annotated[
        str, Parameter(help="UDP ports of clients.", metavar="A-B")
    ] = str(CLIENT_PORTS)
    dialect: Annotated[
        Literal[
            "nftables",
            "iptables",
            "ufw",
            "firewalld",
            "asa",
            "ios-acl",
            "ios-zone",
            "srx",
            "windows",
        ],
        Parameter(help="Kind of firewall to write the rules for."),
    ] = "nftables"
    where: Annotated[
        Literal["server", "between", "client"] | None,
        Parameter(help="Where the firewall is."),
    ] = None
    kind: Annotated[
        Literal["stateless", "stateful", "helper"] | None,
        Parameter(help="How it tracks flows; helper: a TFTP helper (ALG)."),
    ] = None
    nat: Annotated[bool, Parameter(help="It also does NAT.", negative=())] = False

    def situation(self, traffic: Traffic) -> Situation:
        """Return the situation; what no option sets comes from the traffic.

        Raises:
            SituationError, SettingsError: an option is invalid.
        """
        dialect = Dialect(self.dialect)
        where = self._where(dialect, traffic)
        kind = Kind(self.kind) if self.kind else dialect.usual_kind(where)
        ports = parse_port_range(self.ports) if self.ports else traffic.ports
        servers = tuple(_address(text) for text in self.server) or traffic.servers
        clients = tuple(parse_network(text) for text in self.clients) or traffic.clients
        return Situation(
            servers=servers or _own_addresses(clients),
            clients=clients or ANYWHERE,
            port=_first(self.port, traffic.port, TFTP_PORT),
            ports=ports or DEFAULT_PORTS,
            client_ports=parse_port_range(self.client_ports),
            where=where,
            kind=kind,
            is_single_port=self.single_port or bool(traffic.is_single_port),
            has_nat=self.nat,
        )

    def _where(self, dialect: Dialect, traffic: Traffic) -> Where:
        """Return where it stands: as told, as found, or as usual for its kind."""
        if self.where is not None:
            return Where(self.where)
        places = dialect.speech.places
        return traffic.where if traffic.where in places else places[0]


_DEFAULTS = FirewallOptions()


def firewall(
    *,
    options: FirewallOptions = _DEFAULTS,
    journal: Annotated[
        Path | None,
        Parameter(help="Take addresses and ports from this journal.", metavar="FILE"),
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        Format,
        Parameter(help="text: rules; markdown: a ticket; csv: flows."),
    ] = "text",
) -> int:
    """Print the firewall rules that TFTP needs, in nine dialects.

    Changes nothing.
    """
    try:
        traffic = Traffic() if journal is None else _traffic(journal)
        situation = options.situation(traffic)
        seen = None if journal is None else traffic
        origins = () if options.clients else traffic.networks()
        advice = advise(situation, Dialect(options.dialect), seen, origins)
    except (SituationError, SettingsError) as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_USAGE
    print(_written(advice, format, journal), end="")
    return 0


def _written(advice: Advice, form: Format, journal: Path | None) -> str:
    match form:
        case "text":
            return advice_text(advice)
        case "markdown":
            return markdown_text(advice, _csv_command(journal))
        case "csv":
            return csv_text(advice)
        case "json":
            return msgspec.json.encode(advice, enc_hook=str).decode() + "\n"


def _csv_command(journal: Path | None) -> str:
    """Return how to have all flows that JOURNAL saw."""
    name = quote(visible(str(journal))) if journal else "JOURNAL"
    return CSV_COMMAND.replace("JOURNAL", name.replace("`", "'"))


def _traffic(journal: Path) -> Traffic:
    """Return the traffic in a journal; print the number of skipped lines to stderr.

    Raises:
        SituationError: unreadable, not a journal, or without a transfer.
    """
    lines = JournalLines(journal)
    traffic = traffic_of(lines, lines.skip)
    if not lines.events:
        raise SituationError(f"{journal} is not a tftptui journal: it has no events")
    if lines.skipped:
        print(f"tftptui: {lines.complaint}", file=sys.stderr)
    if not traffic.flows:
        raise SituationError(
            f"{journal} has no transfers: omit --journal, or start one from a client"
        )
    return traffic


def _own_addresses(clients: tuple[Network, ...]) -> tuple[Address, ...]:
    """Return this machine's addresses of the IP versions that clients have.

    Raises:
        SituationError: it has none.
    """
    from tftptui.net.interfaces import own_addresses  # noqa: PLC0415 - --help

    versions = {network.version for network in clients or ANYWHERE}
    addresses = tuple(a for a in own_addresses() if a.version in versions)
    if not addresses:
        raise SituationError(
            "this host has no address of that IP version: add --server ADDR, "
            "like --server 192.0.2.1"
        )
    return addresses


def _address(text: str) -> Address:
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        raise SituationError(
            f"--server {text}: not an IP address (like 192.0.2.1 or 2001:db8::1)"
        ) from None


def _first(*values: int | None) -> int:
    return next(value for value in values if value)
