"""Which clients take part: the scenario's, and changes made by hand."""

import hashlib
from collections.abc import Mapping

import msgspec

from tftptui.demo.cast import Actor, Cast
from tftptui.demo.scenario.tables import ClientTable
from tftptui.demo.simulation.addresses import Places, Sockets
from tftptui.demo.simulation.client_kinds import KINDS
from tftptui.demo.simulation.impairments import Dice
from tftptui.demo.simulation.machine import Errand
from tftptui.demo.view import PlayedClient
from tftptui.net.addresses import Endpoint

EXTRAS_AT = 7
"""Third part of the addresses of clients added by hand."""

_APART = 20
"""Ports between machines that have to share one address."""

_FIRST_PORT, _HIGHEST_PORT = 1_024, 65_535
_PORTS = _HIGHEST_PORT - _FIRST_PORT + 1


class CastingError(ValueError):
    """A client is invalid; the text says what is allowed."""


class Casting:
    """Adds clients to the cast, removes them, and starts them.

    Args:
        cast: the clients.
        places, sockets: their addresses and sockets.
        dice: chooses ports.
        server: the server's address.

    Attributes:
        server: the same; may be replaced.
    """

    def __init__(
        self,
        cast: Cast,
        places: Places,
        sockets: Sockets,
        dice: Dice,
        server: Endpoint,
    ) -> None:
        self._cast, self._places, self._sockets = cast, places, sockets
        self._dice, self.server = dice, server
        self._tables: dict[str, ClientTable] = {}
        self._ports: dict[Actor, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._tables

    def add_client(self, name: str, table: ClientTable) -> None:
        """Add the clients of one group; they are off."""
        self._tables[name] = table
        net, host = (int(part) for part in table.at.split("."))
        for index in range(table.count):
            place = host + index
            address = self._places.address(f"{net + place // 256}.{place % 256}")
            self._cast.add(Actor(name, KINDS[table.kind], address))

    def remove_client(self, name: str) -> None:
        """Switch off and remove the clients of one group."""
        for actor in self._cast.of(name):
            self._ports.pop(actor, None)
        self._cast.remove(name)
        del self._tables[name]

    def differing(self, tables: Mapping[str, ClientTable]) -> list[str]:
        """Return the groups of clients that differ from TABLES."""
        known = self._tables.items()
        return [name for name, table in known if tables.get(name) != table]

    def follow(self, tables: Mapping[str, ClientTable]) -> None:
        """Add and remove clients to match TABLES; unchanged ones continue.

        New and changed ones are off.
        """
        before = self._tables
        for name in [
            name for name, table in before.items() if tables.get(name) != table
        ]:
            self.remove_client(name)
        for name, table in tables.items():
            if name not in self._tables:
                self.add_client(name, table)

    def switch_on(self, name: str, now: float, *, is_masked: bool) -> None:
        """Start all clients of a group; IS_MASKED: they are behind NAT."""
        table = self._tables[name]
        for index, actor in enumerate(self._cast.of(name)):
            errand = self._errand(table, index, actor, is_masked=is_masked)
            self._cast.switch_on(actor, errand, now + index * table.apart)

    def _errand(
        self, table: ClientTable, index: int, actor: Actor, *, is_masked: bool
    ) -> Errand:
        low, high = actor.kind.ports
        port = table.port
        if port is None:
            port = low + self._dice.randbelow(high - low + 1)
        if self._places.is_one_address:
            port = self._own_port(actor, port + _APART * index)
        if not is_masked:
            port = self._sockets.free_port(actor.address, port)
        self._ports[actor] = port
        content = None
        if table.upload is not None:
            content = content_of(table.file, table.upload)
        return Errand(
            table.file.encode(),
            self.server,
            port,
            content,
            None if table.options is None else tuple(table.options),
        )

    def _own_port(self, actor: Actor, port: int) -> int:
        """Return a port that no other machine uses: they share one address.

        The server would take two machines with the same port for one client.
        """
        others = {other for one, other in self._ports.items() if one is not actor}
        port = _FIRST_PORT + (port - _FIRST_PORT) % _PORTS
        while port in others:
            port = _FIRST_PORT + (port - _FIRST_PORT + 1) % _PORTS
        return port


def tables_with(
    own: Mapping[str, ClientTable], played: Mapping[str, PlayedClient]
) -> dict[str, ClientTable]:
    """Return a scenario's OWN clients with the changes and additions made by hand.

    Raises:
        CastingError: one of them is invalid.
    """
    tables = {name: table for name, table in own.items() if name not in played}
    extras = 0
    for name, client in played.items():
        model = own.get(name) or own.get(client.like)
        if model is None:
            raise CastingError(
                f"unknown client {client.like!r}; there are {', '.join(own)}"
            )
        _check(client)
        if name not in own:
            extras += 1
            model = msgspec.structs.replace(model, at=f"{EXTRAS_AT}.{extras}", count=1)
        if client.is_away:
            continue
        is_same = name in own and client.kind == model.kind
        tables[name] = msgspec.structs.replace(
            model,
            kind=client.kind,
            port=client.port,
            options=model.options if is_same else None,
        )
    # In the scenario's order, so that the same changes give the same run.
    order = [*own, *(name for name in played if name not in own)]
    return {name: tables[name] for name in order if name in tables}


def _check(client: PlayedClient) -> None:
    if client.kind not in KINDS:
        raise CastingError(
            f"unknown kind of client {client.kind!r}; there are {', '.join(KINDS)}"
        )
    if client.port is not None and not 1 <= client.port <= _HIGHEST_PORT:
        raise CastingError(f"port {client.port}: ports are 1–{_HIGHEST_PORT}")


def content_of(name: str, nbytes: int) -> bytes:
    """Return the content of a generated file; it depends only on the name."""
    return hashlib.shake_128(name.encode()).digest(nbytes)
