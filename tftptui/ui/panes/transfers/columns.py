"""The columns of the Transfers pane as a table: a new column is one more entry.

The progress bar, rate and estimate at the right end are always there and are not
columns of their own: the text of an ended or stalled transfer is written over them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.ui.formats import byte_size, clock, count, duration, whole_percent
from tftptui.ui.kit.columns import (
    FILL,
    NEVER,
    Cell,
    Column,
    PlacedColumn,
    Value,
    placed,
)
from tftptui.ui.kit.rows import fitted, fitted_path
from tftptui.ui.panes.files.hashes import DIFFERS, hash_of
from tftptui.ui.panes.transfers import words
from tftptui.ui.panes.transfers.hosts import ClientHosts
from tftptui.ui.panes.transfers.model import Row
from tftptui.ui.store import Store

WIDEST, LONG, ROOMY, MIDDLING, TIGHT = 134, 126, 118, 94, 72
"""Minimum widths in cells for: the kind of client, a whole IPv6 address, blocks and
estimate, the options, the bar."""

IPV4 = 15
IPV6 = 24
MARK, KIND, OPTIONS, BLOCKS, PERCENT, RATE, ETA = 2, 14, 15, 15, 6, 8, 6
SHORTEST_NAME = 8
WIDER, LONG_OPTIONS = 150, 24
"""Width in cells from which on most options fit, and the width of their column then."""


class Surroundings(NamedTuple):
    """Data for columns besides the transfer itself.

    Attributes:
        store: rates, hashes of files.
        hosts: MAC, name and path MTU of clients.
        now: wall clock, seconds.
    """

    store: Store
    hosts: ClientHosts
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Shape:
    """Parameters of the columns besides the width of the list.

    Attributes:
        long_hosts: whether there are clients with IPv6 addresses.
        is_capture: whether a capture's server is shown, not this one.
        chosen: columns chosen by the user, in order; empty for the default ones.
    """

    long_hosts: bool = False
    is_capture: bool = False
    chosen: tuple[str, ...] = ()


class Layout(NamedTuple):
    """The columns at one width, and the tail to their right."""

    columns: tuple[PlacedColumn[Row], ...]
    gap: str
    bar: int
    eta: int

    @property
    def tail(self) -> int:
        """Width of the tail, from the bar on; holds the result of an ended transfer."""
        return self.bar + PERCENT + 1 + RATE + (self.eta + 1 if self.eta else 0)

    @property
    def tail_titles(self) -> tuple[tuple[str, int], ...]:
        """Key and width of each part of the tail."""
        eta = (("eta", self.eta + 1),) if self.eta else ()
        return ("progress", self.bar + PERCENT), ("rate", 1 + RATE), *eta


def layout(width: int, shape: Shape, around: Surroundings) -> Layout:
    """Return the columns that fit into WIDTH cells."""
    middling = width >= MIDDLING
    gap = 2 if middling else 1
    bare = Layout(
        (),
        " " * gap,
        bar=words.BAR if width >= TIGHT else 0,
        eta=ETA if width >= ROOMY else 0,
    )
    found = placed(
        columns(width, shape, around),
        width,
        gap=gap,
        taken=MARK + bare.tail + 1,
        fill_at_least=SHORTEST_NAME,
        chosen=shape.chosen,
    )
    return bare._replace(columns=tuple(found))


def milliseconds(seconds: float) -> str:
    """Return ``0.8 ms``, ``250 ms``."""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"  # noqa: PLR2004 - a column


def but_zero(number: float) -> str:
    """Return a count; "" for 0, so that other numbers stand out."""
    return count(int(number)) if number else ""


def time_of_day(time: float) -> str:
    """Return ``12:04:23``."""
    return clock(time)[: len("12:04:23")]


def took(row: Row, now: float) -> float:
    """Return the duration of a transfer so far, in seconds."""
    ended = row.view.ended
    return round(max(0.0, (now if ended is None else ended) - row.view.started), 3)


class ColumnToChoose(NamedTuple):
    """A column that is shown if chosen, or if there is much room.

    Attributes:
        value: for sorting and saving; None or "" if not known.
        text: formats a value as a number, right-aligned; without it the value is the
            text.
        min_screen: width of the list, in cells, from which it is shown by default.
    """

    key: str
    title: str
    width: int
    value: Callable[[Row, Surroundings], Value]
    meaning: str
    text: Callable[[float], str] | None = None
    min_screen: int = NEVER

    def column(self, around: Surroundings) -> Column[Row]:
        """Return the list column of this entry."""
        value, text = self.value, self.text

        def cell(row: Row, room: int) -> list[Cell]:
            found = value(row, around)
            if text is not None and isinstance(found, int | float):
                found = text(found)
            shown = "" if found is None else str(found)
            return [(fitted(shown, room, right=text is not None), "muted")]

        return Column(
            self.key,
            self.title,
            self.width,
            self.min_screen,
            cell,
            lambda row: value(row, around),
            self.meaning,
            is_right=text is not None,
        )


TO_CHOOSE = (
    ColumnToChoose(
        "state",
        "state",
        11,
        lambda row, _: "refused" if row.is_refused else row.view.phase,
        "Running, stalled, or how it ended.",
    ),
    ColumnToChoose(
        "tries",
        "tries",
        5,
        lambda row, _: row.times,
        "Number of requests that this row stands for.",
        but_zero,
    ),
    ColumnToChoose(
        "mac",
        "MAC",
        17,
        lambda row, around: around.hosts.mac(row.view.client),
        "The client's MAC, from the neighbor table of this host.",
    ),
    ColumnToChoose(
        "vendor",
        "vendor",
        16,
        lambda row, around: around.hosts.vendor(row.view.client),
        "Vendor of the network card (needs package ieee-data).",
    ),
    ColumnToChoose(
        "host",
        "host name",
        20,
        lambda row, around: around.hosts.name(row.view.client),
        "Host name (PTR); press h to look it up.",
    ),
    ColumnToChoose(
        "rtt",
        "RTT",
        7,
        lambda row, _: row.view.round_trip,
        "Smoothed round-trip time.",
        milliseconds,
        min_screen=176,
    ),
    ColumnToChoose(
        "resent",
        "resent",
        6,
        lambda row, _: row.view.retransmits,
        "Packets that the server resent.",
        but_zero,
        min_screen=158,
    ),
    ColumnToChoose(
        "duplicates",
        "dups",
        6,
        lambda row, _: row.view.duplicates,
        "Duplicate packets received from the client.",
        but_zero,
    ),
    ColumnToChoose(
        "blksize",
        "blksize",
        7,
        lambda row, _: None if row.is_refused else row.view.block_size,
        "Block size in bytes.",
        str,
    ),
    ColumnToChoose(
        "window",
        "window",
        6,
        lambda row, _: None if row.is_refused else row.view.window,
        "Window size in blocks (RFC 7440).",
        str,
    ),
    ColumnToChoose(
        "granted",
        "granted options",
        28,
        lambda row, _: " ".join(f"{name}={value}" for name, value in row.view.agreed),
        "Options granted in the OACK.",
    ),
    ColumnToChoose(
        "size",
        "size",
        8,
        lambda row, _: row.view.total_size,
        "Size of the file.",
        byte_size,
        min_screen=166,
    ),
    ColumnToChoose(
        "bytes",
        "bytes",
        8,
        lambda row, _: None if row.is_refused else row.view.acked_bytes,
        "Bytes acknowledged.",
        byte_size,
    ),
    ColumnToChoose(
        "started",
        "started",
        8,
        lambda row, _: row.view.started,
        "When it was requested.",
        time_of_day,
        min_screen=186,
    ),
    ColumnToChoose(
        "ended",
        "ended",
        8,
        lambda row, _: row.view.ended,
        "When it ended.",
        time_of_day,
    ),
    ColumnToChoose(
        "took",
        "took",
        6,
        lambda row, around: took(row, around.now()),
        "Duration; of a running transfer, so far.",
        duration,
    ),
    ColumnToChoose(
        "mtu",
        "MTU",
        5,
        lambda row, around: around.hosts.mtu(row.view.client),
        "Path MTU to the client in bytes, as known to this host's kernel.",
        str,
    ),
    ColumnToChoose(
        "number",
        "no.",
        6,
        lambda row, _: row.view.number or None,
        "Number of the transfer, as in the journal.",
        but_zero,
    ),
)
"""Optional columns besides those of columns(), in their default order."""


def columns(width: int, shape: Shape, around: Surroundings) -> tuple[Column[Row], ...]:
    """Return all columns in their default order, for a list WIDTH cells wide."""
    swap = " ⇄ " if width >= MIDDLING else "⇄"
    host = IPV6 if shape.long_hosts and width >= LONG else IPV4
    whose = "server" if shape.is_capture else "ours"
    tids = 5 + len(swap) + 5 + shape.is_capture  # "server" takes one more than "ours"
    return (
        Column(
            "client",
            "client",
            host,
            0,
            _client,
            lambda row: row.view.client,
            "The client's address.",
        ),
        Column(
            "kind",
            "kind",
            KIND,
            WIDEST + host - IPV4,
            _kind,
            lambda row: row.view.kind,
            "The client program; ? marks a guess.",
        ),
        Column(
            "ports",
            f"{'TID':>5}{swap}{whose}",
            tids,
            0,
            partial(_tids, swap),
            lambda row: row.view.client_tid,
            "UDP ports (TIDs) of both ends; sorts by the client's.",
        ),
        Column(
            "file",
            "file",
            FILL,
            0,
            partial(_file, around.store),
            lambda row: row.view.file,
            "The file name requested.",
        ),
        Column(
            "options",
            "options",
            OPTIONS if width < WIDER else LONG_OPTIONS,
            MIDDLING,
            _options,
            lambda row: _of(row, words.options(row.view)),
            "blksize, window, timeout: requested→granted.",
        ),
        Column(
            "blocks",
            "blocks",
            BLOCKS,
            ROOMY,
            _blocks,
            lambda row: None if row.is_refused else row.view.acked_blocks,
            "Blocks acknowledged, of all.",
            is_right=True,
        ),
        Column(
            "server",
            "server",
            host,
            NEVER,
            _server,
            lambda row: row.view.server,
            "Server address.",
        ),
        *(one.column(around) for one in TO_CHOOSE),
    )


def tail_values(store: Store) -> dict[str, Callable[[Row], Value]]:
    """Return the sort values of the parts of the tail, by key."""
    return {
        "progress": lambda row: words.progress(row.view),
        "rate": lambda row: _rate(row, store),
        "eta": lambda row: _eta(row, store),
    }


def all_values(shape: Shape, around: Surroundings) -> dict[str, Callable[[Row], Value]]:
    """Return the value by which each column is sorted and saved, by key."""
    every = columns(WIDEST, shape, around)
    return {one.key: one.value for one in every} | tail_values(around.store)


def percent(row: Row) -> str:
    """Return the share transferred; "" if the size is not known."""
    part = words.progress(row.view)
    return "" if part is None else f"{whole_percent(part)} %"


def _rate(row: Row, store: Store) -> float | None:
    view = row.view
    if view.running:
        return store.rate(view.number)
    took = (view.ended or view.moved) - view.started
    return view.acked_bytes / took if view.phase == "completed" and took > 0 else None


def _eta(row: Row, store: Store) -> float | None:
    view, rate = row.view, _rate(row, store)
    if not view.running or not rate or view.total_size is None:
        return None
    return (view.total_size - view.acked_bytes) / rate


def _client(row: Row, room: int) -> list[Cell]:
    indent = " " * row.depth
    host = SELF_TEST if row.view.kind == SELF_TEST else row.view.client
    return [(fitted(indent + words.short_host(host, room - len(indent)), room), "")]


def _server(row: Row, room: int) -> list[Cell]:
    return [(fitted(words.short_host(row.view.server, room), room), "muted")]


def _kind(row: Row, room: int) -> list[Cell]:
    text = words.short_kind(words.kind_words(row.view), room)
    return [(fitted(text, room), "muted")]


def _tids(swap: str, row: Row, room: int) -> list[Cell]:
    theirs, ours = row.view.client_tid, row.view.server_tid
    # Refused requests have no server port, nor do requests without a reply in a
    # capture.
    text = f"{ours or '–':<{room - 5 - len(swap)}}"
    return [(f"{theirs:>5}", ""), (swap, "muted"), (text, "")]


def _file(store: Store, row: Row, room: int) -> list[Cell]:
    hashed = hash_of(row.view, store.hashes, store.digests)
    differs = hashed is not None and hashed.verdict == "differs"
    name = f"{DIFFERS} {row.view.file}" if differs else row.view.file
    return [(fitted_path(name, room), "")]


def _options(row: Row, room: int) -> list[Cell]:
    return [(fitted(_of(row, words.options(row.view)), room), "muted")]


def _blocks(row: Row, room: int) -> list[Cell]:
    return [(fitted(_of(row, words.blocks(row.view)), room, right=True), "")]


def _of(row: Row, text: str) -> str:
    """Return TEXT about a transfer; "" for a refused request."""
    return "" if row.is_refused else text


def keys_of(found: Sequence[PlacedColumn[Row]]) -> tuple[str, ...]:
    """Return the keys of columns that are shown."""
    return tuple(one.column.key for one in found)
