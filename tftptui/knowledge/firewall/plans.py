"""The three flows of a transfer, and how each way allows them.

A request goes to a known port. The replies come from a port that the server chose, to
one that the client chose (RFC 1350 §4): a stateful firewall sees a new flow, a
stateless one needs one more rule. The ACKs go back the same way.
"""

from dataclasses import dataclass
from enum import Enum

from tftptui.knowledge.firewall.situation import CLIENT_PORTS, Kind, Situation, Way
from tftptui.knowledge.servers import ONE_PORT, range_settings
from tftptui.settings import PortRange
from tftptui.telemetry.words import counted


class Part(Enum):
    """One of the three flows."""

    REQUEST = "request"
    ANSWERS = "answers"
    ACKS = "ACKs"


class Passing(Enum):
    """Why a flow is allowed."""

    PORTS = "rule"
    """A rule on addresses and ports."""
    REPLY = "state"
    """It belongs to a flow that was allowed before."""
    HELPER = "helper"
    """The helper expects it, as it has read the request."""


PURPOSES = {
    Part.REQUEST: "read or write request (RRQ, WRQ)",
    Part.ANSWERS: "OACK and DATA, or the ACKs of an upload",
    Part.ACKS: "ACKs, or the DATA of an upload",
}


@dataclass(frozen=True, slots=True)
class Flow:
    """One of the three flows, and why it is allowed.

    Attributes:
        client_ports: ports of the client, which chooses one.
        server_ports: ports of the server.
    """

    part: Part
    client_ports: PortRange
    server_ports: PortRange
    passing: Passing

    @property
    def is_to_server(self) -> bool:
        """True if it goes from a client to the server."""
        return self.part is not Part.ANSWERS

    @property
    def purpose(self) -> str:
        """Description of the flow."""
        return PURPOSES[self.part]


@dataclass(frozen=True, slots=True)
class Opening:
    """The UDP ports that a way opens permanently.

    Attributes:
        to_server: number of server ports that clients may send to.
        to_client: number of ports on each client that the server may send to.
        from_server: number of server ports that it may send these from.
        words: the same in words, and what opens on demand.
    """

    to_server: int
    to_client: int
    from_server: int
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One way in one situation.

    Attributes:
        flows: request, replies, ACKs.
        needs: requirements elsewhere; empty if none.
        obstacle: why it is not possible here, or None.
    """

    way: Way
    flows: tuple[Flow, Flow, Flow]
    opening: Opening
    needs: str
    obstacle: str | None


def plan_for(situation: Situation, way: Way) -> Plan:
    """Return how WAY allows the three flows in a situation."""
    passing = _passing(situation, way)
    request_port = PortRange(situation.port, situation.port)
    answering = request_port if way is Way.SINGLE_PORT else situation.ports
    flows = (
        Flow(Part.REQUEST, situation.client_ports, request_port, Passing.PORTS),
        Flow(Part.ANSWERS, situation.client_ports, answering, passing[0]),
        Flow(Part.ACKS, situation.client_ports, answering, passing[1]),
    )
    return Plan(
        way,
        flows,
        _opening(situation, way),
        _needs(situation, way),
        _obstacle(situation, way),
    )


def _passing(situation: Situation, way: Way) -> tuple[Passing, Passing]:
    """Return why the replies, and why the ACKs, are allowed."""
    if way is Way.HELPER:
        return Passing.HELPER, Passing.REPLY
    if way is Way.SINGLE_PORT:  # the ACKs go to the same port as the request
        is_reply = situation.keeps_state
        return Passing.REPLY if is_reply else Passing.PORTS, Passing.PORTS
    acks = Passing.REPLY if situation.keeps_state else Passing.PORTS
    return Passing.PORTS, acks


def _opening(situation: Situation, way: Way) -> Opening:
    theirs, ours = len(situation.client_ports), len(situation.ports)
    if way is Way.HELPER:
        words = "only the client port of each request, for the replies to it"
        return Opening(1, 0, 0, words)
    if way is Way.SINGLE_PORT:
        if situation.keeps_state:
            return Opening(1, 0, 0, "no other port: the firewall passes replies")
        words = f"{theirs:,} ports of every client, from 1 port of the server"
        return Opening(1, theirs, 1, words)
    source = counted(ours, "port")
    words = f"{theirs:,} ports of every client, from {source} of the server"
    if not situation.keeps_state:
        words += ", and the reverse direction"
    return Opening(1 if situation.keeps_state else 1 + ours, theirs, ours, words)


def _needs(situation: Situation, way: Way) -> str:
    if way is Way.HELPER:
        return "the firewall reads TFTP requests"
    if not situation.is_ours:
        return _needs_of_another(situation.ports, way)
    if way is Way.RANGE:
        return f"the server replies from the range: tftptui --ports {situation.ports}"
    return "the server runs with tftptui --single-port"


def _needs_of_another(ports: PortRange, way: Way) -> str:
    """Return the requirements on an unknown server."""
    if way is Way.SINGLE_PORT:
        return f"the server replies from the request port ({ONE_PORT})"
    if ports == CLIENT_PORTS:  # includes the port ranges of all programs
        return "the server replies from no port below 1024, like nearly all"
    return f"the server replies from the range ({range_settings(ports)})"


def _obstacle(situation: Situation, way: Way) -> str | None:
    if way is Way.HELPER and situation.kind is Kind.STATELESS:
        return "a stateless firewall has no helper"
    if way is Way.RANGE and situation.has_nat:
        return "NAT has no mapping for the replies"
    return None
