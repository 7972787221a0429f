"""Turns a capture on and off at runtime."""

import asyncio
from collections.abc import Callable

from tftptui.engine.recording.live_capture import LiveCapture, place_of
from tftptui.server.fastpath.one_block_read import AnyTransfer
from tftptui.server.recorder import Recorder
from tftptui.settings import Settings
from tftptui.telemetry.capture.place import CaptureError
from tftptui.telemetry.events import TransferStarted
from tftptui.telemetry.views import Recording
from tftptui.wire.sources import HeardFrame


class CaptureSwitch:
    """The current capture, if any.

    Args:
        recorder: source of records.
        transfers: active transfers, by number.
        warn: callback for warnings to the operator.
    """

    def __init__(
        self,
        recorder: Recorder,
        transfers: dict[int, AnyTransfer],
        warn: Callable[[str], None],
    ) -> None:
        self._recorder, self._transfers, self._warn = recorder, transfers, warn
        self._live: LiveCapture | None = None
        self._ending: LiveCapture | None = None
        self._snaplen: int | None = None

    @property
    def recording(self) -> Recording | None:
        """The current capture, for watchers."""
        return None if self._live is None else self._live.recording

    def follow(self, settings: Settings) -> None:
        """Start, move or stop the capture as SETTINGS say.

        Raises:
            CaptureError: that is not possible; the previous capture goes on.
        """
        live = self._live
        if settings.capture is None:
            self._end()
            return
        is_same = live is not None and live.place == place_of(settings)
        if is_same and self._snaplen == settings.snaplen:
            return
        if live is not None and live.place.path == place_of(settings).path:
            raise CaptureError("a capture is running; stop it first")
        if self._ending is not None and self._ending.is_finishing:
            raise CaptureError(
                "the previous capture is still being written; try again in a moment"
            )
        begun = LiveCapture(settings, self._recorder, self._transfers, self._failed)
        self._end()
        begun.start()
        self._live, self._snaplen = begun, settings.snaplen

    def began(self, event: TransferStarted) -> None:
        """Record a transfer that starts."""
        if self._live is not None:
            self._live.began(event.transfer or 0)

    def heard(self, frame: HeardFrame) -> None:
        """Record an ARP or DHCP packet."""
        if self._live is not None:
            self._live.heard(frame)

    async def stop(self) -> None:
        """End the capture and wait until its file is written."""
        self._end()
        if self._ending is not None:
            await asyncio.to_thread(self._ending.wait)
            if self._ending.is_finishing:
                path = self._ending.recording.path
                self._warn(f"the end of the capture {path} was not written in time")

    def _failed(self, why: str) -> None:
        live = self._live
        if live is not None:
            self._end()
            packets = live.recording.packets
            self._warn(
                f"the capture {live.recording.path} stopped: {why}; it has {packets} "
                "packets"
            )

    def _end(self) -> None:
        live = self._live
        if live is None:
            return
        self._live = None
        live.stop()
        self._ending = live
        if live.missed:
            self._warn(
                f"the capture {live.recording.path} lost {live.missed} records: the "
                "disk was too slow"
            )
