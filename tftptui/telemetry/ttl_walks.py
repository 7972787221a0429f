"""Where packets to a port are dropped, hop by hop: plain data for the screens."""

from typing import Literal

import msgspec

Answer = Literal["passed", "reached", "refused", "silent"]
"""A hop let it pass as far as its lifetime went, the port's own machine answered, some
machine refused it, or nobody said anything."""


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a datagram that might travel so far.

    Attributes:
        ttl: how many machines it might pass, from 1.
        answer: what came back.
        sender: address of who answered, None for silence.
        name: what the answer says, in words.
    """

    ttl: int
    answer: Answer
    sender: str | None = None
    name: str = ""


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """The hops on the way to one port, from here on."""

    port: int
    hops: list[Hop] = []


class PortTrial(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a datagram from a port of ours reached a port of the client.

    Attributes:
        server_tid: our port.
        client_tid: the client's, one that nothing should listen on.
        reached: whether the client's machine said that it is closed.
    """

    server_tid: int
    client_tid: int
    reached: bool


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Two walks to one client, side by side.

    Attributes:
        transfer: number of the transfer that set it off.
        client: address of the client.
        suspect: the walk to the port that the client had chosen.
        other: the walk to a port to compare it with.
        is_done: whether it is over.
        verdict: what it means, in words; empty until it is over.
        trials: of several ports of both ends, where the client's machine answers.
    """

    transfer: int
    client: str
    suspect: Walk
    other: Walk
    is_done: bool = False
    verdict: str = ""
    trials: list[PortTrial] = []
