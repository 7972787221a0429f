"""Evidence about the path from transfers of other clients of a network."""

from collections import OrderedDict, deque

from tftptui.findings.facts import Neighbour
from tftptui.telemetry.views import TransferView

KEPT_NETWORKS = 512
KEPT_OF_EACH = 64
"""Limit of transfers per network, and of networks: bounds the memory of a flood."""

FRESH = 3_600.0
"""Seconds for which a transfer counts as evidence about the path."""


class NetworkHistory:
    """Transfers that worked or never got a reply, by the client's network."""

    def __init__(self) -> None:
        self._networks: OrderedDict[str, deque[Neighbour]] = OrderedDict()

    def note(self, network: str, view: TransferView, *, is_again: bool = False) -> None:
        """Record whether a transfer got a reply.

        Args:
            network: of the client.
            view: the current state of the transfer.
            is_again: whether it was recorded before, while it ran.
        """
        found = self._networks.setdefault(network, deque(maxlen=KEPT_OF_EACH))
        self._networks.move_to_end(network)
        if is_again:
            for before in [one for one in found if one.number == view.number]:
                found.remove(before)
        worked = view.has_answered
        found.append(
            Neighbour(
                number=view.number,
                client=view.client,
                client_tid=view.client_tid,
                server_tid=view.server_tid,
                file=view.file,
                kind=view.kind,
                worked=worked,
                had_oack=bool(view.agreed),
                block_size=view.block_size,
                time=(worked and view.ended) or view.moved,
                begun=view.started,
                is_done=view.phase == "completed",
                has_blocks=view.acked_blocks > 0,
                is_upload=view.direction == "write",
                is_open=view.running and not worked,
                requests=view.requests,
            )
        )
        while len(self._networks) > KEPT_NETWORKS:
            self._networks.popitem(last=False)

    def forget(self, since: float) -> None:
        """Drop what was recorded since a wall-clock time; 0 drops everything."""
        for network, found in list(self._networks.items()):
            kept = [one for one in found if one.time < since]
            if kept:
                self._networks[network] = deque(kept, maxlen=KEPT_OF_EACH)
            else:
                del self._networks[network]

    def of(self, network: str, now: float) -> list[Neighbour]:
        """Return the transfers of a network, oldest first."""
        found = self._networks.get(network, ())
        return [one for one in found if now - one.time < FRESH]
