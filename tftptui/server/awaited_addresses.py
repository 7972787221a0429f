"""Addresses in ``--listen`` that this machine does not have (yet).

Their sockets are bound anyway (``IP_FREEBIND``) and receive requests as soon as the
address exists: a direct cable often gets its address after the server has started, and
loses it each time the board resets its end of the link.
"""

from collections.abc import Callable, Iterable

from tftptui.net.addresses import Endpoint
from tftptui.net.interfaces import is_own_address

INTERVAL = 0.5
"""Seconds between checks."""


class AwaitedAddresses:
    """Watches which listening addresses are missing and reports changes.

    Args:
        listeners: addresses that take requests; wildcards always count as present.
        tell: callback that gets a sentence for each change.
        has: returns whether this machine has an address now.

    Attributes:
        notices: a sentence for each address that is missing now.
    """

    def __init__(
        self,
        listeners: Iterable[Endpoint],
        tell: Callable[[str], object],
        has: Callable[[Endpoint], bool] = is_own_address,
    ) -> None:
        self.notices: list[str] = []
        self._tell, self._has = tell, has
        self._listeners = list(listeners)
        self._absent = [one for one in self._listeners if not has(one)]
        self._looked = float("-inf")
        self._describe()

    def look(self, now: float) -> None:
        """Check again if INTERVAL has passed at NOW (monotonic seconds)."""
        if now - self._looked < INTERVAL:
            return
        self._looked = now
        before = self._absent
        self._absent = [one for one in self._listeners if not self._has(one)]
        if before == self._absent:
            return
        self._describe()
        for one in self._listeners:
            if one in before and one not in self._absent:
                self._tell(f"{one.host} is an address of this machine now: listening")
            elif one in self._absent and one not in before:
                self._tell(f"{one.host} was removed from this machine: waiting for it")

    def _describe(self) -> None:
        self.notices = [
            f"{one.host} is not an address of this machine: waiting for it "
            f"(see: ip address)"
            for one in self._absent
        ]
