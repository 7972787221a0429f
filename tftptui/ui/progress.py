"""Progress bars for one transfer, or for several steps, in an ordinary terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)


class _Bar:
    """Context manager: a bar of several COLUMNS next to its name."""

    def __init__(
        self,
        name: str,
        *columns: ProgressColumn,
        total: int | None,
        console: Console | None,
    ) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            *columns,
            console=console or Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task(name, total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()


class ProgressBar(_Bar):
    """Context manager: a bar on standard error that is removed at the end.

    Args:
        name: of the file, printable.
        console: where to draw instead.
    """

    def __init__(self, name: str, console: Console | None = None) -> None:
        columns = (DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        super().__init__(name, *columns, total=None, console=console)

    def show(self, nbytes: int, total: int | None) -> None:
        """Move the bar; without a total it only animates."""
        self._progress.update(self._task, completed=nbytes, total=total)


class StepsBar(_Bar):
    """Context manager: a bar of COUNT steps on standard error."""

    def __init__(self, name: str, count: int, console: Console | None = None) -> None:
        super().__init__(name, MofNCompleteColumn(), total=count, console=console)

    def step(self, what: object = None) -> None:
        """Move on by one step."""
        del what
        self._progress.advance(self._task)
