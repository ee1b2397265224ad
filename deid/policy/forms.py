r"""The shapes of codes, by the name a policy gives them.

A system on the allow-list keeps a code only in its system's own shape, so that a name or number typed into a
code field doesn't pass under a well-known system's URL.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_SHAPES: Final[Mapping[str, str]] = {
    "loinc": r"[0-9]{1,7}-[0-9]|L[AP][0-9]{1,7}-[0-9]",  # loinc.org/kb: number, hyphen, check digit
    "snomed": r"[1-9][0-9]{5,17}",  # SCTID: 6 to 18 digits
    "digits": r"[0-9]{1,8}",  # RxNorm, CVX and other plain numbers
    "icd10": r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?",
    "icd9": r"[EV]?[0-9]{2,4}(\.[0-9]{1,2})?",
    "icd10pcs": r"[0-9A-HJ-NP-Z]{7}",
    "cpt": r"[0-9]{4}[0-9A-Z]",
    "hcpcs": r"[A-Z][0-9]{4}",
    "ndc": r"[0-9]{4,5}-?[0-9]{3,4}-?[0-9]{1,2}",
    "nucc": r"[0-9A-Z]{9}X",
    "hl7": r"[A-Za-z][A-Za-z0-9_.:-]{0,59}|[0-9]{1,4}[A-Z]?",  # HL7's own code systems: words
    "oid6": r"[0-9]{4}-[0-9]|[A-Z]{1,4}",  # CDC race and ethnicity
    "dicom": r"[A-Z0-9]{2,16}",
    "dicom_uid": r"urn:oid:1\.2\.840\.10008\.[0-9.]{1,50}",
    "language": r"[a-z]{2,3}(-[A-Z]{2})?",
    "country": r"[A-Z]{2,3}|[A-Z]{2}-[A-Z0-9]{1,3}|[0-9]{3}",  # ISO 3166-1, and 3166-2 states
    "atc": r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}|[A-Z]([0-9]{2}[A-Z]{0,2})?",
    "unii": r"[0-9A-Z]{10}",
    "bluebutton": r"https://bluebutton\.cms\.gov/[A-Za-z0-9_/.-]{1,80}|[A-Za-z0-9]{1,5}",
}
CODE_FORMS: Final = frozenset(_SHAPES) | {"ucum"}
_COMPILED: Final = {name: re.compile(shape) for name, shape in _SHAPES.items()}

# https://ucum.org/ucum: prefixes and the units of measure that stand in clinical data
_PREFIX: Final = r"(?:Y|Z|E|P|T|G|M|k|h|da|d|c|m|u|n|p|f|a|z|y)?"
_ATOMS: Final = (
    r"m|s|g|rad|K|C|cd|mol|sr|Hz|N|Pa|J|W|A|V|F|Ohm|S|Wb|Cel|T|H|lm|lx|Bq|Gy|Sv|l|L|ar|t|bar|u|eV|deg|'|''|min|h|"
    r"d|a|wk|mo|mo_j|a_j|cal|Cal|dB|B|Np|U|IU|iU|eq|osm|kat|st|tb_us|tsp_us|foz_us|cup_us|gal_us|pt_us|qt_us|"
    r"\[in_i\]|\[ft_i\]|\[lb_av\]|\[oz_av\]|\[degF\]|\[pH\]|\[iU\]|\[IU\]|\[arb'U\]|\[drp\]|\[pptr\]|\[ppth\]|"
    r"\[ppm\]|\[ppb\]|\[psi\]|\[mi_i\]|\[yd_i\]|\[foz_us\]|\[tsp_us\]|\[tbs_us\]|\[cup_us\]|\[Ch\]|\[diop\]|"
    r"\[CFU\]|\[CCID_50\]|\[TCID_50\]|\[PFU\]|\[FFU\]|\[LPF\]|\[HPF\]|\[kU\]|\[MET\]|\[GPL'U\]|\[MPL'U\]|"
    r"\[APL'U\]|\[USP'U\]|\[BAU\]|\[AU\]|\[Amb'a'1'U\]|\[EID_50\]|\[Lf\]|\[dye'U\]|m\[Hg\]|m\[H2O\]|m\[iU\]|%|10\*|10\^"
)
_NOTES_WORDS: Final = (
    "# #/a #/day BAU CFU CPM Ehrlich'U Elisa_U GFR INR M_or_F RBC RPM T-score WBC Z-score a/m a:g "
    "adjusted albumin beats breaths cap capsule cell cells cigarettes copies copy count creat "
    "creatinine day days dose doses drinks drop episodes estimated events hemoglobin hpf index inr "
    "lpf mm/dd/yyyy nominal normalized number od p'ml pack packs packs/d patch percent pill platelets "
    "protein puff ratio ratio_ rbc score spray steps suppository tablet tbl titer titre unit units "
    "visit visits wbc"
)
_NOTES: Final = frozenset([*_NOTES_WORDS.split(), "1.73_m2", "1.73m2", "presence", "SG"])
_ANNOTATION: Final = re.compile(r"\{([^{}]*)\}")
_UNIT: Final = re.compile(rf"{_PREFIX}(?:{_ATOMS})?(?:[+-]?[0-9]{{1,2}})?|[0-9]{{1,4}}")


@lru_cache(maxsize=16_384)
def is_ucum(code: str) -> bool:
    """Whether a code is made of UCUM's units, with annotations only from a list of clinical words.

    Example:
        >>> is_ucum("mg/dL"), is_ucum("10*3/uL"), is_ucum("{score}"), is_ucum("Jane")
        (True, True, True, False)
    """
    if len(code) > 40 or any(word not in _NOTES for word in _ANNOTATION.findall(code)):
        return False
    bare = _ANNOTATION.sub("", code).replace("(", "").replace(")", "")
    return all(_UNIT.fullmatch(part) is not None for part in re.split(r"[/.]", bare))


@lru_cache(maxsize=65_536)
def has_form(form: str, code: str) -> bool:
    """Whether ``code`` has the shape that ``form`` names.

    Example:
        >>> has_form("loinc", "8302-2"), has_form("loinc", "Jane Doe")
        (True, False)
    """
    return is_ucum(code) if form == "ucum" else _COMPILED[form].fullmatch(code) is not None
