"""Findings as the store keeps them: the latest version of each, the latest last."""

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
