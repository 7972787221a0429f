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
    """Who talks to whom, and through what."""

    server: Annotated[
        tuple[str, ...],
        Parameter(
            help="Address of the server, else this machine's; repeatable.",
            negative=(),
            show_default=False,
        ),
    ] = ()
    clients: Annotated[
        tuple[str, ...],
        Parameter(
            help="Network of clients, as CIDR, else any; repeatable.",
            negative=(),
            show_default=False,
        ),
    ] = ()
    port: Annotated[
        int | None, Parameter(help="UDP port that takes requests. Without it: 69.")
    ] = None
    ports: Annotated[
        str | None,
        Parameter(help=f"UDP ports the server answers from, else {DEFAULT_PORTS}."),
    ] = None
    single_port: Annotated[
        bool,
        Parameter(help="The server answers from the port asked.", negative=()),
    ] = False
    client_ports: Annotated[str, Parameter(help="UDP ports that clients ask from.")] = (
        str(CLIENT_PORTS)
    )
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
        Parameter(help="What the firewall is."),
    ] = "nftables"
    where: Annotated[
        Literal["server", "between", "client"] | None,
        Parameter(help="Where it stands: on a host, or between the two."),
    ] = None
    kind: Annotated[
        Literal["stateless", "stateful", "helper"] | None,
        Parameter(help="What it knows of flows; helper: it reads TFTP requests too."),
    ] = None
    nat: Annotated[
        bool, Parameter(help="It translates addresses as well.", negative=())
    ] = False

    def situation(self, traffic: Traffic) -> Situation:
        """Return the situation meant; what is not told comes from the traffic.

        Raises:
            SituationError, SettingsError: it makes no sense.
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
        Parameter(help="Journal of a server: who asked whom, from which ports."),
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        Format,
        Parameter(
            help="text to load or type; markdown: a ticket; csv: the flows; json."
        ),
    ] = "text",
) -> int:
    """Print what a firewall must let through for TFTP, in its own language.

    Nothing is changed anywhere. Ends with 2 if the question makes no sense.
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
    """Return what a journal saw, and say on standard error what was left out.

    Raises:
        SituationError: it can't be read, is no journal, or saw no transfer.
    """
    lines = JournalLines(journal)
    traffic = traffic_of(lines, lines.skip)
    if not lines.events:
        raise SituationError(f"{journal} is no journal of tftptui: no event is in it")
    if lines.skipped:
        print(f"tftptui: {lines.complaint}", file=sys.stderr)
    if not traffic.flows:
        raise SituationError(
            f"{journal} saw no transfer; leave --journal out, or let a client ask"
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
            "this machine has no address that such clients could ask; "
            "write --server 192.0.2.1"
        )
    return addresses


def _address(text: str) -> Address:
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        raise SituationError(
            f"{text!r} is no address of the form 192.0.2.1 or 2001:db8::1"
        ) from None


def _first(*values: int | None) -> int:
    return next(value for value in values if value)
