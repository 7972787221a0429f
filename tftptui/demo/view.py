"""Snapshots of a demo as plain data, for the screen.

Times are seconds of demo time unless stated otherwise; positions are shares of the path
from the client (0) to the server (1).
"""

from typing import Literal

import msgspec

WALL = 0.5
"""The position of the firewall."""

PacketFate = Literal["flying", "delivered", "dropped", "refused", "lost", "ignored"]


class PacketView(msgspec.Struct, frozen=True, kw_only=True):
    """One packet on a lane: ``label`` is like "RRQ", "DATA 3", "ERROR 1"."""

    number: int
    label: str
    to_server: bool
    place: float
    fate: PacketFate
    is_copy: bool = False


class LaneView(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of ports.

    Attributes:
        name: of the client in the scenario.
        title: its kind.
        client_port, server_port: None if several share the lane.
        status: the client's progress: "off", "waiting", an outcome, or "" while
            ``share`` shows it; of several machines "done" or "failed", with ``count``.
        share: received part of the file, 0 to 1; None if not known.
        packets: in flight, and recent ones that did not arrive.
        seen_port: the client's port after NAT, if it differs.
    """

    name: str
    title: str
    address: str
    client_port: int | None
    server_port: int | None
    status: str
    share: float | None
    packets: list[PacketView]
    count: int = 0
    seen_port: int | None = None


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the firewall, and how many packets it matched."""

    text: str
    action: Literal["accept", "drop", "reject"]
    hits: int


class ClientView(msgspec.Struct, frozen=True, kw_only=True):
    """One group of clients in the scenario.

    Attributes:
        kind: a name from client_kinds.KINDS.
        address: of the first one.
        count: number of machines.
        port: the first one used, or None if its kind chooses.
    """

    name: str
    kind: str
    address: str
    count: int
    port: int | None


class PlayedClient(msgspec.Struct, frozen=True, kw_only=True):
    """A client changed or added by hand.

    Attributes:
        kind: a name from client_kinds.KINDS.
        port: the first one used; None leaves it to its kind.
        like: for an added one: the client whose task it copies.
        is_away: whether it takes no part.
    """

    kind: str
    port: int | None = None
    like: str = ""
    is_away: bool = False


class PlayView(msgspec.Struct, frozen=True, kw_only=True):
    """Switches set by hand; ``clients`` by name: the scenario's, or added ones."""

    rules_off: bool = False
    loss: bool = False
    helper: bool = False
    single_port: bool = False
    clients: dict[str, PlayedClient] = {}


class DemoView(msgspec.Struct, frozen=True, kw_only=True):
    """The current state of a demo.

    Attributes:
        title, about: of the scenario.
        caption: what to look at.
        step: from 1; 0 before the first.
        steps: number of steps.
        state: of the step.
        seconds: since the step started.
        speed: seconds of demo time per real second.
        lanes: the oldest first.
        rules: the last one is the policy.
        has_helper, nat, forwards: other properties of the firewall.
        line: impairments of the line, in a few words each.
        last_stop: why the last packet did not arrive; "" if all did.
        waiting: while nothing moves: who retransmits next, and when; or the error that
            a failed client got.
        clients: those of the scenario.
        play: switches set by hand.
        single_port: whether the server replies from the request port.
        began: start of the step, seconds since the epoch; 0 before the first.
    """

    title: str
    about: str
    caption: str
    step: int
    steps: int
    state: Literal["ready", "running", "over"]
    seconds: float
    speed: float
    is_paused: bool
    lanes: list[LaneView] = []
    rules: list[RuleView] = []
    has_helper: bool = False
    nat: str = ""
    forwards: str = ""
    line: list[str] = []
    last_stop: str = ""
    waiting: str = ""
    clients: list[ClientView] = []
    play: PlayView = PlayView()
    single_port: bool = False
    began: float = 0.0
