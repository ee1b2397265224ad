"""The model file: what each feature adds to each label, and what two labels in a row add.

Training ends with a file of CRFsuite's; what is kept of it is the weights. Reading a note with them is
some tens of additions for each token, where CRFsuite's tagger makes a string of every feature and looks
each up by itself, which is nine tenths of its time.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from plummer.deid.tagger.labels import OUTSIDE
from plummer.deid.tagger.patterns import PATTERNS, SORTS, Ints, Numbers, readings

Floats = npt.NDArray[np.float64]
#: Files of an archive carry a time; the same weights are to give the same bytes.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear-chain conditional random field over L labels.

    Attributes:
        labels: L names, `OUTSIDE` first.
        state: shape (features + 1, L), float32; the last row is of what training never saw: noughts.
        steps: shape (L, L); from the label of the row to that of the column.
        rows: row in ``state`` of each feature that has a name.
        numbers: of the vocabulary of all others.
        keys: the others' numbers, ascending, shape (K,).
        key_rows: row in ``state`` of each of ``keys``, shape (K,).
    """

    labels: tuple[str, ...]
    state: npt.NDArray[np.float32]
    steps: Floats
    rows: Mapping[str, int]
    numbers: Numbers
    keys: Ints
    key_rows: Ints


def pack(
    state: Mapping[tuple[str, str], float], steps: Mapping[tuple[str, str], float], labels: Sequence[str]
) -> bytes:
    """The file of a model.

    Args:
        state: weight of a feature and a label.
        steps: weight of a label and the one behind it.
        labels: all of them.

    Example:
        >>> file = pack({("f=Xx", "O"): 1.5, ("w--=a|b", "O"): 1}, {("O", "NAME"): -0.5}, ["NAME", "O"])
        >>> weights = unpack(file)
        >>> weights.labels, weights.state[weights.rows["f=Xx"]].tolist(), float(weights.steps[0, 1])
        (('O', 'NAME'), [1.5, 0.0], -0.5)
        >>> int(weights.keys[0]) == weights.numbers.of("w--", ("a", "b"))
        True
    """
    order = sorted(labels, key=lambda label: (label != OUTSIDE, label))
    column = {label: at for at, label in enumerate(order)}
    state = {key: weight for key, weight in state.items() if weight}
    names = sorted({name for name, _ in state}, key=lambda name: (name.partition("=")[0] in PATTERNS, name))
    row = {name: at for at, name in enumerate(names)}
    cells = sorted((row[name], column[label], weight) for (name, label), weight in state.items())
    matrix = np.zeros((len(order), len(order)))
    for (first, second), weight in steps.items():
        matrix[column[first], column[second]] = weight
    known, keys = _numbered(names)
    parts: dict[str, npt.NDArray[Any]] = {
        "labels": _text(order),
        "names": _text([name for name in names if name.partition("=")[0] not in PATTERNS]),
        **{f"known_{sort}": _text(known[sort]) for sort in SORTS},
        "keys": np.array([key for key, _ in keys], dtype=np.int64),
        "key_rows": np.array([at for _, at in keys], dtype=np.int32),
        "row": np.array([at for at, _, _ in cells], dtype=np.int32),
        "column": np.array([at for _, at, _ in cells], dtype=np.int8),
        "weight": np.array([weight for _, _, weight in cells], dtype=np.float32),
        "steps": matrix,
    }
    return _archive(parts)


def unpack(data: bytes) -> Weights:
    """Read a model file.

    Raises:
        ValueError, KeyError, OSError, zipfile.BadZipFile: it is none.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        labels, names = _lines(file["labels"]), _lines(file["names"])
        state = np.zeros((int(file["row"].max()) + 2, len(labels)), dtype=np.float32)
        state[file["row"], file["column"]] = file["weight"]
        steps = file["steps"]
        numbers = Numbers({sort: _lines(file[f"known_{sort}"]) for sort in SORTS})
        keys, key_rows = file["keys"], file["key_rows"].astype(np.int64)
    if labels[0] != OUTSIDE or steps.shape != (len(labels), len(labels)):
        raise ValueError
    rows = {name: at for at, name in enumerate(names)}
    return Weights(labels, state, steps, rows, numbers, keys, key_rows)


def _numbered(names: Sequence[str]) -> tuple[dict[str, list[str]], list[tuple[int, int]]]:
    """The vocabulary of the features that are made of parts, and the number and row of each."""
    found = [(name.partition("=")[0], parts, at) for at, name in enumerate(names) for parts in readings(name)]
    known: dict[str, set[str]] = {sort: set() for sort in SORTS}
    for name, parts, _ in found:
        sorts = [part[0] for part in PATTERNS[name] if part != "|"]
        for sort, part in zip(sorts, parts, strict=True):
            known[sort].add(part)
    vocabulary = {sort: sorted(words) for sort, words in known.items()}
    numbers = Numbers(vocabulary)
    return vocabulary, sorted((numbers.of(name, parts), at) for name, parts, at in found)


def _archive(parts: Mapping[str, npt.NDArray[Any]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            held = io.BytesIO()
            np.lib.format.write_array(held, part, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _NO_TIME)
            archive.writestr(info, held.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def _text(lines: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("".join(f"{line}\n" for line in lines).encode(), dtype=np.uint8)


def _lines(held: npt.NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(held.tobytes().decode().split("\n")[:-1])
