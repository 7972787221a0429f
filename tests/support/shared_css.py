"""Parsing each style sheet once for all apps of a test run, not once an app.

A rule set is never changed once it is parsed: Textual itself keeps them from one
refresh of an app to the next.
"""

from collections.abc import Hashable
from typing import Any

import pytest
from textual.css import parse as parsing
from textual.css import stylesheet
from textual.css.model import RuleSet

_PARSED: dict[Hashable, list[RuleSet]] = {}


def share_parsed_css(patch: pytest.MonkeyPatch) -> None:
    parse = parsing.parse

    def parse_once(
        scope: str,
        css: str,
        read_from: tuple[str, str],
        *,
        variable_tokens: dict[str, list[Any]],
        is_default_rules: bool,
        tie_breaker: int,
    ) -> list[RuleSet]:
        variables = tuple(
            (name, *(token.value for token in tokens))
            for name, tokens in variable_tokens.items()
        )
        key = (scope, css, read_from, is_default_rules, tie_breaker, variables)
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
