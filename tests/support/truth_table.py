"""Which firewall rules allow a transfer: rows, and the packets to test them with.

The results were measured with nftables, and are measured again where possible.
"""

from dataclasses import dataclass

from tftptui.demo.simulation.firewall import Datagram, Firewall
from tftptui.demo.simulation.firewall_rules import Action, Way
from tftptui.net.addresses import Endpoint

RANGE = "50000-50019"
TID = 50_003

REQUEST = "accept client:1024-65535 -> server:69"
ANSWERS = f"accept server:{RANGE} -> client:1024-65535"
ACKS = f"accept client:1024-65535 -> server:{RANGE}"
ESTABLISHED, RELATED = "accept established", "accept related"
HIGH = f"accept server:{RANGE} -> client:40000-65535"

RRQ, OACK = b"\0\1boot.bin\0octet\0tsize\0000\0", b"\0\6tsize\0001\0"
DATA, ACK = b"\0\3\0\1x", b"\0\4\0\0"


@dataclass(frozen=True)
class Packet:
    """One packet of an exchange."""

    way: Way
    source: int
    target: int
    payload: bytes


@dataclass(frozen=True)
class Row:
    """A firewall that drops everything else, a client port, and a kind of reply.

    Attributes:
        passes: whether each packet of the exchange arrives.
    """

    name: str
    rules: tuple[str, ...]
    client: int
    passes: tuple[bool, ...]
    single_port: bool = False
    helper: bool = False

    def conversation(self) -> list[Packet]:
        """Return a request, its reply, an ACK, data, and the request once more.

        Each is sent whether or not the previous ones arrived.
        """
        client, server = self.client, 69 if self.single_port else TID
        return [
            Packet(Way.TO_SERVER, client, 69, RRQ),
            Packet(Way.TO_CLIENT, server, client, OACK),
            Packet(Way.TO_SERVER, client, server, ACK),
            Packet(Way.TO_CLIENT, server, client, DATA),
            Packet(Way.TO_SERVER, client, 69, RRQ),
        ]


ALL = (True,) * 5
NO_ANSWER = (True, False, False, False, True)
ONLY_ANSWERS = (True, True, False, True, True)
ONLY_UPWARD = (True, False, True, False, True)
AFTER_AN_ACK = (True, False, True, True, True)


def _row(
    name: str, rules: list[str], normal: tuple[bool, ...], single: tuple[bool, ...]
) -> list[Row]:
    helper = "helper" in name
    texts = tuple(rules)
    return [
        Row(f"{name}, own ports", texts, 2_072, normal, helper=helper),
        Row(
            f"{name}, single port",
            texts,
            2_072,
            single,
            single_port=True,
            helper=helper,
        ),
    ]


ROWS: list[Row] = [
    *_row(
        "both ways of 69",
        ["accept client -> server:69", "accept server:69 -> client"],
        NO_ANSWER,
        ALL,
    ),
    *_row(
        "no rule for ACKs",
        [REQUEST, ANSWERS],
        ONLY_ANSWERS,
        ONLY_UPWARD,
    ),
    *_row("no rule for answers", [REQUEST, ACKS], ONLY_UPWARD, ONLY_UPWARD),
    *_row("stateless, complete", [REQUEST, ANSWERS, ACKS], ALL, ONLY_UPWARD),
    *_row("high client ports only", [REQUEST, HIGH, ACKS], ONLY_UPWARD, ONLY_UPWARD),
    Row("high client ports only, 44669", (REQUEST, HIGH, ACKS), 44_669, ALL),
    Row(
        "answers from another range",
        (REQUEST, "accept server:45000-45010 -> client:1024-65535", ACKS),
        2_072,
        ONLY_UPWARD,
    ),
    Row(
        "ACKs to another range",
        (REQUEST, ANSWERS, "accept client -> server:45000-45010"),
        2_072,
        ONLY_ANSWERS,
    ),
    *_row("established", [ESTABLISHED, REQUEST], NO_ANSWER, ALL),
    *_row("related, nobody reads", [ESTABLISHED, RELATED, REQUEST], NO_ANSWER, ALL),
    # An ACK that a client would not have sent opens the flow, with DATA as its reply.
    *_row("the range inbound", [ESTABLISHED, REQUEST, ACKS], AFTER_AN_ACK, ALL),
    *_row(
        "stateful, answers new",
        [ESTABLISHED, REQUEST, f"{ANSWERS} new"],
        ALL,
        ALL,
    ),
    *_row(
        "stateful, high client ports",
        [ESTABLISHED, REQUEST, f"{HIGH} new"],
        NO_ANSWER,
        ALL,
    ),
    *_row("helper", [ESTABLISHED, RELATED, REQUEST], ALL, ALL),
    *_row("helper, established alone", [ESTABLISHED, REQUEST], NO_ANSWER, ALL),
    Row(
        "requests from high ports only",
        ("accept client:32768-65535 -> server:69", ANSWERS, ACKS),
        2_072,
        (False, True, True, True, False),
    ),
]


def passes_in_simulation(row: Row) -> tuple[bool, ...]:
    """Return whether the simulated firewall accepts each packet of a row."""
    firewall = Firewall()
    firewall.set_rules(list(row.rules))
    firewall.policy = Action.DROP
    firewall.tracking.has_helper = row.helper
    return tuple(simulated(firewall, packet) for packet in row.conversation())


def simulated(firewall: Firewall, packet: Packet) -> bool:
    """Return whether a simulated firewall accepts a packet."""
    client, server = "198.51.100.9", "203.0.113.9"
    to_server = packet.way is Way.TO_SERVER
    source, target = (client, server) if to_server else (server, client)
    datagram = Datagram(
        Endpoint(source, packet.source),
        Endpoint(target, packet.target),
        packet.payload,
    )
    return firewall.judge(datagram, packet.way, 0.0).passes
