"""A finding before it has a number: what a rule returns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import overload

from tftptui.findings.codes import Code
from tftptui.findings.kind import Kind
from tftptui.telemetry.findings import Evidence, Help, Place, Remedy


class LazyRemedies(Sequence[Remedy]):
    """Remedies that are worked out when somebody reads them, and then once.

    Facts are judged again every second; what to type on nine firewalls is wanted
    only when a finding is reported.
    """

    def __init__(self, work: Callable[[], Sequence[Remedy]]) -> None:
        self._work = work

    @cached_property
    def _found(self) -> tuple[Remedy, ...]:
        return tuple(self._work())

    @overload
    def __getitem__(self, place: int) -> Remedy: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Remedy]: ...

    def __getitem__(self, place: int | slice) -> Remedy | Sequence[Remedy]:
        return self._found[place]

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Remedy]:
        return iter(self._found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a rule concludes from a case; see telemetry.findings.Finding.

    Attributes:
        plain: the headline without what is one transfer's alone, for a cause that
            touches several; "" where there is no such thing in it.
        client_tids: UDP ports of the client, if the headline names them.
        said: what is said of single transfers, by their numbers, where that is not
            the headline.
        transfers: numbers of the tries it is about.
        since: wall clock of the first evidence, seconds.
        ports: the range that the remedies are for, as "A-B", or "".
    """

    kind: Kind
    headline: str
    plain: str = ""
    client_tids: tuple[int, ...] = ()
    said: tuple[tuple[int, str], ...] = ()
    confidence: float
    stands_at: Place
    is_alarm: bool = True
    transfers: tuple[int, ...] = ()
    since: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    remedies: Sequence[Remedy] = ()
    helps: tuple[Help, ...] = ()
    proof: str = ""
    ports: str = ""

    @property
    def code(self) -> Code:
        """What it is called."""
        return self.kind.code

    def as_told(self) -> dict[str, object]:
        """Return it by the names of its fields, for JSON: its kind as ``code``."""
        names = (one.name for one in fields(self) if one.name != "kind")
        return {"code": self.code, **{name: getattr(self, name) for name in names}}
