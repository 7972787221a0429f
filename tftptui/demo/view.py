"""Snapshots of a demo as plain data, for the screen.

Times are seconds of demo time unless they say otherwise; places are shares of the
way from the client (0) to the server (1).
"""

from typing import Literal

import msgspec

WALL = 0.5
"""Where the firewall stands."""

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
    """Two ports that talk.

    Attributes:
        name: of the client in the scenario; title: what it is.
        client_port, server_port: None where many share the lane.
        status: how far the client has got: "off", "waiting", an outcome, or "" while
            ``share`` tells it; of many machines "done" or "failed", with ``count``.
        share: of the file that it has, 0 to 1; None when not known.
        packets: on their way, and those that did not arrive lately.
        seen_port: what a NAT has made of the client's port, if it is another one.
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
    """One line of the firewall, and how many packets it decided about."""

    text: str
    action: Literal["accept", "drop", "reject"]
    hits: int


class ClientView(msgspec.Struct, frozen=True, kw_only=True):
    """One sort of clients, as the scenario has it.

    Attributes:
        kind: a name from kinds.KINDS.
        address: of the first one; count: how many there are.
        port: that it begins with, or None where its kind chooses.
    """

    name: str
    kind: str
    address: str
    count: int
    port: int | None


class PlayedClient(msgspec.Struct, frozen=True, kw_only=True):
    """What a hand makes of a client, or one more.

    Attributes:
        kind: a name from kinds.KINDS.
        port: that it begins with; None leaves it to its kind.
        like: for one more: whose errand it has.
        is_away: whether it takes no part.
    """

    kind: str
    port: int | None = None
    like: str = ""
    is_away: bool = False


class PlayView(msgspec.Struct, frozen=True, kw_only=True):
    """What is switched by hand; ``clients`` by name: of the scenario, or others."""

    rules_off: bool = False
    loss: bool = False
    helper: bool = False
    single_port: bool = False
    clients: dict[str, PlayedClient] = {}


class DemoView(msgspec.Struct, frozen=True, kw_only=True):
    """A demo as it stands.

    Attributes:
        title, about: of the scenario.
        caption: what to look at now.
        step: from 1; 0 before the first. steps: how many there are.
        state: of the step.
        seconds: since the step began.
        speed: seconds of demo time in a real one.
        lanes: the oldest first.
        rules: the last one is what becomes of all other packets.
        has_helper, nat, forwards: what else the firewall does.
        line: what the line does to packets, in a few words each.
        last_stop: why the last packet did not arrive; "" if all did.
        waiting: while nothing moves: who sends again next, and when; or what a client
            was told that has failed.
        clients: those of the scenario.
        play: what is switched by hand.
        single_port: whether the server answers from the port that was asked.
        began: when the step began, seconds since the epoch; 0 before the first.
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
