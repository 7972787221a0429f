"""The sender of a stray packet, in its note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pane_host import record
from tftptui.telemetry.records.ring import Kind, PacketRecord
from tftptui.telemetry.stray_notes import (
    ANSWER,
    answer_note,
    stranger_of,
    stray_note,
    without_stranger,
)
from tftptui.telemetry.words import endpoint

addresses = st.ip_addresses().map(str)
ports = st.integers(1, 65_535)


@given(addresses, ports)
def test_a_stranger_is_told_whole(host: str, port: int) -> None:
    stray, answer = record(Kind.STRAY), record(Kind.ERROR)
    said = endpoint(host, port)
    assert stranger_of(stray, stray_note(said)) == (host, port)
    assert stranger_of(answer, answer_note(said)) == (host, port)
    assert without_stranger(stray, stray_note(said)) == "not our client"
    assert without_stranger(answer, answer_note(said)) == ANSWER


@pytest.mark.parametrize(
    ("one", "note"),
    [
        (record(Kind.RRQ), "from 10.0.9.99:4711, x octet"),
        (record(Kind.ERROR), "1 no such file, to 10.0.9.99:4711"),
        (record(Kind.ERROR_RECEIVED), answer_note("10.0.9.99:4711")),
        (record(Kind.STRAY, transfer=0), "10.0.9.99 ACK of no transfer"),
        (record(Kind.STRAY), "from nobody:4711, not our client"),
        (record(Kind.STRAY), "from 10.0.9.99:70000, not our client"),
    ],
)
def test_what_others_wrote_names_no_stranger(one: PacketRecord, note: str) -> None:
    assert stranger_of(one, note) is None
    assert without_stranger(one, note) == note
