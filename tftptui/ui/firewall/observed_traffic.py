"""The store's contents as journal lines, the input of the advisor."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from tftptui.engine.messages import TransferView
from tftptui.telemetry.transfer_events import keys_of
from tftptui.ui.store import Store

Line = dict[str, object]


def seen_lines(store: Store, about: int | None = None) -> Iterator[Line]:
    """Yield lines for the server's settings, all transfers and all findings.

    Args:
        store: the store.
        about: number of the relevant finding, which comes last; by default the newest.
    """
    if store.status is not None and store.ports is not None:
        yield {
            "event": "started",
            "listeners": store.status.listeners,
            "ports": f"{store.ports.first}-{store.ports.last}",
            "settings": {"single_port": store.ports.single_port},
            "networks": msgspec.to_builtins(store.status.networks),
        }
    for view in store.transfers.values():
        if not view.server_tid:  # a capture without its reply: half of a flow
            continue
        yield _line(view, "transfer_started", view.started) | {
            "agreed": dict(view.agreed)
        }
        # A running transfer "ends" as running, so that its acknowledged blocks count.
        yield _line(view, "transfer_ended", view.ended or store.now) | {
            "outcome": "running" if view.running else view.phase,
            "blocks": view.sent_blocks,
            "acked_blocks": view.acked_blocks,
            "retransmits": view.retransmits,
            "duplicates": view.duplicates,
            "error": view.error or None,
            "heard": view.has_answered,
        }
    for finding in sorted(store.findings.values(), key=lambda f: f.number == about):
        yield {
            "event": "finding",
            "number": finding.number,
            "code": finding.code,
            "stands_at": finding.stands_at,
            "headline": finding.headline,
            "confidence": finding.confidence,
            "withdrawn": bool(finding.withdrawn),
            "transfers": finding.transfers,
        }


def _line(view: TransferView, event: str, time: float) -> Line:
    return {
        "event": event,
        "t": datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds"),
        **keys_of(view),
    }
