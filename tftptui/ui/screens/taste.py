"""What the person at the screen prefers, for as long as the program runs."""

from dataclasses import dataclass, field, replace

from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.ui.widgets.wishes import Wishes


@dataclass
class Taste:
    """Choices that outlive the screen on which they were made.

    Attributes:
        platform: whose remedies to show first; the same firewall's rules are written.
        wishes: which firewall's rules to write.
        recipe: whose commands were looked at last.
    """

    platform: str = "nftables"
    wishes: Wishes = field(default_factory=Wishes)
    recipe: str = ""

    def next_platform(self, step: int, among: list[str]) -> None:
        """Choose the platform STEP places on among those on offer."""
        if not among:
            return
        here = among.index(self.platform) if self.platform in among else 0
        self.platform = among[(here + step) % len(among)]
        for dialect in Dialect:
            if dialect.speech.title == self.platform:
                self.wishes = replace(self.wishes, dialect=dialect)

    def wish(self, wishes: Wishes) -> None:
        """Choose which firewall's rules to write."""
        self.wishes, self.platform = wishes, wishes.dialect.speech.title
