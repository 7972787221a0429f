"""What was found out about trouble: plain data for the journal and the screens.

The rules that find it live in knowledge/. Texts are ready to be shown.
"""

from typing import Literal

import msgspec

Place = Literal[
    "server",
    "server-segment",
    "between",
    "between-or-client",
    "between-or-server",
    "client-segment",
    "client",
    "nobody",
    "unknown",
]
"""Where a block stands: this host, its own segment, on the way, on the way or in the
client's own firewall, or in this host's (which can't be told apart), in the client's
own firewall or a switch or bridge before it, at the client or a NAT before it."""

Knob = Literal[
    "port-range", "single-port", "block-size", "timeout", "helper", "client-port"
]
"""What a person may think of changing."""

Verdict = Literal["yes", "no", "unknown"]

Lane = Literal["request", "answer", "up", "down"]
"""The request to our listener, our first answer, and from then on to us and from us."""

FACT, LIKELY, POSSIBLE = 0.95, 0.7, 0.4
"""Confidence from which on a finding is certain, likely, possible."""


def how_sure(confidence: float) -> str:
    """Return the confidence in one word."""
    if confidence >= FACT:
        return "certain"
    return "likely" if confidence >= LIKELY else "possible"


def labelled(text: str, confidence: float) -> str:
    """Return what a finding says, marked as a guess unless it is certain."""
    if confidence >= FACT:
        return text
    return f"{how_sure(confidence).capitalize()}: {text}"


OURS = "tftptui"
"""The platform of a remedy at this server itself."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was seen.

    Attributes:
        text: what, with addresses and ports.
        transfer: number of the transfer whose packets show it, if one does.
        time: wall clock of the packet that shows it best, seconds.
    """

    text: str
    transfer: int | None = None
    time: float | None = None


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """One way to cure it.

    Attributes:
        platform: whose language it is, as "nftables" or "Cisco ASA" (a firewall's
            title), OURS, or "" where it is plain words.
        text: what to do.
        command: what to type there, a few lines, if it can be said.
    """

    text: str
    platform: str = ""
    command: str = ""


class Help(msgspec.Struct, frozen=True, kw_only=True):
    """Whether turning one knob would change it, and why (not)."""

    knob: Knob
    verdict: Verdict
    why: str


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """What a finding said before new evidence came; see Finding.

    Attributes:
        told: wall clock when it began to say so, seconds.
    """

    code: str
    headline: str
    confidence: float
    told: float


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Why something does not work, or that it only looks as if it did not.

    Attributes:
        number: counts up from 1; a revised finding keeps it.
        code: as "answers-blocked"; the names are a stable interface.
        headline: one line in plain words, with addresses and ports.
        confidence: 0 to 1; see FACT, LIKELY, POSSIBLE.
        stands_at: where the block stands.
        is_alarm: False for what is normal or cured itself.
        client: address of the client; file: the name asked for, made visible. Where
            one cause touches several, those that show it best.
        transfers: numbers of those it is about, oldest first.
        since: wall clock of the first evidence, seconds; found: of this version.
        evidence: what was seen, the most telling first.
        remedies: what to change, the best first.
        helps: which knobs would change it and which not.
        proof: one command that proves it; "" where there is none.
        revises: the code that this finding had before new evidence came.
        withdrawn: why it holds no longer; "" while it holds.
        history: what it said before, the oldest first, the latest few; turned: wall
            clock when it was reported, last changed, or was withdrawn.
        clients: addresses of all whom it touches, ``client`` first; files: what they
            do not get for it, ``file`` first.
        said: what is said of single transfers, by their numbers, where several are
            touched; see of().
        ports: the range that the remedies were written for, as "A-B"; "" where it
            does not matter to them.
        broken: what of the exchange does not arrive; empty where no packet is lost.
    """

    number: int
    code: str
    headline: str
    confidence: float
    stands_at: Place
    is_alarm: bool = True
    client: str = ""
    file: str = ""
    transfers: list[int] = []
    since: float
    found: float
    evidence: list[Evidence] = []
    remedies: list[Remedy] = []
    helps: list[Help] = []
    proof: str = ""
    revises: str = ""
    withdrawn: str = ""
    ports: str = ""
    history: list[Earlier] = []
    turned: float = 0.0
    clients: list[str] = []
    files: list[str] = []
    said: dict[int, str] = {}
    broken: list[Lane] = []

    def of(self, transfer: int) -> str:
        """Return what is said of a transfer: its own headline, if it has one."""
        return self.said.get(transfer, self.headline)
