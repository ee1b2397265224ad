"""Clinical facts: problems with the laboratory tests, medicines and procedures that belong to them.

Codes are of SNOMED CT, ICD-10-CM, LOINC, RxNorm and CVX, a modest number of common ones.
"""

from dataclasses import dataclass
from typing import Final

from plummer.deid.synth.lists import rows


@dataclass(frozen=True, slots=True)
class Test:
    """A laboratory test: LOINC code, UCUM unit, reference range, spread, decimals."""

    __test__ = False  # not a test case for pytest

    code: str
    display: str
    unit: str
    low: str
    high: str
    spread: tuple[float, float]
    decimals: int


@dataclass(frozen=True, slots=True)
class Drug:
    """A medicine: RxNorm code, name on the label, short name in notes, directions."""

    code: str
    display: str
    short: str
    sig: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnosis, what is measured and given for it, and the ages at which it is seen."""

    snomed: str
    icd10: str
    display: str
    short: str
    tests: tuple[str, ...]
    drugs: tuple[str, ...]
    ages: tuple[int, int]
    chronic: bool = True


def _test(row: list[str]) -> Test:
    code, display, unit, low, high, least, most, decimals = row
    return Test(code, display, unit, low, high, (float(least), float(most)), int(decimals))


def _problem(row: list[str]) -> Problem:
    snomed, icd10, display, short, tests, drugs, youngest, oldest, course = row
    ages = int(youngest), int(oldest)
    return Problem(
        snomed, icd10, display, short, tuple(tests.split()), tuple(drugs.split()), ages, course == "chronic"
    )


TESTS: Final = {key: _test(row) for key, *row in rows("tests.tsv")}
DRUGS: Final = {key: Drug(*row) for key, *row in rows("drugs.tsv")}
PROBLEMS: Final = tuple(_problem(row) for row in rows("problems.tsv"))

VACCINES: Final = {
    "child": (
        ("20", "DTaP"),
        ("10", "IPV"),
        ("03", "MMR"),
        ("21", "varicella"),
        ("08", "Hep B, adolescent or pediatric"),
        ("140", "Influenza, seasonal, injectable, preservative free"),
    ),
    "adult": (
        ("140", "Influenza, seasonal, injectable, preservative free"),
        ("113", "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed"),
        ("208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose"),
        ("115", "Tdap"),
        ("133", "Pneumococcal conjugate PCV 13"),
        ("33", "pneumococcal polysaccharide vaccine, 23 valent"),
    ),
}

ALLERGIES: Final = (
    ("91936005", "Allergy to penicillin", "medication", ("271807003", "Eruption of skin")),
    ("91935009", "Allergy to peanut", "food", ("39579001", "Anaphylaxis")),
    ("300916003", "Latex allergy", "environment", ("126485001", "Urticaria")),
    ("419474003", "Allergy to mould", "environment", ("49727002", "Cough")),
)

PROCEDURES: Final = {
    "K37": ("80146002", "Appendectomy"),
    "M17.9": ("609588000", "Total replacement of knee joint"),
    "I48.91": ("307280005", "Implantation of cardiac pacemaker"),
    "I25.10": ("33367005", "Angiography of coronary artery"),
    "D50.9": ("73761001", "Colonoscopy"),
    "J18.9": ("399208008", "Plain chest X-ray"),
    "I50.9": ("40701008", "Echocardiography"),
    "I10": ("29303009", "Electrocardiographic procedure"),
}

IMAGING: Final = ("399208008", "Plain chest X-ray")
SMOKING: Final = (
    ("266919005", "Never smoked tobacco"),
    ("8517006", "Ex-smoker"),
    ("449868002", "Smokes tobacco daily"),
)
