"""Progress of long work: a bar on a terminal, plain lines elsewhere; always on standard error."""

import sys
from contextlib import suppress
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Listener(Protocol):
    """Hears of steps as they begin and end."""

    def started(self, step: str) -> None:
        """A step begins."""

    def finished(self, step: str, seconds: float, *, reused: bool) -> None:
        """A step has ended."""

    def close(self) -> None:
        """No more steps will come."""


class PlainLines:
    """One line when a step begins and one when it ends."""

    def started(self, step: str) -> None:
        """Say that a step begins."""
        self._say(f"{step} ...")

    def finished(self, step: str, seconds: float, *, reused: bool) -> None:
        """Say how long it took, or that nothing had changed."""
        self._say(f"{step}: unchanged" if reused else f"{step}: {seconds:.1f} s")

    def close(self) -> None:
        """Nothing to close."""

    @staticmethod
    def _say(line: str) -> None:
        with suppress(BrokenPipeError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()


class Bar:
    """A bar with the present step's name."""

    def __init__(self, steps: int) -> None:
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("starting", total=steps)
        self._progress.start()

    def started(self, step: str) -> None:
        """Show the step's name."""
        self._progress.update(self._task, description=step)

    def finished(self, step: str, seconds: float, *, reused: bool) -> None:
        """Advance, and leave a line behind."""
        self._progress.advance(self._task)
        self._progress.console.print(f"{step}: unchanged" if reused else f"{step}: {seconds:.1f} s")

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()


class Silence:
    """Hears nothing; the default, for tests and for the UI."""

    def started(self, step: str) -> None:
        """Ignore."""

    def finished(self, step: str, seconds: float, *, reused: bool) -> None:
        """Ignore."""

    def close(self) -> None:
        """Ignore."""


listener: Listener = Silence()
"""The process's listener; the command line puts its own here."""


def listen(steps: int) -> Listener:
    """Put a bar or plain lines in place, as standard error is a terminal or not."""
    global listener  # noqa: PLW0603 (one process, one standard error)
    listener = Bar(steps) if sys.stderr.isatty() else PlainLines()
    return listener


def started(step: str) -> None:
    """Tell the listener that a step begins."""
    listener.started(step)


def finished(step: str, seconds: float, *, reused: bool) -> None:
    """Tell the listener that a step has ended."""
    listener.finished(step, seconds, reused=reused)
