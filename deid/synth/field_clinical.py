"""Fields that identify nobody: pronouns, vital signs, laboratory values, medicines."""

from typing import Final

from plummer.deid.synth.catalog import DRUGS, TESTS
from plummer.deid.synth.scene import Field, Piece, Scene

_PRONOUNS: Final = {
    "f": {"he": "she", "his": "her", "him": "her", "man": "woman", "boy": "girl"},
    "m": {"he": "he", "his": "his", "him": "him", "man": "man", "boy": "boy"},
}
_TEST_NAMES: Final = {
    "a1c": "A1c",
    "glucose": "glucose",
    "creatinine": "creatinine",
    "bun": "BUN",
    "sodium": "Na",
    "potassium": "K",
    "ldl": "LDL",
    "hgb": "Hgb",
    "wbc": "WBC",
    "plt": "platelets",
    "tsh": "TSH",
    "inr": "INR",
    "bnp": "NT-proBNP",
    "phq9": "PHQ-9",
}

_CHILD_TESTS: Final = ("hgb", "wbc", "plt", "glucose")


def _pronoun(word: str, *, capital: bool = False) -> Field:
    def field(scene: Scene) -> list[Piece]:
        text = _PRONOUNS[scene.person.name.gender][word]
        return [Piece(text.capitalize() if capital else text)]

    return field


def _man(scene: Scene) -> list[Piece]:
    word = "boy" if scene.person.age(scene.visit.day) < 16 else "man"
    return [Piece(_PRONOUNS[scene.person.name.gender][word])]


def _between(low: float, high: float, decimals: int = 0) -> Field:
    return lambda s: [Piece(f"{s.rng.uniform(low, high):.{decimals}f}")]


def _blood_pressure(scene: Scene) -> list[Piece]:
    low, high = (98, 172) if scene.person.age(scene.visit.day) >= 16 else (84, 116)
    systolic = scene.rng.randint(low, high)
    return [Piece(f"{systolic}/{round(systolic * scene.rng.uniform(0.52, 0.66))}")]


def _labs(count: int) -> Field:
    def field(scene: Scene) -> list[Piece]:
        names = tuple(_TEST_NAMES) if scene.person.age(scene.visit.day) >= 16 else _CHILD_TESTS
        keys = scene.rng.sample(names, count)
        return [Piece(scene.rng.choice((", ", "; ")).join(_lab(scene, key) for key in keys))]

    return field


def _lab(scene: Scene, key: str) -> str:
    test = TESTS[key]
    unit = "" if test.unit.startswith("{") else f" {test.unit}" if test.unit != "%" else "%"
    value = f"{scene.rng.uniform(*test.spread):.{test.decimals}f}"
    return f"{_TEST_NAMES[key]} {value}{unit}"


def _weight(scene: Scene) -> list[Piece]:
    age = scene.person.age(scene.visit.day)
    low, high = (48, 121) if age >= 16 else (3 + 2.2 * age, 9 + 3.2 * age)
    return [Piece(f"{scene.rng.uniform(low, high):.1f}")]


def _drug(scene: Scene) -> list[Piece]:
    return [Piece(DRUGS[scene.rng.choice(scene.visit.problem.drugs)].short)]


def _sig(scene: Scene) -> list[Piece]:
    adult = scene.person.age(scene.visit.day) >= 16
    drug = DRUGS[scene.rng.choice(tuple(DRUGS) if adult else ("amoxicillin", "albuterol", "acetaminophen"))]
    return [Piece(f"{drug.short} {drug.sig}")]


CLINICAL_FIELDS: Final[dict[str, Field]] = {
    "he": _pronoun("he"),
    "He": _pronoun("he", capital=True),
    "his": _pronoun("his"),
    "His": _pronoun("his", capital=True),
    "him": _pronoun("him"),
    "man": _man,
    "relation": lambda s: [Piece(s.relative.relation)],
    "stranger.relation": lambda s: [Piece(s.stranger.relation)],
    "ward": lambda s: [Piece(s.visit.facility.ward)],
    "specialty": lambda s: [Piece(s.visit.other.specialty)],
    "problem": lambda s: [Piece(s.visit.problem.short)],
    "Problem": lambda s: [Piece(s.visit.problem.display)],
    "icd": lambda s: [Piece(s.visit.problem.icd10)],
    "bp": _blood_pressure,
    "hr": _between(54, 116),
    "rr": _between(12, 24),
    "temp": _between(97.2, 102.1, 1),
    "spo2": _between(90, 100),
    "pain": lambda s: [Piece(f"{s.rng.randint(0, 10)}/10")],
    "weight": _weight,
    "cm": _between(0.3, 4.8, 1),
    "n": _between(2, 9),
    "dollars": _between(18, 940, 2),
    "lab": _labs(1),
    "labs": _labs(3),
    "drug": _drug,
    "sig": _sig,
}
