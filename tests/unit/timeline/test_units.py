"""Units: the made table is what pint says, conversions go there and back, and what is no unit is told."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.pipelines.timeline.units import canonical, computed, conversion, is_ucum
from plummer.schemas.errors import PlummerError
from plummer.schemas.mappings import load_mappings
from plummer.schemas.mappings.units import parse_units

UNITS = load_mappings().units
PAIRS = [(unit, group.canonical) for group in UNITS.groups for unit in group.units]
TABLE = json.loads(files("plummer.schemas.mappings").joinpath("unit_table.json").read_text(encoding="utf-8"))


def test_the_table_is_whole_and_is_what_pint_computes():
    assert set(TABLE) == {f"{unit} {target}" for unit, target in PAIRS if unit != target}
    for pair, found in TABLE.items():
        assert list(computed(*pair.rsplit(" ", 1))) == found, pair


def test_every_unit_of_the_file_is_one_of_ucum():
    units = {*UNITS.alone, *UNITS.aliases.values(), *(unit for unit, _ in PAIRS)}
    assert [unit for unit in sorted(units) if not is_ucum(unit)] == []


@pytest.mark.parametrize(
    ("code", "unit", "number", "value", "target"),
    [
        ("LOINC//8310-5", "[degF]", "98.6", 37.0, "Cel"), ("LOINC//8310-5", "K", "310.15", 37.0, "Cel"),
        ("LOINC//29463-7", "lbs", "154", 69.853, "kg"), ("RxNorm//1", "mcg", "500", 0.0005, "g"),
        ("LOINC//2339-0", "mg/dl", "99", 99.0, "mg/dL"), ("LOINC//15074-8", "umol/L", "5500", 5.5, "mmol/L"),
        ("LOINC//6690-2", "K/uL", "7.2", 7.2, "10*9/L"), ("LOINC//789-8", "10*6/uL", "4.8", 4.8, "10*12/L"),
        ("LOINC//3016-3", "u[IU]/mL", "2.5", 2.5, "m[IU]/L"), ("LOINC//1920-8", "ukat/L", "0.5", 30.0, "U/L"),
    ],
)  # fmt: skip
def test_values_that_a_clinician_knows(code, unit, number, value, target):
    found = canonical(UNITS, code, unit)
    assert (found.unit, round(found.of(number), 3 if value > 0.01 else 6)) == (target, value)


@pytest.mark.parametrize(
    "unit", ["meq/L", "mL/min/{1.73_m2}", "/a", "[IU]", "kU", "mg/kg", "%", "{score}", "[pH]"]
)
def test_what_only_looks_alike_is_converted_to_nothing(unit):
    found = canonical(UNITS, "LOINC//1", unit)
    assert (found.unit, found.factor, found.offset) == (unit, 1.0, 0.0)


@pytest.mark.parametrize("unit", ["", "sugars", "mg per dl", "[WORD]", "a" * 65, "µg", "mg/dL or so"])
def test_what_is_no_unit(unit):
    assert canonical(UNITS, "LOINC//1", unit) is None


@given(st.sampled_from(PAIRS), st.floats(0.001, 1e6))
def test_there_and_back_is_the_same_number(pair, number):
    factor, offset = conversion(*pair)
    back, base = computed(pair[1], pair[0]) if pair[0] != pair[1] else (1.0, 0.0)
    assert (number * factor + offset) * back + base == pytest.approx(number, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    "data",
    [
        {"groups": [{"canonical": "g", "units": ["g"]}, {"canonical": "g", "units": ["g"]}]},
        {"groups": [{"canonical": "kg", "units": ["g"]}]}, {"groups": {}}, {"group": []}, [],
        {"aliases": {"a": 1}}, {"groups": [{"canonical": "g", "units": ["g"], "codes": {"mg": ["X//1"]}}]},
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused(data):
    with pytest.raises(PlummerError, match="mapping_invalid"):
        parse_units(data)
