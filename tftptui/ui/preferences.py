"""What the person at the screen prefers."""

from dataclasses import replace
from functools import cached_property

from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.ui.firewall.rule_choice import Wishes
from tftptui.ui.memory import Memory


class Taste:
    """Choices that outlive the screen on which they were made.

    Args:
        memory: what is known of them from before.

    Attributes:
        recipe: whose commands were looked at last.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.recipe = ""

    @property
    def platform(self) -> str:
        """Whose remedies to show first; the same firewall's rules are written."""
        return self._memory.choice("platform") or self.wishes.dialect.speech.title

    @cached_property
    def wishes(self) -> Wishes:
        """Which firewall's rules to write."""
        return _written_for(Wishes(), self._memory.choice("platform"))

    def next_platform(self, step: int, among: list[str]) -> None:
        """Choose the platform STEP places on among those on offer."""
        if not among:
            return
        here = among.index(self.platform) if self.platform in among else 0
        platform = among[(here + step) % len(among)]
        self._memory.remember_choice("platform", platform)
        self.wishes = _written_for(self.wishes, platform)

    def wish(self, wishes: Wishes) -> None:
        """Choose which firewall's rules to write."""
        self.wishes = wishes
        self._memory.remember_choice("platform", wishes.dialect.speech.title)


def _written_for(wishes: Wishes, platform: str) -> Wishes:
    """Return wishes for a platform's rules, where they can be written."""
    for dialect in Dialect:
        if dialect.speech.title == platform:
            return replace(wishes, dialect=dialect)
    return wishes
