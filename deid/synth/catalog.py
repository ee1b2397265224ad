"""Clinical facts: problems with the laboratory tests, medicines and procedures that belong to them.

Codes are of SNOMED CT, ICD-10-CM, LOINC, RxNorm and CVX, a modest number of common ones.
"""

from dataclasses import dataclass
from typing import Final


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


TESTS: Final[dict[str, Test]] = {
    "a1c": Test("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", "4.0", "5.6", (5.0, 10.5), 1),
    "glucose": Test("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", "70", "99", (70, 260), 0),
    "creatinine": Test(
        "2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", "0.60", "1.20", (0.6, 2.4), 2
    ),
    "bun": Test("3094-0", "Urea nitrogen [Mass/volume] in Serum or Plasma", "mg/dL", "7", "20", (7, 45), 0),
    "sodium": Test(
        "2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", "136", "145", (131, 147), 0
    ),
    "potassium": Test(
        "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", "3.5", "5.1", (3.1, 5.6), 1
    ),
    "chol": Test(
        "2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", "0", "199", (130, 290), 0
    ),
    "ldl": Test(
        "13457-7",
        "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation",
        "mg/dL",
        "0",
        "99",
        (55, 190),
        0,
    ),
    "hdl": Test(
        "2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "mg/dL", "40", "60", (28, 80), 0
    ),
    "trig": Test(
        "2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", "mg/dL", "0", "149", (60, 380), 0
    ),
    "hgb": Test("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", "12.0", "16.0", (7.8, 16.5), 1),
    "hct": Test(
        "4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", "%", "36", "46", (26, 50), 1
    ),
    "wbc": Test(
        "6690-2",
        "Leukocytes [#/volume] in Blood by Automated count",
        "10*3/uL",
        "4.5",
        "11.0",
        (3.2, 18.9),
        1,
    ),
    "plt": Test(
        "777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", "150", "400", (95, 480), 0
    ),
    "tsh": Test(
        "3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L", "0.40", "4.50", (0.1, 12.0), 2
    ),
    "inr": Test(
        "6301-6", "INR in Platelet poor plasma by Coagulation assay", "{INR}", "0.9", "1.1", (1.0, 3.8), 1
    ),
    "bnp": Test(
        "33762-6",
        "Natriuretic peptide.B prohormone N-Terminal [Mass/volume] in Serum or Plasma",
        "pg/mL",
        "0",
        "125",
        (60, 4200),
        0,
    ),
    "psa": Test(
        "2857-1",
        "Prostate specific Ag [Mass/volume] in Serum or Plasma",
        "ng/mL",
        "0.00",
        "4.00",
        (0.3, 14.0),
        2,
    ),
    "phq9": Test(
        "44261-6",
        "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]",
        "{score}",
        "0",
        "4",
        (1, 22),
        0,
    ),
}

DRUGS: Final[dict[str, Drug]] = {
    "lisinopril": Drug("314076", "lisinopril 10 MG Oral Tablet", "lisinopril 10 mg", "1 tablet daily"),
    "amlodipine": Drug("308136", "amLODIPine 2.5 MG Oral Tablet", "amlodipine 2.5 mg", "1 tablet daily"),
    "hctz": Drug("310798", "Hydrochlorothiazide 25 MG Oral Tablet", "HCTZ 25 mg", "1 tablet every morning"),
    "metformin": Drug(
        "860975",
        "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet",
        "metformin ER 500 mg",
        "1 tablet with supper",
    ),
    "simvastatin": Drug(
        "312961", "Simvastatin 20 MG Oral Tablet", "simvastatin 20 mg", "1 tablet at bedtime"
    ),
    "albuterol": Drug(
        "745679",
        "200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler",
        "albuterol HFA",
        "2 puffs every 4 hours as needed",
    ),
    "levothyroxine": Drug(
        "966222",
        "Levothyroxine Sodium 0.075 MG Oral Tablet",
        "levothyroxine 75 mcg",
        "1 tablet before breakfast",
    ),
    "sertraline": Drug("312938", "Sertraline 100 MG Oral Tablet", "sertraline 100 mg", "1 tablet daily"),
    "warfarin": Drug("855332", "warfarin sodium 5 MG Oral Tablet", "warfarin 5 mg", "1 tablet every evening"),
    "furosemide": Drug(
        "313988", "Furosemide 40 MG Oral Tablet", "furosemide 40 mg", "1 tablet every morning"
    ),
    "metoprolol": Drug(
        "866412",
        "24 HR metoprolol succinate 100 MG Extended Release Oral Tablet",
        "metoprolol succinate 100 mg",
        "1 tablet daily",
    ),
    "aspirin": Drug("243670", "aspirin 81 MG Oral Tablet", "aspirin 81 mg", "1 tablet daily"),
    "acetaminophen": Drug(
        "313782",
        "Acetaminophen 325 MG Oral Tablet",
        "acetaminophen 325 mg",
        "2 tablets every 6 hours as needed",
    ),
    "iron": Drug(
        "310325", "ferrous sulfate 325 MG Oral Tablet", "ferrous sulfate 325 mg", "1 tablet every other day"
    ),
    "amoxicillin": Drug(
        "308192", "Amoxicillin 500 MG Oral Tablet", "amoxicillin 500 mg", "1 tablet three times daily"
    ),
    "alendronate": Drug(
        "904419", "Alendronic acid 10 MG Oral Tablet", "alendronate 10 mg", "1 tablet daily, upright"
    ),
    "losartan": Drug("979492", "losartan potassium 50 MG Oral Tablet", "losartan 50 mg", "1 tablet daily"),
}

PROBLEMS: Final[tuple[Problem, ...]] = (
    Problem(
        "38341003",
        "I10",
        "Hypertensive disorder",
        "hypertension",
        ("creatinine", "potassium", "sodium"),
        ("lisinopril", "hctz", "amlodipine"),
        (30, 110),
    ),
    Problem(
        "44054006",
        "E11.9",
        "Diabetes mellitus type 2",
        "type 2 diabetes",
        ("a1c", "glucose", "creatinine"),
        ("metformin",),
        (30, 110),
    ),
    Problem(
        "55822004",
        "E78.5",
        "Hyperlipidemia",
        "hyperlipidemia",
        ("chol", "ldl", "hdl", "trig"),
        ("simvastatin",),
        (30, 110),
    ),
    Problem("195967001", "J45.909", "Asthma", "asthma", ("wbc",), ("albuterol",), (4, 70)),
    Problem(
        "13645005",
        "J44.9",
        "Chronic obstructive lung disease",
        "COPD",
        ("wbc", "hgb"),
        ("albuterol",),
        (50, 110),
    ),
    Problem(
        "433144002",
        "N18.30",
        "Chronic kidney disease stage 3",
        "CKD stage 3",
        ("creatinine", "bun", "potassium"),
        ("losartan",),
        (50, 110),
    ),
    Problem("40930008", "E03.9", "Hypothyroidism", "hypothyroidism", ("tsh",), ("levothyroxine",), (20, 110)),
    Problem(
        "35489007", "F32.A", "Depressive disorder", "depression", ("phq9", "tsh"), ("sertraline",), (14, 100)
    ),
    Problem(
        "49436004",
        "I48.91",
        "Atrial fibrillation",
        "atrial fibrillation",
        ("inr", "potassium"),
        ("warfarin", "metoprolol"),
        (55, 110),
    ),
    Problem(
        "84114007",
        "I50.9",
        "Heart failure",
        "heart failure",
        ("bnp", "creatinine", "potassium"),
        ("furosemide", "metoprolol"),
        (55, 110),
    ),
    Problem(
        "53741008",
        "I25.10",
        "Coronary arteriosclerosis",
        "coronary artery disease",
        ("ldl", "hgb"),
        ("aspirin", "simvastatin", "metoprolol"),
        (50, 110),
    ),
    Problem(
        "239873007",
        "M17.9",
        "Osteoarthritis of knee",
        "knee osteoarthritis",
        ("hgb", "plt"),
        ("acetaminophen",),
        (45, 110),
    ),
    Problem(
        "87522002",
        "D50.9",
        "Iron deficiency anemia",
        "iron deficiency anemia",
        ("hgb", "hct", "plt"),
        ("iron",),
        (16, 100),
    ),
    Problem(
        "64859006", "M81.0", "Osteoporosis", "osteoporosis", ("creatinine",), ("alendronate",), (55, 110)
    ),
    Problem(
        "49049000", "G20", "Parkinson's disease", "Parkinson disease", ("hgb",), ("acetaminophen",), (60, 110)
    ),
    Problem(
        "233604007",
        "J18.9",
        "Pneumonia",
        "pneumonia",
        ("wbc", "hgb", "creatinine"),
        ("amoxicillin",),
        (0, 110),
        chronic=False,
    ),
    Problem(
        "65363002",
        "H66.90",
        "Otitis media",
        "otitis media",
        ("wbc",),
        ("amoxicillin",),
        (0, 12),
        chronic=False,
    ),
    Problem(
        "74400008",
        "K37",
        "Appendicitis",
        "appendicitis",
        ("wbc", "hgb"),
        ("acetaminophen",),
        (6, 60),
        chronic=False,
    ),
)

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
