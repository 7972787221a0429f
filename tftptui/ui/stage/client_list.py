"""The clients of a demo as rows: the kind of each, and its port."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import msgspec
from rich.segment import Segment
from textual.binding import Binding, BindingType

from tftptui.demo.simulation.client_kinds import KINDS
from tftptui.demo.view import ClientView, PlayedClient
from tftptui.settings import HIGHEST_PORT
from tftptui.telemetry.escapes import visible
from tftptui.ui.actions import LIST, TOP
from tftptui.ui.formats import span
from tftptui.ui.keys import bindings
from tftptui.ui.kit.rows import RowList, fitted

NAME, KIND, ADDRESS, PORT = 11, 17, 15, 18
"""Column widths in cells; the state takes the rest."""

MORE = "more"
"""Prefix of the names of clients added by hand."""

_FIVE_DIGITS = 10_000


@dataclass
class Casting:
    """The changes made by hand to a scenario's clients, and drafts of changes.

    Attributes:
        own: the scenario's clients.
        played: changes in effect, by name.
        drafts: changes to apply on enter, by name.
    """

    own: Mapping[str, ClientView]
    played: dict[str, PlayedClient]
    drafts: dict[str, PlayedClient]

    def names(self) -> list[str]:
        """Return the names of the scenario's clients, then of others."""
        return list(dict.fromkeys([*self.own, *self.played, *self.drafts]))

    def client(self, name: str) -> PlayedClient:
        """Return a client as it would be after enter."""
        known = self.drafts.get(name) or self.played.get(name)
        return known or self._as_written(name)

    def turn(self, name: str, step: int) -> None:
        """Change it to the kind STEP places on; another kind chooses its own port."""
        kinds, client = list(KINDS), self.client(name)
        kind = kinds[(kinds.index(client.kind) + step) % len(kinds)]
        own = self.own.get(name)
        port = own.port if own is not None and own.kind == kind else None
        self.drafts[name] = msgspec.structs.replace(client, kind=kind, port=port)

    def type_digit(self, name: str, digit: int) -> bool:
        """Append a digit to its first port; a sixth one starts again.

        Return False and do nothing if that would be no valid port.
        """
        client = self.client(name)
        before = client.port if name in self.drafts else None
        port = (before or 0) * 10 + digit
        if port > HIGHEST_PORT and before is not None:
            if before < _FIVE_DIGITS:
                return False
            port = digit
        self.drafts[name] = msgspec.structs.replace(client, port=port or None)
        return True

    def rub_out(self, name: str) -> None:
        """Remove the last digit; without any its kind chooses the port."""
        client = self.client(name)
        port = (client.port or 0) // 10 or None
        self.drafts[name] = msgspec.structs.replace(client, port=port)

    def more(self, like: str) -> str:
        """Draft another client like LIKE; return its name."""
        taken, number = self.names(), 1
        while (name := f"{MORE}-{number}") in taken:
            number += 1
        model = self.client(like)
        origin = like if like in self.own else model.like
        client = PlayedClient(kind=model.kind, like=origin)
        self.drafts[name] = client
        return name

    def send_away(self, name: str) -> None:
        """Take the client out of the demo, or back in; an added one is deleted."""
        client = self.client(name)
        self.drafts.pop(name, None)
        if name not in self.own:
            self.played.pop(name, None)
            return
        self._hold(name, msgspec.structs.replace(client, is_away=not client.is_away))

    def take_back(self, name: str) -> None:
        """Restore what the scenario says; an added client is deleted."""
        self.drafts.pop(name, None)
        self.played.pop(name, None)

    def settle(self, name: str) -> None:
        """Apply its draft."""
        client = msgspec.structs.replace(self.client(name), is_away=False)
        self.drafts.pop(name, None)
        self._hold(name, client)

    def _hold(self, name: str, client: PlayedClient) -> None:
        if name in self.own and client == self._as_written(name):
            self.played.pop(name, None)
        else:
            self.played[name] = client

    def _as_written(self, name: str) -> PlayedClient:
        own = self.own[name]
        return PlayedClient(kind=own.kind, port=own.port)

    def state(self, name: str) -> str:
        """Return in a word or two how it differs from the scenario."""
        if name in self.drafts:
            return "enter to ask"
        if self.client(name).is_away:
            return "away"
        if name in self.played:
            return "by hand"
        return ""


def port_words(client: PlayedClient) -> str:
    """Return the port of a client's first request."""
    if client.port is not None:
        return str(client.port)
    kind = KINDS[client.kind]
    low, high = kind.ports
    return f"{low}, +1 a try" if kind.retry_step else f"own: {span(low, high)}"


class CastList(RowList[str], inherit_bindings=False):
    """One row for each client, or for each group of machines."""

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(binding, priority=True)
        for binding in bindings((*LIST, *TOP))
        if isinstance(binding, Binding)
    ]

    def __init__(self, casting: Casting) -> None:
        super().__init__(id="cast-list")
        self._casting = casting

    @property
    def _names(self) -> Sequence[str]:
        return self._casting.names()

    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self._names)

    def row_key(self, index: int) -> str:
        """Return the name of a client."""
        return self._names[index]

    def index_of(self, key: str) -> int | None:
        """Return the row of a client."""
        return self._names.index(key) if key in self._names else None

    def stamp(self, index: int) -> Hashable:
        """Return everything that a row is drawn from."""
        name = self._names[index]
        return repr(self._casting.client(name)), self._casting.state(name)

    def draw_header(self, width: int) -> str:
        """Return the column titles."""
        columns = (("client", NAME), ("kind", KIND), ("at", ADDRESS), ("port", PORT))
        return fitted("".join(fitted(word, cells) for word, cells in columns), width)

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Draw name, kind, address, port and state."""
        name = self._names[index]
        client, own = self._casting.client(name), self._casting.own.get(name)
        state, title = self._casting.state(name), KINDS[client.kind].title
        is_drafted = name in self._casting.drafts
        style = self.slots["transfer-active"] if is_drafted else None
        if client.is_away:
            style = self.slots["muted"]
        where = f"like {client.like}" if own is None else own.address
        count = f"{own.count} × " if own is not None and own.count > 1 else ""
        room = max(0, width - NAME - KIND - ADDRESS - PORT)
        return [
            Segment(fitted(visible(name.encode()), NAME - 1) + " "),
            Segment(fitted(f"{count}{title}", KIND - 1) + " ", style),
            Segment(fitted(visible(where.encode()), ADDRESS - 1) + " "),
            Segment(fitted(port_words(client), PORT - 1) + " ", style),
            Segment(fitted(state, room), self.slots["transfer-stalled"]),
        ]
