"""Measure the free-text engine on labelled and on nearly identifier-free notes, beside stock Presidio.

    python -m bench.text [--texts DIR] [--model NAME] [--write]

Recall and precision are those of `plummer text evaluate`, without help from a patient's record; speed is
characters for each CPU second of one process. Stock Presidio runs only where a spaCy model is installed as
a package (``--model``): nothing is downloaded. ``--write`` puts the tables into ``bench/text.md``.
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
from plummer.deid.text.spans import Span
from plummer.schemas.errors import PlummerError

_HERE: Final = Path(__file__).resolve().parent
_TEXTS: Final = _HERE.parents[1] / "shared" / "data" / "text"
_SETS: Final = (
    "planted-sample", "asq-phi-dev", "presidio-research", "meddocan-es", "mts-dialog", "aci-bench",
)  # fmt: skip
_PATIENTS, _NOTES, _SEED = 40, 600, 1914
_HEAD: Final = """# Free text: found, missed, wrongly removed, and how fast

`python -m bench.text`, {machine}, {versions}.

Figures of `plummer text evaluate` ([what they mean](../docs/evaluate.md)), view `contract`, without help from
a patient's record; intervals of 95 %: bootstrap over documents for tokens, Clopper-Pearson for documents.
Characters a second are of CPU time of one process. `synth` comes from the project's own generator: it shows
that nothing broke, not how good the engine is on notes that it hasn't seen. `dev` is of styles and names that
the tagger wasn't trained on, by the generator that wrote the training text. `mts-dialog` and `aci-bench`
carry no labels and hold names and dates, so what is right to remove there counts as false too; the last
table parts it by type.

No set here is wholly unseen any more: the tagger never saw them, but the rules were mended by looking at what
was missed on `dev`, `planted-sample` and `asq-phi-dev`, and at what was wrongly removed on `mts-dialog` and
`aci-bench`. Expect less elsewhere.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A set scored once."""

    name: str
    engine: str
    report: dict[str, Any]
    cpu: float


def main() -> None:
    """Measure, print, and write on request."""
    options = _options()
    warnings.simplefilter("ignore")  # libraries' warnings may quote values
    sets = dict(_sets(options.texts))
    rows = list(_ours(sets))
    if importlib.util.find_spec(options.model):
        rows += _stock(sets, options.model)
    text = _page(rows, options.model)
    print(text)
    if options.write:
        (_HERE / "text.md").write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.text", description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, default=_TEXTS, help="folder of sets (../shared/data/text)")
    parser.add_argument("--model", default="en_core_web_sm", help="installed spaCy model for stock Presidio")
    parser.add_argument("--write", action="store_true", help="write bench/text.md")
    return parser.parse_args()


def _sets(texts: Path) -> Iterator[tuple[str, tuple[GoldNote, ...]]]:
    for name in _SETS:
        if (texts / name / "docs.jsonl").exists():
            yield name, read_gold(texts / name / "docs.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        generate(_PATIENTS, _SEED, Path(folder) / "out")
        yield "synth", read_gold(Path(folder) / "out" / "gold" / "spans.jsonl")
        write_gold(Path(folder) / "dev.jsonl", "dev", _NOTES, _SEED)
        yield "dev", read_gold(Path(folder) / "dev.jsonl")


def _ours(sets: dict[str, tuple[GoldNote, ...]]) -> Iterator[Row]:
    """Each layer alone, then all; the patient's record is never asked."""
    held = [layer for layer in all_layers() if layer != "known"]
    for layers in dict.fromkeys([*((layer,) for layer in held), tuple(held)]):
        engine = engine_of(layers)
        engine.detect("warm")
        for name, notes in sets.items():
            begin = time.process_time()
            found = predict(notes, engine, known=False, layers=layers)
            yield _row(name, "+".join(layers), notes, found, time.process_time() - begin)


def _stock(sets: dict[str, tuple[GoldNote, ...]], model: str) -> Iterator[Row]:
    """Presidio as it comes, with an installed model; its types are mapped to the contract's."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    models = [{"lang_code": "en", "model_name": model}]
    nlp = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    engine = AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])
    engine.analyze("warm", "en")
    for name, notes in sets.items():
        begin, wall = time.process_time(), time.perf_counter()
        spans = [apart([_typed(one) for one in engine.analyze(note.text, "en")]) for note in notes]
        cpu = time.process_time() - begin
        found = Predicted(spans, seconds=time.perf_counter() - wall, engine="stock")
        yield _row(name, "stock Presidio", notes, found, cpu)


def _typed(one: Any) -> Span:  # noqa: ANN401 (Presidio has no types)
    try:
        kind = meaning(one.entity_type, {}).types[0]
    except PlummerError:
        kind = "OTHER_ID"
    return Span(one.start, one.end, kind, one.score, "stock")


def _row(name: str, engine: str, notes: Sequence[GoldNote], found: Predicted, cpu: float) -> Row:
    print(f"{name}, {engine}: {cpu:.1f} CPU s", file=sys.stderr)
    return Row(name, engine, evaluate(notes, found, resamples=500), cpu)


def _page(rows: Sequence[Row], model: str) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("plummer", "presidio-analyzer", "spacy"))
    machine = f"{date.today().isoformat()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}"  # noqa: DTZ011
    head = [_HEAD.format(machine=machine, versions=versions)]
    if not any(row.engine == "stock Presidio" for row in rows):
        head += [f"Stock Presidio isn't beside it: the spaCy model `{model}` isn't installed here.", ""]
    tables = [*_scores(rows), "", *_traits(rows), "", *_unlabelled(rows), "", *_refused(rows)]
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
    """What goes by type, in tokens for each 1,000, where no gold says whether it is right."""
    bare = [row for row in rows if not row.report["views"]["contract"]["token"]["gold"]]
    kinds = [
        {k: v["token"]["false"] for k, v in row.report["views"]["contract"]["by"]["type"].items()}
        for row in bare
    ]
    yield "| set without labels | layers | removed for each 1,000 tokens, by type |"
    yield "| --- | --- | --- |"
    for row, false in zip(bare, kinds, strict=True):
        shares = sorted(
            ((1000 * n / row.report["tokens"], kind) for kind, n in false.items() if n), reverse=True
        )
        yield f"| {row.name} | {row.engine} | {', '.join(f'{kind} {share:.2f}' for share, kind in shares)} |"


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
