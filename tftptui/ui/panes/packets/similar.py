"""Filter terms that match packets similar to a given one."""

from tftptui.telemetry.records.filters.matching import type_of
from tftptui.telemetry.records.filters.terms import (
    Filter,
    Numbers,
    Term,
    Test,
    Texts,
    Types,
)
from tftptui.ui.panes.packets.words import Line, client_and_note


def terms_of(line: Line) -> list[Term]:
    """Return the terms, the most useful first: client, file, type, ports."""
    record, view = line.record, line.transfer
    client, _ = client_and_note(line)
    tests: list[Test] = []
    if client:
        tests.append(Texts("client", (client,)))
    if view is not None and view.file:
        tests.append(Texts("file", (view.file,)))
    tests.append(Types((type_of(record.kind),)))
    for key, port in (
        ("client-port", record.client_tid),
        ("server-port", record.server_tid),
    ):
        if port:
            tests.append(Numbers(key, ((port, port),)))
    return [Term(test) for test in tests]


class SimilarFilter:
    """Adds one more term of a packet to a filter on each call, then removes them."""

    def __init__(self) -> None:
        self._base = self._made = Filter()
        self._of: int | None = None
        self._place = 0

    def another(self, wanted: Filter, sequence: int, line: Line) -> Filter:
        """Return the filter WANTED with the next term for the packet of LINE."""
        if self._of != sequence or wanted != self._made:
            self._base, self._of, self._place = wanted, sequence, 0
        terms = terms_of(line)
        while self._place < len(terms):
            made = self._base.with_term(terms[self._place])
            self._place += 1
            if made != self._base:
                self._made = made
                return made
        self._place, self._made = 0, self._base
        return self._base
