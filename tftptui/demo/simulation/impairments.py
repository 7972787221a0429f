"""Impairments of a line: delay, loss, duplication, reordering, bandwidth, faults."""

import random
import re
from dataclasses import dataclass
from typing import Protocol

import msgspec

from tftptui.protocol.packets import Opcode

_SHARES = ("loss", "duplicate", "reorder")
_SECONDS = ("delay", "jitter", "queue")
_LOWEST_MTU = 68  # RFC 791
_NUMBERED = (Opcode.DATA, Opcode.ACK)


class ImpairmentError(ValueError):
    """An impairment is invalid; the text says what is allowed."""


class Chance(Protocol):
    """A source of random numbers that can be seeded."""

    def random(self) -> float:
        """Return a number from 0 to below 1."""


class Impairments(msgspec.Struct, frozen=True, kw_only=True):
    """One direction of a line.

    Attributes:
        delay: seconds from one end to the other.
        jitter: maximum additional seconds; packets still stay in order.
        loss, duplicate: shares of packets, 0 to 1.
        reorder: share of packets that are held back, so that others overtake them.
        mtu: bytes of the largest unfragmented packet.
        bandwidth: bytes/s; None is unlimited.
        queue: maximum seconds in the queue for bandwidth; later packets are lost.

    Raises:
        ImpairmentError: one of them is invalid.
    """

    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    mtu: int = 65_535
    bandwidth: int | None = None
    queue: float = 1.0

    def __post_init__(self) -> None:
        for name in _SHARES:
            share = getattr(self, name)
            if not 0 <= share <= 1:
                raise ImpairmentError(f"{name} {share:g}: must be 0 to 1")
        for name in _SECONDS:
            if getattr(self, name) < 0:
                raise ImpairmentError(f"{name} must be 0 s or more")
        if self.mtu < _LOWEST_MTU:
            raise ImpairmentError(f"mtu {self.mtu}: must be {_LOWEST_MTU} or more")
        if self.bandwidth is not None and self.bandwidth <= 0:
            raise ImpairmentError("bandwidth must be above 0 bytes/s")


class FaultVerb(msgspec.Struct, frozen=True):
    """The effect of a scripted fault: ``copies`` arrive, ``delay`` seconds late."""

    copies: int
    delay: float = 0.0


_VERBS = {"lose": FaultVerb(0), "double": FaultVerb(2), "hold": FaultVerb(1, 1.0)}

_FAULT = re.compile(
    r"(?P<verb>lose|double|hold) (?P<kind>[A-Z]+)( (?P<block>\d+|\*))?"
    r"( x(?P<times>\d+))?"
)


@dataclass(slots=True)
class Fault:
    """A scripted fault for chosen packets.

    Attributes:
        text: as written.
        left: number of packets still to be affected; None is all.
    """

    text: str
    verb: FaultVerb
    opcode: int
    block: int | None
    left: int | None

    def takes(self, payload: bytes) -> bool:
        """Return whether this packet is affected; it is counted then."""
        if self.left == 0 or int.from_bytes(payload[:2]) != self.opcode:
            return False
        if self.block is not None and int.from_bytes(payload[2:4]) != self.block:
            return False
        if self.left is not None:
            self.left -= 1
        return True


def parse_fault(text: str) -> Fault:
    """Parse ``lose ACK 3``, ``double ACK *``, ``hold DATA 5 x2``.

    lose, double, or hold for a second; then the packet, its block or * for all, and how
    often (once, or always for *).

    Raises:
        ImpairmentError: the text is invalid.
    """
    found = _FAULT.fullmatch(text.strip())
    if found is None or found["kind"] not in Opcode.__members__:
        kinds = ", ".join(Opcode.__members__)
        raise ImpairmentError(
            f"unknown fault {text!r}; write it like 'lose ACK 3' or 'double ACK *' "
            f"(lose, double, hold; {kinds})"
        )
    opcode, number = Opcode[found["kind"]], found["block"]
    if number is not None and opcode not in _NUMBERED:
        raise ImpairmentError(f"{text!r}: only DATA and ACK have block numbers")
    times = 1 if found["times"] is None else int(found["times"])
    return Fault(
        text.strip(),
        _VERBS[found["verb"]],
        opcode,
        None if number in (None, "*") else int(number),
        None if number == "*" and found["times"] is None else times,
    )


@dataclass(frozen=True, slots=True)
class Arrival:
    """One copy of a packet and its arrival time; out of order if ``held``."""

    seconds: float
    is_held: bool = False


class Line:
    """One direction: decides what happens to packets. Times are seconds.

    Attributes:
        impairments: may be replaced at any time.
        faults: may be replaced, too; the first that affects a packet decides.
        extra_loss: additional loss, 0 to 1.
    """

    def __init__(self, chance: Chance) -> None:
        self.impairments = Impairments()
        self.faults: list[Fault] = []
        self.extra_loss = 0.0
        self._chance = chance
        self._busy_until = 0.0
        self._last = 0.0

    def carry(self, payload: bytes, nbytes: int, now: float) -> list[Arrival] | str:
        """Return the travel time of each copy, or why the packet is lost."""
        for fault in self.faults:
            if fault.takes(payload):
                if not fault.verb.copies:
                    return fault.text
                delay = fault.verb.delay
                return [
                    self._pass(nbytes, now, delay) for _ in range(fault.verb.copies)
                ]
        wanted, chance = self.impairments, self._chance
        loss = 1 - (1 - wanted.loss) * (1 - self.extra_loss)
        if loss and chance.random() < loss:
            return f"loss {loss:.0%}"
        wait = max(0.0, self._busy_until - now)
        if wanted.bandwidth is not None and wait > wanted.queue:
            return f"more than {wanted.bandwidth} bytes/s"
        doubled = wanted.duplicate and chance.random() < wanted.duplicate
        return [self._pass(nbytes, now, 0.0) for _ in range(2 if doubled else 1)]

    def _pass(self, nbytes: int, now: float, extra: float) -> Arrival:
        wanted, chance = self.impairments, self._chance
        leaves = now
        if wanted.bandwidth is not None:
            leaves = max(now, self._busy_until) + nbytes / wanted.bandwidth
            self._busy_until = leaves
        arrives = leaves + wanted.delay
        if wanted.jitter:
            arrives += chance.random() * wanted.jitter
        if extra or (wanted.reorder and chance.random() < wanted.reorder):
            held = extra or max(wanted.delay, 0.01)
            return Arrival(arrives + held - now, is_held=True)
        arrives = self._last = max(arrives, self._last)
        return Arrival(arrives - now)


class Dice:
    """Pseudo-random numbers, determined by the seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - it has to repeat

    def random(self) -> float:
        """Return a number from 0 to below 1."""
        return self._random.random()

    def randbelow(self, exclusive_upper_bound: int, /) -> int:
        """Return a number from 0 to below the bound."""
        return self._random.randrange(exclusive_upper_bound)
