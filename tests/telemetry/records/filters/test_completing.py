import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.filter_texts import SCRAPS
from tftptui.telemetry.records.filters.completing import completed, continuations
from tftptui.telemetry.records.filters.parsing import parse
from tftptui.telemetry.records.filters.terms import Filter

KNOWN = {"client": ["10.0.4.37", "10.0.4.22"], "file": ["pxelinux.0", "a b.img"]}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("ty", "type:"),
        ("type:a", "type:ack"),
        ("type:ack,d", "type:ack,data"),
        ("retrans !ret", "retrans !retrans"),
        ("client:10", "client:10.0.4.37"),
        ("file:p", "file:pxelinux.0"),
        ("", None),
        ("type:ack ", None),
        ("zzz", None),
    ],
)
def test_a_text_can_be_gone_on_with(text: str, more: str | None) -> None:
    assert completed(text, KNOWN) == more


def test_all_values_are_offered_after_a_key() -> None:
    assert continuations("type:", {})[:2] == ["type:rrq", "type:wrq"]
    assert 'file:"a b.img"' in continuations("file:", KNOWN)


@given(SCRAPS)
def test_what_is_offered_begins_with_what_was_typed(text: str) -> None:
    found = completed(text, KNOWN)
    assert found is None or found.startswith(text)


@given(st.sampled_from(["type:", "port:", "since:", "until:", "block:", "file:"]))
def test_every_offered_value_can_be_read(key: str) -> None:
    for text in continuations(key, KNOWN):
        assert isinstance(parse(text), Filter)
