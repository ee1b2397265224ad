"""`plummer text`."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plummer.pipelines.cli.common import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    emit,
    guarded,
    home_at,
    note,
    say,
)

if TYPE_CHECKING:
    from plummer.deid.context import KnownIdentifiers
    from plummer.deid.policy import Policy
    from plummer.deid.text.jsonl import Writers

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
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Scrub notes: JSONL with id and text in, JSONL with spans and scrubbed text out, same order.

    Where the policy asks for surrogates, notes with the same `patient_id` share them. Under `safe_harbor`
    they are random and new with each call; under other profiles they come from the home's key.

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
        writers = None if detect_only else _writers(policy, home)
        for line in scrub_lines(lines, TextEngine(), detect_only=detect_only, dates=dates, writers=writers):
            writer.write(line + "\n")
    finally:
        for stream in (lines, writer):
            if stream not in (sys.stdin, sys.stdout):
                stream.close()


def _writers(policy: "Policy", root: Path) -> "Writers | None":
    """Each note's surrogates; None under typed tags."""
    from plummer.deid.text.jsonl import Patients
    from plummer.deid.text.surrogates import Replacement, Surrogates

    how = Replacement(policy.text)
    if how is Replacement.TAGS:
        return None
    keyed = policy.profile != "safe_harbor"

    def make(secret: bytes, known: "KnownIdentifiers") -> Surrogates:
        return Surrogates(secret, known, how, by_value=keyed)

    return Patients(_keyed(root) if keyed else lambda _: os.urandom(32), make)


def _keyed(root: Path) -> Callable[[str], bytes]:
    """Secrets from the home's key, the same as those of a run for a patient of the site `main`."""
    from plummer.deid.keys import Purpose, load_key
    from plummer.deid.pseudonyms import subject_secret

    key = load_key(home_at(root).keys).subkey(Purpose.SURROGATE)
    return lambda patient: subject_secret(key, f"main/{patient}")


@app.command("evaluate")
@guarded
def evaluate_gold(  # noqa: PLR0913, PLR0917 (one per option)
    gold: Annotated[Path, typer.Option(help="Gold notes: a file, or a folder for i2b2-xml and brat.")],
    form: Annotated[str | None, typer.Option("--format", help="jsonl, i2b2-xml, brat or presidio.")] = None,
    layers: Annotated[list[str] | None, typer.Option(help="known, rules, tagger; all by default.")] = None,
    predicted: Annotated[Path | None, typer.Option(help="Score this output of `text scrub` instead.")] = None,
    own: Annotated[list[str] | None, typer.Option("--map", help="LABEL=TYPE for a label of yours.")] = None,
    floor_recall: Annotated[float | None, typer.Option(help="Exit 1 below this token recall.")] = None,
    floor_precision: Annotated[float | None, typer.Option(help="Exit 1 below this token precision.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 1907,
    resamples: Annotated[int, typer.Option(help="Bootstrap samples.", min=0, max=100_000)] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Score the engine on gold notes: recall, precision and F2 with intervals; prints no value of a note.

    Example: `plummer text evaluate --gold gold/spans.jsonl --layers rules --json`
    """
    from plummer.deid import evaluate as scoring
    from plummer.deid.evaluate.lines import lines
    from plummer.schemas.errors import ExitCode

    names = scoring.own_labels(own or ())
    chosen = scoring.chosen_layers(layers or ())
    notes = scoring.read_gold(gold, form)
    if predicted is None:
        engine = scoring.engine_of(chosen)
        answers = scoring.predict(notes, engine, known="known" in chosen, layers=chosen, progress=_told())
    else:
        answers = scoring.read_predictions(predicted, notes)
    report = scoring.evaluate(notes, answers, own=names, seed=seed, resamples=resamples)
    report["passed"] = passed = _above(report, floor_recall, floor_precision)
    for line in lines(report):
        (note if as_json else say)(line)
    if as_json:
        emit(report)
    raise typer.Exit(int(ExitCode.DONE if passed else ExitCode.FINDING))


def _told() -> Callable[[int, int], None]:
    """A line on standard error for each tenth of the notes."""
    shown = [0]

    def progress(done: int, total: int) -> None:
        if done == total or done * 10 // total > shown[0]:
            shown[0] = done * 10 // total
            note(f"{done} of {total} notes")

    return progress


def _above(report: Mapping[str, Any], recall: float | None, precision: float | None) -> bool:
    """Whether the contract's token figures reach the floors; what could not be measured doesn't."""
    token = report["views"]["contract"]["token"]
    floors = ((token["recall"]["value"], recall), (token["precision"]["value"], precision))
    return all(floor is None or (value is not None and value >= floor) for value, floor in floors)
