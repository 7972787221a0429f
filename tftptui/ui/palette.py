"""The palette: everything by name, by what it does, by its key; settings as well."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider

from tftptui.settings import Value, option_name
from tftptui.ui.keymap import CHAINS, TITLES, actions

IN_WORDS = 0.4
"""How well a command fits whose description alone has what was typed; a name that
fits has up to 1."""

LISTED = frozenset({"app.policy", "app.capture", "app.doctor", "main.firewall"})
"""Actions that the bottom line has no room for, and the palette shows at once."""


SHARED = ("list", "top", "main", "app")
"""Scopes of keys that mean the same in more than one pane."""


class Everything(Provider):
    """Offers what the app offers, and finds it by any word that is said of it."""

    def _commands(self) -> Iterator[SystemCommand]:
        yield from self.app.get_system_commands(self.screen)

    async def discover(self) -> Hits:
        """Yield all of it, by name."""
        for command in sorted(self._commands(), key=lambda one: one.title):
            if command.discover:
                yield DiscoveryHit(command.title, command.callback, help=command.help)

    async def search(self, query: str) -> Hits:
        """Yield what has the letters in its name, or all the words in what it does."""
        matcher = self.matcher(query)
        words = query.casefold().split()
        for title, effect, callback, _ in self._commands():
            score = matcher.match(title)
            described = f"{title} {effect}".casefold()
            if not score and all(word in described for word in words):
                score = IN_WORDS
            if score:
                yield Hit(score, matcher.highlight(title), callback, help=effect)


def key_commands(scope: str, press: Callable[[str], None]) -> Iterator[SystemCommand]:
    """Yield what keys do in SCOPE; those that are seldom used are found by words."""
    for part in CHAINS[scope]:
        for action in actions(part):
            if action.call != "command_palette":
                keys = f" ({action.shown_keys})" if len(action.keys) > 1 else ""
                yield SystemCommand(
                    f"{action.label.capitalize()}  ({action.shown_key})",
                    f"{action.effect}{keys}",
                    partial(press, action.keys[0]),
                    discover=action.shown or action.id in LISTED,
                )


def pane_commands(
    pane: str, scope: str, press: Callable[[str], None]
) -> Iterator[SystemCommand]:
    """Yield what keys do in a PANE and not in SCOPE; found by words, not listed."""
    for part in CHAINS[pane]:
        for action in actions(part) if part not in CHAINS[scope] + SHARED else ():
            yield SystemCommand(
                f"{TITLES[pane]}: {action.label}  ({action.shown_key})",
                action.effect,
                partial(press, action.keys[0]),
                discover=False,
            )


def policy_commands(
    settings: Mapping[str, Value], show: Callable[[str], None]
) -> Iterator[SystemCommand]:
    """Yield SETTINGS as they are, each of which leads to its row; found by words."""
    from tftptui.ui.policy.table import POLICIES  # noqa: PLC0415 - see deferred_imports.py

    for policy in POLICIES if settings else ():
        now = policy.kind.show(settings.get(policy.name))
        name = f"--{option_name(policy.name)}"
        yield SystemCommand(
            f"Policy: {policy.title or policy.label}",
            f"{policy.meaning} Now: {now}. ({policy.group}, {name})",
            partial(show, policy.name),
            discover=False,
        )
