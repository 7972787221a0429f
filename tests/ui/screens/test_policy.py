"""The policy screen: settings that can be changed while the server runs."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.widgets import Input

from tests.support.policy_scene import settings, told
from tests.support.running import settings_for
from tests.support.screens import LARGE, SMALL, Shown, shown
from tests.support.watcher import watching
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.messages import ChangeSettings
from tftptui.settings import LIVE, SettingsError, Value
from tftptui.ui.policy.table import BY_NAME, POLICIES, Policy
from tftptui.ui.policy.verdict import DEFAULTS, judge_policy

SIZES = pytest.mark.parametrize("size", [(60, 15), SMALL, LARGE])
ELSEWHERE = {"capture", "drain"}
"""Settings with their own key."""


def test_each_live_setting_has_its_place() -> None:
    assert BY_NAME.keys() == LIVE - ELSEWHERE
    assert len(BY_NAME) == len(POLICIES)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_the_default_may_be_typed(policy: Policy) -> None:
    default = DEFAULTS[policy.name]
    assert policy.kind.read(policy.kind.field(default)) == default
    assert policy.kind.show(default)
    assert policy.meaning.endswith(".")


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@given(text=st.text(max_size=12))
def test_whatever_is_typed_is_a_value_or_a_sentence(policy: Policy, text: str) -> None:
    verdict = judge_policy(policy, text, DEFAULTS, ["10.0.4.21", "no address"])
    assert verdict.text
    if not verdict.is_wrong:
        again = policy.kind.read(policy.kind.field(verdict.value))
        assert again == verdict.value


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("write", "maybe", "choose off, new or overwrite"),
        ("fit_route", "yes", "choose on or off"),
        ("max_upload", "x", "'x' is not a size in bytes; write it like 100M"),
        ("bandwidth", "1", "total bandwidth 1: must be 1000"),
        ("max_window", "0", "largest window 0: must be 1 to 65535"),
        ("retries", "", "a number of timeouts is needed, like 6"),
        ("request_rate", "nan", "must be"),
        ("allow", "10.0.0.1/24", "did you mean 10.0.0.0/24?"),
        ("refuse", "speed", "unknown TFTP option 'speed'"),
    ],
)
def test_what_is_wrong_is_told(name: str, text: str, says: str) -> None:
    verdict = judge_policy(BY_NAME[name], text, DEFAULTS, [])
    assert verdict.is_wrong
    assert says in verdict.text


@pytest.mark.parametrize(
    ("name", "text", "value", "says"),
    [
        ("write", "new", "new", "off → new, from the next request"),
        ("max_upload", "1.5M", 1_500_000, "no limit → 1500k bytes"),
        ("bandwidth", "100Mbit", 12_500_000, "no limit → 12500k bytes/s"),
        ("max_idle_time", "", None, "300 s → no limit"),
        ("fit_route", "off", False, "on → off"),
        ("refuse", "tsize, windowsize", ["tsize", "windowsize"], "none → tsize window"),
        ("rewrite", "a{1,2}=b c=d", ["a{1,2}=b", "c=d"], "none → a{1,2}=b c=d"),
        ("max_window", "64", 64, "unchanged"),
    ],
)
def test_what_will_be_so_is_told(
    name: str, text: str, value: object, says: str
) -> None:
    verdict = judge_policy(BY_NAME[name], text, DEFAULTS, [])
    assert verdict.value == value
    assert says in verdict.text


@pytest.mark.parametrize(
    ("name", "text"), [("deny", "10.0.4.0/24"), ("allow", "192.0.2.0/24 ::1")]
)
def test_clients_that_would_be_refused_are_named(name: str, text: str) -> None:
    clients = [f"10.0.4.{last}" for last in range(1, 6)]
    verdict = judge_policy(BY_NAME[name], text, DEFAULTS, clients)
    assert verdict.is_warning
    assert verdict.text.endswith("refused: 10.0.4.1, 10.0.4.2, 10.0.4.3 and 2 more")


def test_clients_that_stay_served_are_no_warning() -> None:
    verdict = judge_policy(BY_NAME["allow"], "10.0.0.0/8", DEFAULTS, ["10.0.4.21"])
    assert not verdict.is_warning


async def go_to(screen: Shown, name: str) -> None:
    await screen.press("P", *["j"] * list(BY_NAME).index(name))


def field(screen: Shown) -> Input:
    return screen.app.screen.query_one("#policy-field", Input)


@SIZES
async def test_a_setting_is_changed_and_the_change_undone(
    size: tuple[int, int],
) -> None:
    async with shown(told(), size=size) as screen:
        await go_to(screen, "max_upload")
        await screen.press("enter", *"100M")
        assert "no limit → 100M bytes" in screen.text()
        await screen.press("enter")
        await screen.pilot.pause()
        await screen.tell(told(max_upload=100_000_000))
        assert "✓ largest upload: 100M bytes" in screen.text()
        assert "u undo" in screen.text()
        await screen.press("u")
        await screen.pilot.pause()
        assert screen.wishes == [
            ChangeSettings({"max_upload": 100_000_000}),
            ChangeSettings({"max_upload": None}),
        ]


@SIZES
async def test_one_of_some_words_is_chosen_by_keys(size: tuple[int, int]) -> None:
    async with shown(told(), size=size) as screen:
        await screen.press("P", "enter", "down", "down", "down", "up", "enter")
        await screen.pilot.pause()
        assert screen.wishes == [ChangeSettings({"write": "overwrite"})]


@pytest.mark.parametrize("typed", ["n", "new", "N"])
async def test_a_first_letter_or_a_word_chooses(typed: str) -> None:
    async with shown(told(), size=SMALL) as screen:
        await screen.press("P", "enter", *typed, "enter")
        await screen.pilot.pause()
        assert screen.wishes == [ChangeSettings({"write": "new"})]


async def test_a_letter_that_two_words_begin_with_chooses_none() -> None:
    async with shown(told(), size=SMALL) as screen:
        await screen.press("P", "enter", "o", "enter")
        assert "choose off, new or overwrite" in screen.text()
        assert screen.wishes == []


async def test_what_is_wrong_is_not_asked() -> None:
    async with shown(told(), size=SMALL) as screen:
        await go_to(screen, "retries")
        await screen.press("enter", "x", "enter")
        assert "is not a number of timeouts; write it like 6" in screen.text()
        assert field(screen).has_focus
        assert screen.wishes == []


async def test_a_refusal_is_told_and_the_field_stays() -> None:
    async with shown(told(), size=SMALL) as screen:
        screen.engine.refuse = "the rule [b]'('[/b] is no regular expression"
        await go_to(screen, "rewrite")
        await screen.press("enter", *"x=y", "enter")
        await screen.pilot.pause()
        assert "✗ the rule [b]'('[/b] is no regular expression" in screen.text()
        assert field(screen).has_focus


async def test_escape_leaves_the_field_then_the_screen() -> None:
    async with shown(told(retries=3), size=SMALL) as screen:
        await go_to(screen, "retries")
        await screen.press("enter", "9", "escape")
        assert screen.on_top == "PolicyScreen"
        assert field(screen).value == "3"
        await screen.press("escape")
        assert screen.on_top == "main"
        assert screen.wishes == []


async def test_what_is_typed_ahead_arrives_in_the_field() -> None:
    async with shown(told(), size=SMALL) as screen:
        await screen.press("P")
        for key in ["j", "j", "enter", *"7M"]:
            character = None if len(key) > 1 else key
            screen.app.post_message(events.Key(key, character))
        await screen.pilot.pause()
        await screen.pilot.pause()
        assert field(screen).value == "7M"
        assert "│ quota per client 7M" in screen.text()


async def test_the_default_is_one_key_away() -> None:
    async with shown(told(retries=3), size=SMALL) as screen:
        await go_to(screen, "retries")
        await screen.press("d", "enter")
        await screen.pilot.pause()
        assert screen.wishes == [ChangeSettings({"retries": 6})]


async def test_letters_are_text_in_the_field() -> None:
    async with shown(told(), size=SMALL) as screen:
        await go_to(screen, "allow")
        await screen.press("enter", *"qdujkgGPR")
        assert screen.on_top == "PolicyScreen"
        assert field(screen).value == "qdujkgGPR"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("transfer_bandwidth", 50_000, "bandwidth per transfer: 50k bytes/s"),
        ("max_client_transfers", None, "transfers per client: no limit"),
        ("write", "new", "uploads: new"),
    ],
)
def test_a_setting_is_named_where_its_group_is_not_seen(
    name: str, value: Value, says: str
) -> None:
    assert BY_NAME[name].says(value) == says


async def test_the_mark_is_explained_only_where_it_stands() -> None:
    async with shown(told(), size=LARGE) as screen:
        await screen.press("P")
        assert "changed from default" not in screen.text()
        await screen.tell(told(deny=("10.9.0.0/16",)))
        assert "● changed from default" in screen.text()


async def test_what_is_not_as_by_default_has_a_mark() -> None:
    async with shown(told(deny=("10.9.0.0/16",)), size=LARGE) as screen:
        await screen.press("P")
        marked = [line for line in screen.text().splitlines() if "● " in line]
        assert any("denied networks        10.9.0.0/16" in line for line in marked)
        assert sum("●" in line for line in marked) == 2  # and the legend


def test_values_that_are_no_text_come_back_as_they_were() -> None:
    with pytest.raises(SettingsError):
        BY_NAME["gso"].kind.read("1")
    assert settings(gso=False)["gso"] is False


async def test_a_real_engine_tells_its_settings_and_each_change(tmp_path: Path) -> None:
    async with watching(InlineEngine(settings_for(tmp_path, retries=2))) as seen:
        first = next(one.settings for one in seen.frames if one.settings)
        assert first == settings(retries=2)
        await seen.engine.ask(ChangeSettings({"deny": ["10.0.0.0/8"]}))
        await seen.until(lambda: any(one.settings.get("deny") for one in seen.frames))
    assert seen.frames[-1].settings in ({}, settings(retries=2, deny=("10.0.0.0/8",)))
