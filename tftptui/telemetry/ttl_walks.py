"""Results of a TTL search, hop by hop: plain data for the screens."""

from typing import Literal

import msgspec

Answer = Literal["passed", "reached", "refused", "silent"]
"""A router reported that the TTL expired; the target replied; something rejected the
packet; or there was no reply."""


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a datagram with a limited TTL.

    Attributes:
        ttl: its TTL, from 1.
        answer: kind of the reply.
        sender: source address of the reply; None without one.
        name: of the ICMP error.
    """

    ttl: int
    answer: Answer
    sender: str | None = None
    name: str = ""


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """The hops on the path to one port, starting here."""

    port: int
    hops: list[Hop] = []


class PortTrial(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a datagram from a port of ours reached a port of the client.

    Attributes:
        server_tid: our port.
        client_tid: the client's, on which nothing should listen.
        reached: whether the client replied with port unreachable.
    """

    server_tid: int
    client_tid: int
    reached: bool


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Two TTL searches to one client, to compare.

    Attributes:
        transfer: number of the transfer that caused it.
        client: address of the client.
        suspect: the search to the port that the client had chosen.
        other: the search to a port to compare with.
        is_done: whether it is over.
        verdict: the conclusion in words; empty until it is over.
        trials: of several ports on both sides, if the client replies at all.
    """

    transfer: int
    client: str
    suspect: Walk
    other: Walk
    is_done: bool = False
    verdict: str = ""
    trials: list[PortTrial] = []
