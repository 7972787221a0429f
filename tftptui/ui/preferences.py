"""The user's preferences."""

from dataclasses import replace
from functools import cached_property

from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.ui.firewall.rule_choice import Wishes
from tftptui.ui.memory import Memory


class Taste:
    """Choices kept after the screen on which they were made is closed.

    Args:
        memory: choices from earlier runs.

    Attributes:
        recipe: the recipe whose commands were shown last.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.recipe = ""

    @property
    def platform(self) -> str:
        """The platform whose remedies are shown first, and whose rules are written."""
        return self._memory.choice("platform") or self.wishes.dialect.speech.title

    @cached_property
    def wishes(self) -> Wishes:
        """The firewall whose rules are written."""
        return _written_for(Wishes(), self._memory.choice("platform"))

    def next_platform(self, step: int, among: list[str]) -> None:
        """Choose the platform STEP places further AMONG those on offer."""
        if not among:
            return
        here = among.index(self.platform) if self.platform in among else 0
        platform = among[(here + step) % len(among)]
        self._memory.remember_choice("platform", platform)
        self.wishes = _written_for(self.wishes, platform)

    def wish(self, wishes: Wishes) -> None:
        """Choose the firewall whose rules are written."""
        self.wishes = wishes
        self._memory.remember_choice("platform", wishes.dialect.speech.title)


def _written_for(wishes: Wishes, platform: str) -> Wishes:
    """Return the choices for a platform's rules, if they can be written."""
    for dialect in Dialect:
        if dialect.speech.title == platform:
            return replace(wishes, dialect=dialect)
    return wishes
