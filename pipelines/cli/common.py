"""What every command shares: options, output, and how errors end a process."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final, NoReturn, ParamSpec, TextIO

import typer

from plummer.schemas.errors import ExitCode, PlummerError

if TYPE_CHECKING:
    from plummer.pipelines.home import Home

HomeOption = Annotated[
    Path,
    typer.Option("--home", envvar="PLUMMER_HOME", help="The home: zones, keys and releases of one hospital."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="End standard output with exactly one JSON object.")]
PurposeOption = Annotated[
    str, typer.Option("--purpose", envvar="PLUMMER_PURPOSE", help="What for; stands in the access ledger.")
]
DEFAULT_HOME = Path("plummer_home")

# newer typers carry a click of their own, whose errors the package click doesn't know
CLICK_ERROR: Final[type[Any]] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""What wrong usage raises."""

P = ParamSpec("P")


def home_at(root: Path) -> "Home":
    """The home that the options name, its tables in ``PLUMMER_STORAGE`` where that is set."""
    from plummer.pipelines.home import Home
    from plummer.pipelines.storage import absolute_uri

    storage = os.environ.get("PLUMMER_STORAGE", "")
    return Home.at(root, absolute_uri(storage) if storage else None)


def emit(data: Mapping[str, Any]) -> None:
    """Print one JSON object as the last line of standard output."""
    _write(sys.stdout, json.dumps(data, ensure_ascii=False, default=str))


def say(line: str = "") -> None:
    """Print a line for a person on standard output."""
    _write(sys.stdout, line)


def note(line: str) -> None:
    """Print a line about the work on standard error."""
    _write(sys.stderr, line)


def _write(stream: TextIO, line: str) -> None:
    try:
        stream.write(f"{line}\n")
        stream.flush()
    except BrokenPipeError:
        hush(stream)


def hush(stream: TextIO) -> None:
    """Send a stream nowhere, since its reader has left (``plummer status | head``); the exit code stands."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def stop(error: PlummerError, known: Mapping[str, Any] | None = None, *, as_json: bool) -> NoReturn:
    """End the process with an error's code, its message on standard error, its object on request."""
    note(f"plummer: {error}")
    if as_json:
        told = {"code": error.code, "message": error.message, "ref": error.ref}
        emit({**(known or {}), "error": told})
    raise typer.Exit(int(error.exit_code))


@contextmanager
def opened(out: Path | None) -> Iterator[BinaryIO]:
    """A file that appears only when it is whole, or standard output.

    Raises:
        PlummerError: ``out_unwritable`` (exit 2).
    """
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(out)
    except OSError:
        raise PlummerError("out_unwritable", "--out can't be written", ExitCode.USAGE) from None
    finally:
        part.unlink(missing_ok=True)


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Make a command end with the contract's exit codes, whatever it raises."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("as_json", False))
        try:
            command(*args, **kwargs)
        except PlummerError as error:
            stop(error, as_json=as_json)
        except KeyboardInterrupt:
            stop(PlummerError("interrupted", "stopped by the user", ExitCode.INTERRUPTED), as_json=as_json)
        except (typer.Exit, typer.Abort, CLICK_ERROR):
            raise
        except BrokenPipeError:
            hush(sys.stdout)
        except ModuleNotFoundError as error:
            stop(_absent(error), as_json=as_json)
        except Exception as error:
            kind = type(error).__name__
            stop(PlummerError("internal", "an unexpected error", ExitCode.INTERNAL, kind), as_json=as_json)

    return run


def _absent(error: ModuleNotFoundError) -> PlummerError:
    name = (error.name or "").partition(".")[0]
    if name in {"", "plummer"}:
        return PlummerError("internal", "an unexpected error", ExitCode.INTERNAL, type(error).__name__)
    message = "reading releases needs less than this command; run: pip install 'plummer[pipeline]'"
    return PlummerError("pipeline_missing", message, ExitCode.MISSING_COMPONENT, name)
