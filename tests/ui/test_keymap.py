from collections import Counter
from importlib import import_module
from pkgutil import walk_packages

import pytest
from textual.message_pump import MessagePump

from tftptui import ui
from tftptui.ui.actions import MAIN
from tftptui.ui.keymap import ACTIONS, CHAINS, TITLES, actions
from tftptui.ui.keys import bindings, key_name
from tftptui.ui.screens.help import help_order


@pytest.mark.parametrize("scope", CHAINS)
def test_a_key_means_one_thing_in_a_scope(scope: str) -> None:
    keys = Counter(
        key for part in CHAINS[scope] for action in actions(part) for key in action.keys
    )
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("pane", ["transfers", "files", "ports", "packets"])
def test_keys_of_a_demo_work_in_every_pane(pane: str) -> None:
    taken = {
        key for part in CHAINS[pane] for action in actions(part) for key in action.keys
    }
    ours = {key for action in actions("demo") for key in action.keys}
    assert taken & ours == set()


def test_each_action_has_its_own_id() -> None:
    ids = [action.id for action in ACTIONS]
    assert sorted(set(ids)) == sorted(ids)


def test_each_scope_is_in_a_chain_and_has_a_title() -> None:
    used = {action.scope for action in ACTIONS}
    assert used <= {part for chain in CHAINS.values() for part in chain}
    assert used <= TITLES.keys()


def test_each_effect_is_a_sentence() -> None:
    assert all(action.effect.endswith(".") for action in ACTIONS)


def test_bindings_come_from_the_list() -> None:
    assert len(bindings(MAIN)) == len(actions("main"))


def test_help_begins_with_the_focused_pane() -> None:
    assert help_order("transfers")[0] == "transfers"
    assert help_order("ports")[:2] == ["ports", "fields"]
    assert set(help_order("ports")) >= {"transfers", "files", "packets", "app"}


def test_keys_are_written_as_people_do() -> None:
    assert [key_name(key) for key in ("question_mark", "f1", "X")] == ["?", "F1", "X"]


def test_no_method_of_a_widget_is_taken_for_a_key() -> None:
    """Textual calls ``key_at`` when @ is pressed: such a name crashed the program."""
    for module in walk_packages(ui.__path__, "tftptui.ui."):
        import_module(module.name)
    pumps, ours = [MessagePump], set()
    while pumps:
        one = pumps.pop()
        pumps += one.__subclasses__()
        if one.__module__.startswith("tftptui."):
            ours.add(one)
    names = [(one.__name__, name) for one in ours for name in vars(one)]
    assert names
    assert [one for one in names if one[1].startswith(("key_", "_key_"))] == []
