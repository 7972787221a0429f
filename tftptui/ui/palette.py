"""The palette: finds actions, settings, findings, clients and files by their words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Protocol, runtime_checkable

from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider

from tftptui.settings import Value, option_name
from tftptui.ui.keymap import CHAINS, TITLES, actions
from tftptui.ui.kit.fields import has_all
from tftptui.ui.store import Store

IN_WORDS = 0.4
"""Score of a command that matches only in its description; a name scores up to 1."""

MOST_OF_A_KIND = 20
"""Limit of findings, clients or files on offer."""

SHORTEST_WORD = 2
"""Minimum letters to search findings, clients and files."""

LISTED = frozenset(
    {"app.policy", "app.capture", "app.doctor", "main.firewall", "main.wire"}
)
"""Actions without room in the bottom line, listed by the palette at once."""


SHARED = ("list", "top", "main", "app")
"""Scopes of keys with the same meaning in more than one pane."""


class Everything(Provider):
    """Offers the app's commands, and finds them by the words of their descriptions."""

    def _commands(self) -> Iterator[SystemCommand]:
        yield from self.app.get_system_commands(self.screen)

    async def discover(self) -> Hits:
        """Yield all commands, by name."""
        for command in sorted(self._commands(), key=lambda one: one.title):
            if command.discover:
                yield DiscoveryHit(command.title, command.callback, help=command.help)

    async def search(self, query: str) -> Hits:
        """Yield commands with these letters in the title, or words in the text."""
        matcher = self.matcher(query)
        words = query.casefold().split()
        for title, effect, callback, _ in self._commands():
            score = matcher.match(title)
            described = f"{title} {effect}".casefold()
            if not score and all(word in described for word in words):
                score = IN_WORDS
            if score:
                yield Hit(score, matcher.highlight(title), callback, help=effect)


@runtime_checkable
class FindsThings(Protocol):
    """An app that finds findings, clients and files."""

    async def things(self, words: Sequence[str]) -> Sequence[SystemCommand]:
        """Return commands for those that contain all WORDS."""


class Things(Provider):
    """Finds findings, clients and files by their words."""

    async def search(self, query: str) -> Hits:
        """Yield those that contain all words."""
        words = query.casefold().split()
        if max(map(len, words), default=0) < SHORTEST_WORD:
            return
        if isinstance(self.app, FindsThings):
            for one in await self.app.things(words):
                yield Hit(IN_WORDS, one.title, one.callback, help=one.help)


def finding_commands(
    store: Store, words: Sequence[str], show: Callable[[int], None]
) -> Iterable[SystemCommand]:
    """Return a command for each finding in force that contains all WORDS."""
    found = (
        SystemCommand(f"Finding: {one.headline}", one.code, partial(show, one.number))
        for one in store.findings_in_order()
        if not one.withdrawn
        and has_all(tuple(words), f"finding {one.headline} {one.code} {one.client}")
    )
    return islice(found, MOST_OF_A_KIND)


def client_commands(
    store: Store, words: Sequence[str], show: Callable[[str], None]
) -> Iterable[SystemCommand]:
    """Return a command for each client that contains all WORDS, the latest first."""
    kinds: dict[str, str] = {}
    for view in reversed(store.transfers.values()):
        kinds[view.client] = kinds.get(view.client) or view.kind
    for refusal in reversed(store.refusals):
        kinds.setdefault(refusal.client, refusal.kind)
    found = (
        SystemCommand(
            f"Client: {client}" + (f" · {kind}" if kind else ""),
            "Show only its transfers.",
            partial(show, client),
        )
        for client, kind in kinds.items()
        if has_all(tuple(words), f"client {client} {kind}")
    )
    return islice(found, MOST_OF_A_KIND)


def file_commands(
    names: Iterable[str], show: Callable[[str], None]
) -> Iterable[SystemCommand]:
    """Return a command for each file, up to a limit."""
    found = (
        SystemCommand(f"File: {name}", "Show it in Files.", partial(show, name))
        for name in names
    )
    return islice(found, MOST_OF_A_KIND)


def key_commands(scope: str, press: Callable[[str], None]) -> Iterator[SystemCommand]:
    """Yield the keys of SCOPE as commands; rarely used ones are only found by words."""
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
    """Yield keys of PANE that are not in SCOPE; found by words, not listed."""
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
    """Yield the SETTINGS, each of which opens its row; found by words."""
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
