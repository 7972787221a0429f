"""A finding without a number: the result of a rule."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import overload

from tftptui.findings.codes import Code
from tftptui.findings.kind import Kind
from tftptui.telemetry.findings import Evidence, Help, Place, Remedy


class LazyRemedies(Sequence[Remedy]):
    """Remedies that are computed on first use, and cached.

    Facts are evaluated every second; commands for nine firewalls are only needed when a
    finding is reported.
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
    """The conclusion of a rule; see telemetry.findings.Finding.

    Attributes:
        plain: the headline without details of one transfer, for a cause that affects
            several; "" if it has no such details.
        client_tids: UDP ports of the client, if the headline names them.
        said: headlines of single transfers by number, if they differ.
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
        """Its code."""
        return self.kind.code

    def as_fields(self) -> dict[str, object]:
        """Return its fields by name, for JSON; its kind as ``code``."""
        names = (one.name for one in fields(self) if one.name != "kind")
        return {"code": self.code, **{name: getattr(self, name) for name in names}}
