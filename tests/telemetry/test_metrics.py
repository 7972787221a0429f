"""The metrics for Prometheus: complete, well-formed, and named as documented."""

import re
from pathlib import Path

import msgspec
import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families

from tftptui.telemetry.counters import Counters
from tftptui.telemetry.metrics import Measures, exposition, families

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"

NAMES = [field.name for field in msgspec.structs.fields(Counters)]
COUNTERS = msgspec.structs.replace(
    Counters(**{name: 2**number for number, name in enumerate(NAMES)}),
    refused=2 ** len(NAMES),
    started=2 ** len(NAMES) + 1,
)
"""Each total is different, and those that include others are the highest."""

MEASURES = Measures(
    version="1.2.3",
    began=1_000.5,
    counters=COUNTERS,
    stalled=3,
    ports={"free": 90, "used": 10},
    alarms=5,
    alarms_open=4,
    findings={"client-gone": 6, 'odd"\n': 7},
)

Values = dict[tuple[str, tuple[str, ...]], float]


def told() -> Values:
    """Return each value by name and labels, parsed as by Prometheus."""
    text = exposition(MEASURES)[0].decode()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_total_is_told_once() -> None:
    ours = {k: v for k, v in told().items() if k[0].startswith("tftptui_")}
    values = [value for (name, _), value in ours.items() if name.endswith("_total")]
    for name in set(NAMES) - {"refused", "suppressed"}:
        assert values.count(getattr(COUNTERS, name)) == 1, name


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("tftptui_build_info", ("1.2.3",), 1),
        ("tftptui_start_time_seconds", (), 1_000.5),
        ("tftptui_transfers_active", (), COUNTERS.active),
        ("tftptui_transfers_stalled", (), 3),
        ("tftptui_transfers_ended_total", ("abandoned",), COUNTERS.abandoned),
        ("tftptui_requests_refused_total", ("missing",), COUNTERS.missing),
        ("tftptui_data_bytes_total", ("received",), COUNTERS.bytes_received),
        ("tftptui_ports", ("used",), 10),
        ("tftptui_alarms_total", (), 5),
        ("tftptui_alarms_open", (), 4),
        ("tftptui_findings_total", ('odd"\n',), 7),
    ],
)
def test_a_value_has_its_name(name: str, labels: tuple[str, ...], value: float) -> None:
    assert told()[name, labels] == value


def test_reasons_of_refusals_add_up() -> None:
    refused = {k: v for k, v in told().items() if k[0].startswith("tftptui_requests_r")}
    assert sum(refused.values()) == COUNTERS.refused


def test_it_is_openmetrics_for_those_who_ask_for_it() -> None:
    wanted = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5"
    body, content_type = exposition(MEASURES, wanted)
    assert content_type.startswith("application/openmetrics-text")
    parsed = parse_openmetrics(body.decode())  # type: ignore[no-untyped-call]
    names = {family.name for family in parsed}
    assert {"tftptui_requests", "process_cpu_seconds"} <= names


def test_the_docs_name_all_metrics_and_no_other() -> None:
    suffix = {"counter": "_total", "info": "_info"}
    ours = {one.name + suffix.get(one.type, "") for one in families(MEASURES)}
    rows = re.findall(r"^\| `(tftptui_\w+)", DOCS.read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(ours)
