"""What every command shares: options, output, and how errors end a process."""

import json
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NoReturn, ParamSpec

import typer

from plummer.schemas.errors import ExitCode, PlummerError

HomeOption = Annotated[
    Path,
    typer.Option("--home", envvar="PLUMMER_HOME", help="The home: zones, keys and releases of one hospital."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="End standard output with exactly one JSON object.")]
DEFAULT_HOME = Path("plummer_home")

P = ParamSpec("P")


def emit(data: Mapping[str, Any]) -> None:
    """Print one JSON object as the last line of standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def say(line: str = "") -> None:
    """Print a line for a person on standard output."""
    sys.stdout.write(f"{line}\n")


def note(line: str) -> None:
    """Print a line about the work on standard error."""
    sys.stderr.write(f"{line}\n")


def stop(error: PlummerError, known: Mapping[str, Any] | None = None, *, as_json: bool) -> NoReturn:
    """End the process with an error's code, its message on standard error, its object on request."""
    note(f"plummer: {error}")
    if as_json:
        told = {"code": error.code, "message": error.message, "ref": error.ref}
        emit({**(known or {}), "error": told})
    raise typer.Exit(int(error.exit_code))


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
        except typer.Exit:
            raise
        except Exception as error:
            kind = type(error).__name__
            stop(PlummerError("internal", "an unexpected error", ExitCode.INTERNAL, kind), as_json=as_json)

    return run
