"""Checks a setting while it is typed: is it valid, and which clients are affected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import msgspec

from tftptui.engine.live_settings import live_settings
from tftptui.settings import (
    Settings,
    SettingsError,
    Value,
    changed_settings,
    option_name,
    parse_network,
)
from tftptui.ui.policy.table import Policy

DEFAULTS: Mapping[str, Value] = live_settings(Settings(root=Path()))
"""The defaults."""

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """The result of the check.

    Attributes:
        text: the error, or the effect.
        value: the parsed value; meaningless on an error.
        is_wrong: whether it is invalid.
        is_warning: whether it is valid but may surprise.
    """

    text: str
    value: Value = None
    is_wrong: bool = False
    is_warning: bool = False


def judge_policy(
    policy: Policy, text: str, now: Mapping[str, Value], clients: Iterable[str]
) -> PolicyVerdict:
    """Check TEXT against the settings NOW in force.

    CLIENTS are addresses that were served recently.
    """
    try:
        value = policy.kind.read(text)
        changed = changed_settings(_settings(now), {policy.name: value})
    except SettingsError as error:
        rest = str(error).removeprefix(f"{option_name(policy.name)} ")
        named = f"{policy.label} {rest}" if rest != str(error) else rest
        return PolicyVerdict(named, is_wrong=True)
    if value == now.get(policy.name):
        return PolicyVerdict("unchanged", value)
    refused = [
        client for client in sorted(set(clients)) if not _served(client, changed)
    ]
    if refused and policy.name in ("allow", "deny"):
        named = ", ".join(refused[:MOST_NAMED])
        more = len(refused) - MOST_NAMED
        who = named + (f" and {more} more" if more > 0 else "")
        return PolicyVerdict(f"will be refused: {who}", value, is_warning=True)
    return PolicyVerdict(
        f"{policy.kind.show(now.get(policy.name))} → {policy.kind.show(value)}, from "
        "the next request",
        value,
    )


def _settings(now: Mapping[str, Value]) -> Settings:
    known = {name: now[name] for name in DEFAULTS if name in now}
    return msgspec.convert({"root": ".", **known}, Settings, dec_hook=_path)


def _path(kind: type, value: object) -> object:
    return cast("type[Path]", kind)(cast("str", value))


def _served(client: str, settings: Settings) -> bool:
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return True
    allowed = [parse_network(text) for text in settings.allow]
    denied = [parse_network(text) for text in settings.deny]
    if any(address in network for network in denied):
        return False
    return not allowed or any(address in network for network in allowed)
