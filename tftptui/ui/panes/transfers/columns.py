"""The columns of the Transfers pane as a table: a new column is one more entry.

From the bar on nothing is a column of its own: the words of an ended or a stalled
transfer run over progress, rate and estimate, which are at the end and always there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.ui.formats import count, duration, moment, octets, whole_percent
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
"""Cells from which on there is room for the kind of client, for a whole IPv6 address,
for the blocks and the estimate, for the options, and for the bar."""

IPV4 = 15
IPV6 = 24
MARK, KIND, OPTIONS, BLOCKS, PERCENT, RATE, ETA = 2, 14, 15, 15, 6, 8, 6
SHORTEST_NAME = 8
_MAC, _VENDOR, _HOST, _NUMBER, _TIME, _GRANTED, _STATE = 17, 16, 20, 7, 8, 28, 11


class Surroundings(NamedTuple):
    """What columns need besides the transfer itself.

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
    """What the columns depend on besides the width of the list.

    Attributes:
        long_hosts: whether there are clients with IPv6 addresses.
        is_capture: whether the server of a capture is shown, not ours.
        chosen: columns chosen by the user, in order; empty for the default ones.
    """

    long_hosts: bool = False
    is_capture: bool = False
    chosen: tuple[str, ...] = ()


class Layout(NamedTuple):
    """The columns at one width, and what stands behind them."""

    columns: tuple[PlacedColumn[Row], ...]
    gap: str
    bar: int
    eta: int

    @property
    def tail(self) -> int:
        """Cells of everything from the bar on, where an ended one says how it ended."""
        return self.bar + PERCENT + 1 + RATE + (self.eta + 1 if self.eta else 0)

    @property
    def tail_titles(self) -> tuple[tuple[str, int], ...]:
        """Key and cells of what stands in the tail."""
        eta = (("eta", self.eta + 1),) if self.eta else ()
        return ("progress", self.bar + PERCENT), ("rate", 1 + RATE), *eta


def layout(width: int, shape: Shape, around: Surroundings) -> Layout:
    """Return what fits into WIDTH cells."""
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


def columns(width: int, shape: Shape, around: Surroundings) -> tuple[Column[Row], ...]:
    """Return all columns in their default order."""
    swap = " ⇄ " if width >= MIDDLING else "⇄"
    host = IPV6 if shape.long_hosts and width >= LONG else IPV4
    whose = "server" if shape.is_capture else "ours"
    tids = 5 + len(swap) + 5 + shape.is_capture  # "server" takes one more than "ours"
    hosts, store, now = around.hosts, around.store, around.now

    def text(
        key: str,
        title: str,
        width: int,
        show: Callable[[Row], str],
        meaning: str,
        value: Callable[[Row], Value] | None = None,
    ) -> Column[Row]:
        """Return a column that is shown only when chosen; right-aligned with VALUE."""
        is_right = value is not None
        cell = partial(_text_cell, show, is_right=is_right)
        return Column(key, title, width, NEVER, cell, value or show, meaning, is_right)

    return (
        Column(
            "client", "client", host, 0, _client, _client_value, "The client's address."
        ),
        Column(
            *("kind", "kind", KIND, WIDEST + host - IPV4, _kind),
            lambda row: row.view.kind,
            "The client program; ? marks a guess.",
        ),
        Column(
            *("ports", f"{'TID':>5}{swap}{whose}", tids, 0, partial(_tids, swap)),
            lambda row: row.view.client_tid,
            "The client's port and the server's; sorts by the client's.",
        ),
        Column(
            *("file", "file", FILL, 0, partial(_file, store)),
            lambda row: row.view.file,
            "The file name requested.",
        ),
        Column(
            *("options", "options", OPTIONS, MIDDLING, _options),
            lambda row: _of(row, words.options(row.view)),
            "Block size, window, timeout: requested→granted where they differ.",
        ),
        Column(
            *("blocks", "blocks", BLOCKS, ROOMY, _blocks),
            lambda row: None if row.is_refused else row.view.acked_blocks,
            "Blocks acknowledged, of how many.",
            is_right=True,
        ),
        text("state", "state", _STATE, _state, "State, in one word."),
        text(
            *("tries", "tries", 5, lambda row: str(row.times)),
            "Requests that the row stands for.",
            lambda row: row.times,
        ),
        text(
            *("mac", "MAC", _MAC, lambda row: hosts.mac(row.view.client)),
            "The client's MAC, from the neighbor table of this host.",
        ),
        text(
            *("vendor", "vendor", _VENDOR, lambda row: hosts.vendor(row.view.client)),
            "Vendor of the network card (needs the package ieee-data).",
        ),
        text(
            *("host", "host name", _HOST, lambda row: hosts.name(row.view.client)),
            "Host name (PTR); press h to look it up.",
        ),
        text(
            *("server", "server", host, lambda row: row.view.server),
            "Server address.",
        ),
        text(
            *("rtt", "RTT", _NUMBER, lambda row: _milliseconds(row.view.round_trip)),
            "Smoothed round-trip time.",
            lambda row: row.view.round_trip,
        ),
        text(
            *("resent", "resent", 6, lambda row: _some(row.view.retransmits)),
            "Packets that the server resent.",
            lambda row: row.view.retransmits,
        ),
        text(
            *("duplicates", "dups", 6, lambda row: _some(row.view.duplicates)),
            "Duplicate packets received from the client.",
            lambda row: row.view.duplicates,
        ),
        text(
            *("blksize", "blksize", 7, lambda row: _of(row, str(row.view.block_size))),
            "Block size in bytes.",
            lambda row: row.view.block_size,
        ),
        text(
            *("window", "window", 6, lambda row: _of(row, str(row.view.window))),
            "Window size in blocks (RFC 7440).",
            lambda row: row.view.window,
        ),
        text(
            *("granted", "granted options", _GRANTED, _granted),
            "Options granted in the OACK.",
        ),
        text(
            *("size", "size", 8, lambda row: _size(row.view.total_size)),
            "Size of the file.",
            lambda row: row.view.total_size,
        ),
        text(
            *("bytes", "bytes", 8, lambda row: _of(row, octets(row.view.acked_octets))),
            "Bytes acknowledged.",
            lambda row: row.view.acked_octets,
        ),
        text(
            *("started", "started", _TIME, lambda row: _at(row.view.started, now())),
            "Time of the request.",
            lambda row: row.view.started,
        ),
        text(
            *("ended", "ended", _TIME, lambda row: _at(row.view.ended, now())),
            "Time of the end.",
            lambda row: row.view.ended,
        ),
        text(
            *("took", "took", 6, lambda row: duration(_took(row, now()))),
            "Duration; of a running transfer, so far.",
            lambda row: round(_took(row, now()), 3),
        ),
        text(
            *("mtu", "MTU", 5, lambda row: str(hosts.mtu(row.view.client) or "")),
            "Path MTU to the client in bytes, as known to this host's kernel.",
            lambda row: hosts.mtu(row.view.client),
        ),
        text(
            *("number", "no.", 6, lambda row: _some(row.view.number)),
            "Number of the transfer, as in the journal.",
            lambda row: row.view.number or None,
        ),
    )


def tail_values(store: Store) -> dict[str, Callable[[Row], Value]]:
    """Return the sort values of what is in the tail, by key."""
    return {
        "progress": lambda row: words.progress(row.view),
        "rate": lambda row: _rate(row, store),
        "eta": lambda row: _eta(row, store),
    }


def all_values(shape: Shape, around: Surroundings) -> dict[str, Callable[[Row], Value]]:
    """Return the value that each column is sorted by and saved as, by key."""
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
    return view.acked_octets / took if view.phase == "completed" and took > 0 else None


def _eta(row: Row, store: Store) -> float | None:
    view, rate = row.view, _rate(row, store)
    if not view.running or not rate or view.total_size is None:
        return None
    return (view.total_size - view.acked_octets) / rate


def _text_cell(
    show: Callable[[Row], str], row: Row, room: int, *, is_right: bool
) -> list[Cell]:
    return [(fitted(show(row), room, right=is_right), "muted")]


def _client_value(row: Row) -> str:
    return row.view.client


def _client(row: Row, room: int) -> list[Cell]:
    indent = " " * row.depth
    host = SELF_TEST if row.view.kind == SELF_TEST else row.view.client
    return [(fitted(indent + words.short_host(host, room - len(indent)), room), "")]


def _kind(row: Row, room: int) -> list[Cell]:
    text = words.short_kind(words.kind_words(row.view), room)
    return [(fitted(text, room), "muted")]


def _tids(swap: str, row: Row, room: int) -> list[Cell]:
    theirs, ours = row.view.client_tid, row.view.server_tid
    # A capture without a reply or a refused request has no server port.
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


def _state(row: Row) -> str:
    return "refused" if row.is_refused else row.view.phase


def _granted(row: Row) -> str:
    return " ".join(f"{name}={value}" for name, value in row.view.agreed)


def _some(number: int) -> str:
    return count(number) if number else ""


def _size(size: int | None) -> str:
    return "" if size is None else octets(size)


def _milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"  # noqa: PLR2004 - a column


def _at(time: float | None, now: float) -> str:
    return "" if time is None else moment(time, now)[-_TIME:]


def _took(row: Row, now: float) -> float:
    ended = row.view.ended
    return max(0.0, (now if ended is None else ended) - row.view.started)


def keys_of(found: Sequence[PlacedColumn[Row]]) -> tuple[str, ...]:
    """Return the keys of columns that are shown."""
    return tuple(one.column.key for one in found)
