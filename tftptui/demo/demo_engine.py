"""An EngineClient whose engine is a demo, for a screen.

It runs in its own thread, on a loop in demo time, so that slow motion and pauses affect
only the demo.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import msgspec

from tftptui.demo.director import Director, StepState
from tftptui.demo.picture import picture
from tftptui.demo.scenario.tables import Scenario
from tftptui.demo.simulation.demo_time import (
    FASTEST,
    SLOWEST,
    Pace,
    PaceClock,
    PacedLoop,
)
from tftptui.demo.stage import Stage, temporary_root
from tftptui.demo.view import DemoView, PlayView
from tftptui.engine.client import EngineError
from tftptui.engine.messages import Answer, Command, Frame, SetPorts

FRAME_INTERVAL = 0.1
"""Real seconds between two polls for frames."""

FASTER = 2.0
"""Factor of one step of speed."""

T = TypeVar("T")


class DemoEngine:
    """Runs a demo; see EngineClient. The presenter's actions have their own methods.

    Args:
        scenario: the scenario.
        seed: of all random numbers.
        speed: seconds of demo time per real second; None is the scenario's own.
    """

    def __init__(
        self, scenario: Scenario, *, seed: int, speed: float | None = None
    ) -> None:
        self.pace = Pace(speed or scenario.speed)
        self.clock = PaceClock(self.pace)
        self._scenario, self._seed = scenario, seed
        self._thread: threading.Thread | None = None
        self._loop: PacedLoop | None = None
        self._end: asyncio.Event | None = None
        self._director: Director | None = None
        self._ready: Future[None] = Future()
        self._stopped = asyncio.Event()

    async def start(self) -> None:
        """Start the demo; see EngineClient."""
        self._ready, self._stopped = Future(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="demo", daemon=True)
        self._thread.start()
        await asyncio.wrap_future(self._ready)

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield frames as they come; see EngineClient."""
        while not self._stopped.is_set():
            frame = await self._do(lambda director: director.stage.next_frame())
            if frame is not None:
                yield _of_demo(frame)
            try:
                async with asyncio.timeout(FRAME_INTERVAL):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    async def ask(self, command: Command) -> Answer | None:
        """Execute a command; see EngineClient."""
        loop, director = self._held()
        asked = director.stage.engine.ask(command)
        answer = await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(asked, loop)
        )
        if isinstance(command, SetPorts):  # the scene keeps what the user chose
            director.stage.operator.single_port = command.single_port
            await self._do(lambda director: director.ask_again())
        return answer

    async def stop(self) -> None:
        """Stop everything; see EngineClient."""
        self._stopped.set()
        loop, end, thread = self._loop, self._end, self._thread
        if loop is None or end is None or thread is None:
            return
        self._loop = None
        loop.call_soon_threadsafe(end.set)
        await asyncio.to_thread(thread.join)

    # The presenter.

    async def look(self) -> DemoView:
        """Return the current state of the demo."""
        return await self._do(lambda director: picture(director, self.pace))

    async def next(self) -> None:
        """Start the first step, or go on to the next."""

        def go_on(director: Director) -> None:
            self.pace.is_paused = False
            if director.state is StepState.READY:
                director.begin()
            else:
                director.next()

        await self._do(go_on)

    async def again(self) -> None:
        """Restart the current step, or the first one."""

        def start_over(director: Director) -> None:
            self.pace.is_paused = False
            director.again()

        await self._do(start_over)

    async def pause(self) -> None:
        """Pause or resume."""

        def turn(_: Director) -> None:
            self.pace.is_paused = not self.pace.is_paused

        await self._do(turn)

    async def faster(self, steps: int) -> None:
        """Double the speed for each step, or halve it for negative ones."""

        def change(_: Director) -> None:
            speed = (self.pace.speed or 1.0) * FASTER**steps
            self.pace.speed = min(FASTEST, max(SLOWEST, speed))

        await self._do(change)

    async def play(self, play: PlayView) -> None:
        """Apply switches set by hand; see recast() for clients."""
        await self._do(lambda director: director.play(play))

    async def recast(self, play: PlayView, who: str = "") -> None:
        """Change clients by hand; WHO is switched on, or restarted if it is on.

        Raises:
            CastingError: one of them is invalid; nothing has changed.
        """

        def change(director: Director) -> None:
            director.play(play)
            director.start(who)

        await self._do(change)

    async def set_rules(self, texts: list[str]) -> None:
        """Replace the firewall's rules until a step changes them.

        Raises:
            RuleError: one of them is invalid; nothing has changed.
        """
        await self._do(lambda director: director.set_rules(texts))

    # The thread.

    async def _do(self, work: Callable[[Director], T]) -> T:
        """Run a function in the demo's thread.

        Raises:
            EngineError: the demo is over.
        """
        loop, director = self._held()
        done: Future[T] = Future()

        def run() -> None:
            if not done.set_running_or_notify_cancel():
                return  # the caller has cancelled
            try:
                done.set_result(work(director))
            except Exception as error:  # noqa: BLE001 - the caller gets it
                done.set_exception(error)

        try:
            loop.call_soon_threadsafe(run)
        except RuntimeError as error:  # the loop has ended meanwhile
            raise EngineError("the demo is over") from error
        return await asyncio.wrap_future(done)

    def _held(self) -> tuple[PacedLoop, Director]:
        """Return loop and director while the demo runs.

        Raises:
            EngineError: it is over.
        """
        if self._loop is None or self._director is None:
            raise EngineError("the demo is over")
        return self._loop, self._director

    def _run(self) -> None:
        try:
            with (
                temporary_root() as root,
                asyncio.Runner(loop_factory=lambda: PacedLoop(self.pace)) as runner,
            ):
                runner.run(self._show(Path(root)))
        except Exception as error:  # noqa: BLE001 - told where the demo is held
            if not self._ready.done():
                self._ready.set_exception(error)

    async def _show(self, root: Path) -> None:
        stage = Stage(self._scenario, self._seed, root)
        self._end = asyncio.Event()
        try:
            await stage.open(self.clock)
            self._director = Director(stage)
            self._director.open()
            self._loop = stage.loop
            self._ready.set_result(None)
            await self._end.wait()
        finally:
            await stage.close()


def _of_demo(frame: Frame) -> Frame:
    """Return a frame marked as a demo's."""
    if frame.status is None:
        return frame
    # Its clients are on the loopback: this host's networks do not apply.
    status = msgspec.structs.replace(frame.status, source="demo", networks=[])
    return msgspec.structs.replace(frame, status=status)
