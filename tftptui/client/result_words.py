"""A result as one line of text, and as JSON."""

import os

import msgspec

from tftptui.client.download_target import STANDARD_STREAM
from tftptui.client.transfer_order import Counts, Result
from tftptui.protocol.commands import Outcome
from tftptui.protocol.packets import Options
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.words import counted

_UNITS = ("", "k", "M", "G", "T")
_STEP = 1_000


def summary(result: Result) -> str:
    """Return the result in one line."""
    order, name = result.order, visible(result.order.file)
    if result.outcome is not Outcome.COMPLETED:
        verb, way = ("put", "to") if order.is_write else ("get", "from")
        where = result.server or visible(order.host)
        text = f"cannot {verb} {name} {way} {where}: {visible(result.error)}"
        return f"{text} · {_ports(result)}" if result.server_tid else text
    verb = "put" if order.is_write else "got"
    local = visible(os.fsencode(order.local))
    ends = f"{local} → {name}" if order.is_write else f"{name} → {local}"
    if order.local == STANDARD_STREAM:
        ends = name
    parts = (
        f"{verb} {ends}: {_amount(result.counts)}",
        _options(result.agreed) or "no options",
        _ports(result),
    )
    return " · ".join(parts)


def as_json(result: Result) -> str:
    """Return everything as one JSON object in one line."""
    order, counts, server = result.order, result.counts, result.server
    tid = result.server_tid
    fields = {
        "action": "put" if order.is_write else "get",
        "outcome": result.outcome.value,
        "error": visible(result.error),
        "host": order.host,
        "server": None if server is None else server.host,
        "server_port": order.port,
        "server_tid": None if tid is None else tid.port,
        "local_tid": result.local_port,
        "file": visible(order.file),
        "local": visible(os.fsencode(order.local)),
        "mode": order.mode.value,
        "asked": _texts(result.asked),
        "agreed": _texts(result.agreed),
        "block_size": result.block_size,
        "window": result.window,
        "octets": counts.nbytes,
        "blocks": counts.blocks,
        "retransmits": counts.retransmits,
        "duplicates": counts.duplicates,
        "strays": counts.strays,
        "requests": counts.requests,
        "seconds": round(counts.seconds, 6),
    }
    return msgspec.json.encode(fields).decode()


def _amount(counts: Counts) -> str:
    text = f"{counted(counts.nbytes, 'byte')} in {counts.seconds:.2f} s"
    if counts.seconds > 0:
        text += f" ({_rate(counts.nbytes / counts.seconds)})"
    text += f", {counted(counts.blocks, 'block')}"
    again = f"{counts.retransmits:,} resent"
    if counts.duplicates:
        again += f", {counted(counts.duplicates, 'duplicate')}"
    return f"{text}, {again}"


def _rate(per_second: float) -> str:
    for unit in _UNITS:
        if per_second < _STEP or unit == _UNITS[-1]:
            break
        per_second /= _STEP
    return f"{per_second:.1f} {unit}B/s"


def _ports(result: Result) -> str:
    tid = result.server_tid
    return f"local {result.local_port} ⇄ server {tid.port if tid else '?'}"


def _options(options: Options) -> str:
    return " ".join(f"{name}={value}" for name, value in _texts(options).items())


def _texts(options: Options) -> dict[str, str]:
    return {visible(name.lower()): visible(value) for name, value in options}
