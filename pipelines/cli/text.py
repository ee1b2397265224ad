"""`plummer text`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from plummer.pipelines.cli.common import guarded

app = typer.Typer(help="The free-text engine on its own.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The free-text engine on its own."""


@app.command("scrub")
@guarded
def scrub(
    source: Annotated[Path | None, typer.Option("--in", help="JSONL; standard input by default.")] = None,
    target: Annotated[Path | None, typer.Option("--out", help="JSONL; standard output by default.")] = None,
    profile: Annotated[str, typer.Option(help="Shipped policy, or path of one.")] = "safe_harbor",
    detect_only: Annotated[bool, typer.Option("--detect-only", help="Report spans, give no text.")] = False,
) -> None:
    """Scrub notes: JSONL with id and text in, JSONL with spans and scrubbed text out, same order.

    Example: `plummer text scrub --in notes.jsonl --out scrubbed.jsonl`
    """
    from plummer.deid.dates import DateContext
    from plummer.deid.policy import load_policy
    from plummer.deid.text import TextEngine
    from plummer.deid.text.jsonl import scrub_lines
    from plummer.schemas.errors import ExitCode, PlummerError

    policy = load_policy(profile)
    dates = DateContext(policy.time_mode, policy.site_timezone)
    try:
        lines = sys.stdin if source is None else source.open(encoding="utf-8")
    except OSError:
        raise PlummerError("source_missing", "the input can't be read", ExitCode.USAGE) from None
    writer = sys.stdout if target is None else target.open("w", encoding="utf-8")
    try:
        for line in scrub_lines(lines, TextEngine(), detect_only=detect_only, dates=dates):
            writer.write(line + "\n")
    finally:
        for stream in (lines, writer):
            if stream not in (sys.stdin, sys.stdout):
                stream.close()
