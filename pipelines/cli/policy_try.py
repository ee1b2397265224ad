"""`plummer policy try`: one record or note before and after, with the rule that decided each path."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from plummer.pipelines.cli.common import guarded, say
from plummer.schemas.errors import ExitCode, PlummerError

_LARGEST: Final = 8 * 1024**2
_WIDEST: Final = 60


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("try")(try_)


@guarded
def try_(
    file: Annotated[Path, typer.Argument(help="A FHIR resource as JSON, or a note as plain text.")],
    profile: Annotated[str, typer.Option(help="Shipped policy, or path of one.")] = "safe_harbor",
) -> None:
    """Show a record before and after, with the rule that decides each path; on a terminal only.

    It prints values of the record, so it refuses to write into a file or a pipe. Nothing of the home is
    used: pseudonyms, shifts and the names of other people in the home are not those of a run.

    Example: `plummer policy try patient.json --profile expert_determination`
    """
    if not sys.stdout.isatty():
        message = "this shows values of a record and writes to a terminal only"
        raise PlummerError("not_a_terminal", message, ExitCode.USAGE)
    text = _read(file)
    for line in _resource(text, profile) if text.lstrip().startswith("{") else _note(text, profile):
        say(line)


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise PlummerError("record_too_large", "the file is larger than 8 MiB", ExitCode.USAGE)
        return content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        message = "the file can't be read as UTF-8 text"
        raise PlummerError("file_unreadable", message, ExitCode.USAGE) from None


def _resource(text: str, profile: str) -> Iterator[str]:
    import msgspec

    from plummer.deid.context import SubjectContext
    from plummer.deid.policy import load_policy
    from plummer.deid.pseudonyms import identifier_scope, keyed_identifier
    from plummer.deid.structure import Scrubber
    from plummer.deid.structure.census import Census
    from plummer.deid.text import TextEngine

    policy = load_policy(profile)
    drawn = os.urandom(32)

    def identify(system: str, path: str, value: str) -> str:
        return keyed_identifier(drawn, identifier_scope(system, "tried", path), value)

    context = SubjectContext(secret=drawn, identify=identify)
    after = msgspec.json.decode(Scrubber(policy, TextEngine()).scrub(text, context, "tried").body)
    before = msgspec.json.decode(text)
    for seen in sorted(Census(policy).count(text)):
        yield f"{seen.path}  {seen.action}  [{seen.rule}]"
        yield f"  before  {_shown(before, seen.path)}"
        yield f"  after   {_shown(after, seen.path)}"


def _note(text: str, profile: str) -> Iterator[str]:
    from plummer.deid.context import KnownIdentifiers
    from plummer.deid.dates import DateContext
    from plummer.deid.policy import load_policy
    from plummer.deid.text import TextEngine
    from plummer.deid.text.surrogates import Replacement, Surrogates

    policy = load_policy(profile)
    dates, how = DateContext(policy.time_mode, policy.site_timezone), Replacement(policy.text)
    known = KnownIdentifiers()
    writer = None if how is Replacement.TAGS else Surrogates(os.urandom(32), known, how)
    found = TextEngine().scrub(text, known, dates, writer)
    yield "before"
    yield text
    yield "after"
    yield found.text


def _shown(resource: Any, path: str) -> str:  # noqa: ANN401 (any JSON value)
    """The values at a path, as compact JSON, cut to a line."""
    import msgspec

    from plummer.pipelines.needles import nodes_at

    told = " | ".join(msgspec.json.encode(value).decode() for value in nodes_at(resource, path))
    return (told if len(told) <= _WIDEST else f"{told[: _WIDEST - 1]}…") or "-"
