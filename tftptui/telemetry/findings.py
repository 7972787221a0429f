"""Findings as plain data for the journal and the screens.

The rules are in knowledge/. Texts are ready to be shown.
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
"""Location of a block: this host; its own segment; on the path; on the path or in the
client's own firewall; on the path or in this host's firewall, which look the same; in
the client's firewall or a switch or bridge before it; at the client or a NAT before
it."""

Knob = Literal[
    "port-range", "single-port", "block-size", "timeout", "helper", "client-port"
]
"""Settings that a person may think of changing."""

Verdict = Literal["yes", "no", "unknown"]

Lane = Literal["request", "answer", "up", "down"]
"""The request to our listener, our first reply, and then packets to us and from us."""

FACT, LIKELY, POSSIBLE = 0.95, 0.7, 0.4
"""Minimum confidence of a finding that is certain, likely, possible."""


def how_sure(confidence: float) -> str:
    """Return the confidence in one word."""
    if confidence >= FACT:
        return "certain"
    return "likely" if confidence >= LIKELY else "possible"


def labelled(text: str, confidence: float) -> str:
    """Return the text of a finding, labeled as a guess unless it is certain."""
    if confidence >= FACT:
        return text
    return f"{how_sure(confidence).capitalize()}: {text}"


OURS = "tftptui"
"""The platform of a remedy in this server itself."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One observation.

    Attributes:
        text: what was observed, with addresses and ports.
        transfer: number of the transfer whose packets show it, if any.
        time: wall clock of the most telling packet, seconds.
    """

    text: str
    transfer: int | None = None
    time: float | None = None


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """One way to fix it.

    Attributes:
        platform: where to type the command, as "nftables" or "Cisco ASA" (a firewall's
            title), OURS, or "" for plain words.
        text: what to do.
        command: the command, a few lines, if there is one.
    """

    text: str
    platform: str = ""
    command: str = ""


class Help(msgspec.Struct, frozen=True, kw_only=True):
    """The effect of changing one setting, and the reason."""

    knob: Knob
    verdict: Verdict
    why: str


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """A previous version of a finding; see Finding.

    Attributes:
        told: wall clock when this version was reported, seconds.
    """

    code: str
    headline: str
    confidence: float
    told: float


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Why something does not work, or why it only looks like that.

    Attributes:
        number: counts up from 1; a revised finding keeps it.
        code: as "answers-blocked"; the names are a stable interface.
        headline: one line in plain words, with addresses and ports.
        confidence: 0 to 1; see FACT, LIKELY, POSSIBLE.
        stands_at: where the block is.
        is_alarm: False for normal events, and for problems that went away.
        client: address of the client; file: the requested name, printable. With
            several, the best example.
        transfers: numbers of the affected transfers, oldest first.
        since: wall clock of the first evidence, seconds; found: of this version.
        evidence: observations, the most telling first.
        remedies: fixes, the best first.
        helps: which settings would help and which would not.
        proof: one command that tests it; "" if there is none.
        revises: the code that this finding had before new evidence.
        withdrawn: why it no longer holds; "" while it does.
        history: the latest previous versions, oldest first; turned: wall clock when it
            was reported, last changed, or withdrawn.
        clients: all affected addresses, ``client`` first; files: the affected files,
            ``file`` first.
        said: headlines for single transfers by number, if there are several; see of().
        ports: the range that the remedies were written for, as "A-B"; "" if it does not
            matter.
        broken: which packets of the exchange do not arrive; empty if none is lost.
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
        """Return the headline for a transfer: its own, if it has one."""
        return self.said.get(transfer, self.headline)
