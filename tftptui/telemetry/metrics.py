"""The server's counters in Prometheus formats.

Names end with their unit, counters in ``_total``, as Prometheus recommends. Names and
labels are a stable interface, like the journal's keys: they are only ever added.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from prometheus_client import ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from tftptui.telemetry.counters import REFUSALS, Counters

_OUTCOMES = ("completed", "unconfirmed", "failed", "abandoned", "probed", "aborted")

_TOTALS = (
    ("requests", "requests", "Valid requests, without repeats."),
    (
        "malformed_packets",
        "malformed",
        "Packets that are not TFTP, or unexpected at that port.",
    ),
    (
        "unanswered_packets",
        "unanswered",
        "Refused or malformed packets that got no ERROR.",
    ),
    ("shed_packets", "shed", "Packets dropped unread, by the rate limit."),
    ("transfers_started", "started", "Transfers started."),
    ("transfers_expired", "expired", "Transfers ended by a time limit."),
    ("transfers_evicted", "evicted", "Silent transfers ended to free a slot."),
    ("retransmitted_packets", "retransmits", "Packets resent by the server."),
    ("duplicate_packets", "duplicates", "Packets resent by clients."),
    ("stray_packets", "strays", "Packets from an endpoint without a transfer."),
)
"""Name, counter and help text of metrics without labels."""


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """The values at one time.

    Attributes:
        version: of this program.
        began: wall clock when the server started, seconds.
        counters: totals since then.
        stalled: transfers that are stalled now.
        ports: number of ports of the range by state, as "free".
        alarms: number of alarms reported; alarms_open: of those still open;
            ``findings``: number of all findings by code.
    """

    version: str
    began: float
    counters: Counters
    stalled: int = 0
    ports: Mapping[str, int] = {}
    alarms: int = 0
    alarms_open: int = 0
    findings: Mapping[str, int] = {}


def exposition(measures: Measures, accept: str = "") -> tuple[bytes, str]:
    """Return the response body of a scrape, and its content type.

    ACCEPT is the scraper's Accept header, which may request OpenMetrics.
    """
    encode, content_type = choose_encoder(accept)
    return encode(_MeasuresCollector(measures)), content_type


class _MeasuresCollector(Collector):
    """The metrics of the server and of its process (Linux)."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def collect(self) -> Iterable[Metric]:
        yield from families(self._measures)
        yield from ProcessCollector(registry=None).collect()


def families(measures: Measures) -> Iterator[Metric]:
    """Yield all metrics of the server itself."""
    counters = measures.counters
    yield InfoMetricFamily("tftptui_build", "Version.", {"version": measures.version})
    began = "Unix time when the server started."
    yield GaugeMetricFamily("tftptui_start_time_seconds", began, measures.began)
    for name, total, meaning in _TOTALS:
        yield _total(name, meaning, getattr(counters, total))
    yield _refusals(counters)
    ended = "Transfers ended, by outcome."
    of_outcomes = {one: getattr(counters, one) for one in _OUTCOMES}
    yield _totals("transfers_ended", ended, "outcome", of_outcomes)
    yield from _both_ways(counters)
    yield _gauge("transfers_active", "Transfers in progress.", counters.active)
    yield _gauge(
        "transfers_stalled", "Transfers in progress that are stalled.", measures.stalled
    )
    ports = GaugeMetricFamily(
        "tftptui_ports", "Ports of the range, by state.", labels=["state"]
    )
    for state, count in measures.ports.items():
        ports.add_metric([state], count)
    yield ports
    yield _total("alarms", "Alarms reported.", measures.alarms)
    open_now = "Open alarms, reported in the last hour."
    yield _gauge("alarms_open", open_now, measures.alarms_open)
    yield _totals("findings", "Findings reported, by code.", "code", measures.findings)


def _refusals(counters: Counters) -> Metric:
    refusals = Counter({total: getattr(counters, total) for total in REFUSALS.values()})
    refusals["other"] = counters.refused - refusals.total()
    return _totals(
        "requests_refused", "Requests refused, by reason.", "reason", refusals
    )


def _both_ways(counters: Counters) -> Iterator[Metric]:
    of_data = {"sent": counters.bytes_sent, "received": counters.bytes_received}
    packets = {"sent": counters.packets_sent, "received": counters.packets_received}
    yield _totals(
        "data_bytes", "Bytes in DATA packets, with resent ones.", "direction", of_data
    )
    yield _totals("packets", "Packets.", "direction", packets)


def _total(name: str, meaning: str, value: int) -> Metric:
    return CounterMetricFamily(f"tftptui_{name}", meaning, value)


def _totals(name: str, meaning: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"tftptui_{name}", meaning, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _gauge(name: str, meaning: str, value: int) -> Metric:
    return GaugeMetricFamily(f"tftptui_{name}", meaning, value)
