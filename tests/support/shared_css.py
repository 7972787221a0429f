"""Shares the work of style sheets among all apps of a test run.

More than a third of an app's start-up time goes into finding the rules of its style
sheets that apply to each widget, and thousands of tests start the same app.

A rule set never changes once it is parsed: Textual itself keeps them from one refresh
of an app to the next. So each sheet is parsed once. Which rules apply to a node depends
only on what selectors can see of it and its ancestors: nodes that look the same get the
same styles.
"""

from collections.abc import Hashable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import pytest
from textual.app import App
from textual.css import parse as parsing
from textual.css import stylesheet
from textual.css.model import RuleSet
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.widget import Widget

_PARSED: dict[Hashable, list[RuleSet]] = {}

_STYLES: dict[Hashable, "_Styles"] = {}
"""By the results of _sheet and _look."""

_GIVEN: WeakKeyDictionary[DOMNode, RulesMap] = WeakKeyDictionary()
"""The rules that each node's styles were made from."""

_SHEETS: WeakKeyDictionary[Stylesheet, tuple[list[RuleSet], Hashable]] = (
    WeakKeyDictionary()
)


class _Styles(NamedTuple):
    rules: RulesMap | None
    flags: tuple[bool, bool]


def share_parsed_css(patch: pytest.MonkeyPatch) -> None:
    """Parse each sheet once, and compute the styles of equal nodes once."""
    _share_rule_sets(patch)
    _share_styles(patch)


def _share_rule_sets(patch: pytest.MonkeyPatch) -> None:
    parse = parsing.parse
    last: tuple[object, int] = (None, 0)  # the same for most sheets of an app

    def parse_once(
        scope: str,
        css: str,
        read_from: tuple[str, str],
        *,
        variable_tokens: dict[str, list[Any]],
        is_default_rules: bool,
        tie_breaker: int,
    ) -> list[RuleSet]:
        nonlocal last
        if last[0] is not variable_tokens:
            values = tuple(
                (name, *(token.value for token in tokens))
                for name, tokens in variable_tokens.items()
            )
            last = (variable_tokens, hash(values))
        key = (scope, css, read_from, is_default_rules, tie_breaker, last[1])
        if key not in _PARSED:
            _PARSED[key] = list(
                parse(
                    scope,
                    css,
                    read_from,
                    variable_tokens=variable_tokens,
                    is_default_rules=is_default_rules,
                    tie_breaker=tie_breaker,
                )
            )
        return _PARSED[key]

    patch.setattr(stylesheet, "parse", parse_once)


def _share_styles(patch: pytest.MonkeyPatch) -> None:
    find, replace = Stylesheet.apply, Stylesheet.replace_rules

    def replace_and_note(
        node: DOMNode, rules: RulesMap, *, animate: bool = False
    ) -> None:
        _GIVEN[node] = rules
        replace(node, rules, animate=animate)

    def apply(
        self: Stylesheet,
        node: DOMNode,
        *,
        animate: bool = False,
        cache: dict[tuple[Any, ...], RulesMap] | None = None,
    ) -> None:
        key = (_sheet(self), _look(node))
        styles = _STYLES.get(key)
        if styles is None:
            _GIVEN.pop(node, None)
            find(self, node, animate=animate, cache=cache)
            rules = _GIVEN.get(node)
            if not (node._has_order_style or node._has_odd_or_even):
                flags = node._has_hover_style, node._has_focus_within
                _STYLES[key] = _Styles(rules, flags)
            return
        node._has_hover_style, node._has_focus_within = styles.flags
        node._has_order_style = node._has_odd_or_even = False
        if styles.rules is not None and styles.rules is _GIVEN.get(node):
            node.notify_style_update()
        elif styles.rules is not None:
            replace_and_note(node, styles.rules, animate=animate)
        self._process_component_classes(node)

    patch.setattr(Stylesheet, "replace_rules", staticmethod(replace_and_note))
    patch.setattr(Stylesheet, "apply", apply)


def _sheet(sheet: Stylesheet) -> Hashable:
    """Return the same value for sheets with the same rules, which _PARSED keeps."""
    rules = sheet.rules
    known = _SHEETS.get(sheet)
    if known is None or known[0] is not rules:
        known = _SHEETS[sheet] = (rules, hash(tuple(map(id, rules))))
    return known[1]


def _look(node: DOMNode) -> Hashable:
    """Return all that a selector can see of a node, except its position."""
    look: list[Hashable] = []
    for one in node.css_path_nodes:
        look += (type(one), one._id, frozenset(one._classes))
        if isinstance(one, Widget):
            look += (one.mouse_hover, one.has_focus, one.disabled, one.allow_focus())
            look.append(one.has_focus_within)
        elif isinstance(one, App):
            look += (one.app_focus, one.theme, one.is_inline)
            look += (one.native_ansi_color, one.no_color)
    return tuple(look)
