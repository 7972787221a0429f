"""The effect of a setting: verdict and reason are about that setting."""

import pytest

from tests.support.facts import CURL, completed, facts_of, tried
from tests.support.finding_kinds import KINDS
from tftptui.findings.client.client_gone import _AWAY, _QUIET
from tftptui.findings.facts import Facts, Scene
from tftptui.findings.helps import helps_of
from tftptui.telemetry.findings import Help, Knob

CODES = (
    "acks-blocked",
    "answers-blocked",
    "answers-refused",
    "client-aborted",
    "client-away",
    "client-firewall-refuses",
    "client-gone",
    "client-port-blocked",
    "client-quiet",
    "gateway-silent",
    "nat-without-helper",
    "no-route",
    "options-not-understood",
    "options-refused",
    "path-cut",
    "path-mtu",
    "range-mismatch",
    "routing-loop",
    "server-output-blocked",
    "stale-conntrack",
    "wrong-source-address",
)
HALFWAY = completed(1, phase="stalled", ended=None, acked_blocks=40, **CURL)


ROWS = {"client-away": _AWAY, "client-quiet": _QUIET}


def told_of(code: str, seen: Facts) -> tuple[Help, ...]:
    if code in ROWS:
        return helps_of(ROWS[code], seen)
    return KINDS[code].would_help(seen)


def of(code: str, knob: Knob, seen: Facts | None = None) -> Help:
    told = told_of(code, seen or facts_of(HALFWAY))
    (found,) = [one for one in told if one.knob == knob]
    return found


@pytest.mark.parametrize("code", CODES)
def test_each_knob_is_judged_and_has_a_reason(code: str) -> None:
    told = told_of(code, facts_of(HALFWAY))
    assert len({one.knob for one in told}) == len(told) == 6
    assert all(one.why and "{" not in one.why for one in told)


@pytest.mark.parametrize("knob", ["block-size", "timeout"])
@pytest.mark.parametrize("code", CODES)
def test_ports_are_no_reason_for_sizes_and_times(code: str, knob: Knob) -> None:
    assert "port" not in of(code, knob).why


@pytest.mark.parametrize("code", ["client-gone", "client-away", "client-quiet"])
def test_who_is_only_busy_or_unplugged_may_be_waited_for(code: str) -> None:
    found = of(code, "timeout")
    assert found.verdict == "unknown"
    assert "more retries" in found.why


def test_a_size_of_which_blocks_arrived_is_none_of_the_reasons() -> None:
    assert of("client-gone", "block-size").verdict == "no"
    at_once = facts_of(tried(1, heard=True))
    assert of("client-gone", "block-size", at_once).verdict == "unknown"


def test_a_client_that_broke_off_may_have_minded_what_came_late() -> None:
    assert of("client-aborted", "timeout").verdict == "no"
    late = facts_of(completed(1, retransmits=3))
    assert of("client-aborted", "timeout", late).verdict == "unknown"


def test_only_a_block_size_that_was_agreed_to_may_be_minded() -> None:
    assert of("options-refused", "block-size").verdict == "no"
    agreed = facts_of(tried(1, agreed=[("blksize", "1468")]))
    assert of("options-refused", "block-size", agreed).verdict == "unknown"


def test_a_longer_time_out_changes_no_option() -> None:
    asked = facts_of(tried(1, agreed=[("timeout", "5")]))
    assert of("options-refused", "timeout", asked).verdict == "no"


def test_the_blocks_of_an_upload_may_be_too_large() -> None:
    assert of("acks-blocked", "block-size").verdict == "no"
    upload = facts_of(tried(1, direction="write"))
    assert of("acks-blocked", "block-size", upload).verdict == "unknown"


def test_single_port_mode_is_no_cure_where_it_is_on() -> None:
    seen = facts_of(HALFWAY, scene=Scene(single_port=True))
    assert of("client-gone", "single-port", seen).why.startswith("this server already")


def test_a_helper_is_no_cure_where_replies_leave_from_the_port_that_was_asked() -> None:
    one = facts_of(tried(), scene=Scene(single_port=True))
    rows = {one.knob: one for one in KINDS["answers-blocked"].would_help(one)}
    assert rows["helper"].verdict == "no"
    assert "stateful firewall allows our replies" in rows["helper"].why
