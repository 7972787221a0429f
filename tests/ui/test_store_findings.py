"""Findings in the store: the latest version of each, the latest last."""

import msgspec

from tftptui.engine.messages import Frame
from tftptui.telemetry.findings import LIKELY, Finding
from tftptui.ui.store import KEPT_FINDINGS, Store


def finding(number: int, *transfers: int, code: str = "loss") -> Finding:
    return Finding(
        number=number,
        code=code,
        headline=f"finding {number}",
        confidence=LIKELY,
        stands_at="between",
        transfers=list(transfers),
        since=1.0,
        found=2.0,
    )


def told(*findings: Finding) -> Frame:
    return Frame(time=3.0, findings=list(findings))


def test_a_revised_finding_takes_the_place_of_its_older_self() -> None:
    store = Store()
    store.fold(told(finding(1, 7, code="answers-blocked"), finding(2, 8)))
    store.fold(told(finding(1, 7, code="client-port-blocked")))
    assert [one.code for one in store.findings.values()] == [
        "loss",
        "client-port-blocked",
    ]


def test_a_transfer_has_the_latest_finding_that_holds() -> None:
    store = Store()
    old, new = finding(1, 7), finding(2, 7, 8, code="path-cut")
    store.fold(told(old, new))
    assert store.finding_of(7) == new
    store.fold(told(msgspec.structs.replace(new, withdrawn="it completed")))
    assert store.finding_of(7) == old
    assert store.finding_of(8) is None


def test_the_oldest_findings_are_forgotten() -> None:
    store = Store()
    store.fold(told(*(finding(number) for number in range(KEPT_FINDINGS + 3))))
    assert len(store.findings) == KEPT_FINDINGS
    assert min(store.findings) == 3


def test_trouble_that_holds_is_kept_longest() -> None:
    store = Store()
    alarm = finding(1, 7, code="answers-blocked")
    notes = [
        msgspec.structs.replace(finding(number), is_alarm=False)
        for number in range(2, KEPT_FINDINGS + 5)
    ]
    store.fold(told(alarm, *notes))
    assert store.finding_of(7) == alarm
    assert len(store.findings) == KEPT_FINDINGS


def test_more_evidence_moves_nothing() -> None:
    store = Store()
    first = finding(1, 7)
    store.fold(told(first, finding(2, 8)))
    store.fold(told(msgspec.structs.replace(first, headline="finding 1, seen again")))
    assert list(store.findings) == [1, 2]
    assert store.findings[1].headline == "finding 1, seen again"


def test_another_engine_counts_anew_and_replaces_nothing() -> None:
    store = Store()
    store.fold(told(finding(1, 7), finding(2, 8)))
    store.end("gone")
    store.start_over()
    store.fold(told(finding(1, 9, code="path-mtu")))
    assert [one.number for one in store.findings.values()] == [1, 2, 3]
    latest = store.finding_of(9)
    assert latest is not None
    assert (latest.code, latest.number) == ("path-mtu", 3)
