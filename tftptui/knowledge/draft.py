"""A finding before it has a number: what a rule returns."""

from dataclasses import dataclass

from tftptui.telemetry.findings import Evidence, Help, Place, Remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a rule concludes from a case; see telemetry.findings.Finding.

    Attributes:
        transfers: numbers of the tries it is about.
        since: wall clock of the first evidence, seconds.
    """

    code: str
    headline: str
    confidence: float
    stands_at: Place
    is_alarm: bool = True
    transfers: tuple[int, ...] = ()
    since: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    helps: tuple[Help, ...] = ()
    proof: str = ""
