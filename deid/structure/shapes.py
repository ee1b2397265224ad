"""Whether a code can be one of its system: by the system's own table, a check digit, a list, or its shape.

A policy names the form of a system's codes (plummer.deid.policy.forms); this says the strictest thing that
can be said of each without the system's licensed tables, since a name or a record number typed into a code
field would pass by shape alone.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from plummer.deid.policy.forms import has_form, is_ucum
from plummer.schemas.fhir import COUNTRIES, code_table, is_language

# https://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_29.html, and the ones it retired
_MODALITIES_WORDS: Final = (
    "AR ASMT AU BDUS BI BMD CD CF CP CR CS CT CTPROTOCOL DD DF DG DM DMS DOC DR DS DX EC ECG EEG EM EMG EOG "
    "EPS ES FA FID FS GM HC HD IO IOL IVOCT IVUS KER KO LEN LP LS M3D MA MG MR MS NM OAM OCT OP OPM OPR OPT "
    "OPTBSV OPTENF OPV OSS OT PHASE PLAN POS PR PT PX REG RESP RF RG RTDOSE RTIMAGE RTINTENT RTPLAN RTRAD "
    "RTRECORD RTSEGANN RTSTRUCT RWV SEG SM SMR SR SRF ST STAIN TEXTUREMAP TG US VA VF VIDD VL XA XC"
)
_MODALITIES: Final = frozenset(_MODALITIES_WORDS.split())
# https://www2.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=mvx
_MVX_WORDS: Final = (
    "AB ACA AD AKR ALK AR ASZ AVB AVI AVX BA BAH BAY BN BP BPC BRR BTP BTNX CAN CDC CEN CHI CMP CNJ CON CRU "
    "CSL DVC DVX DYN EVN GEO GRE GRF IAG IDB IM INT IUS JNJ JPN JSN KED KGC LED MA MBL MED MIL MIP MLV MOD "
    "MSD NAB NAV NOV NVX NYB ORT OTC OTH PAX PD PFR PMC PRX PSC PWJ SCL SEQ SKB SOL TAL TVA UNK USA VAL VET "
    "VXG WA WAL ZLB"
)
_MVX: Final = frozenset(_MVX_WORDS.split())
# https://profiles.ihe.net/fhir/ihe.formatcode.fhir/CodeSystem-formatcode.html; each after "urn:ihe:"
_IHE_WORDS: Final = (
    "iti:xds:2017:mimeTypeSufficient iti:xds-sd:text:2008 iti:xds-sd:pdf:2008 iti:bppc:2007 iti:bppc-sd:2007 "
    "iti:appc:2016:consent iti:dsg:detached:2014 iti:dsg:enveloping:2014 iti:xdw:2011:workflowDoc "
    "iti:xds-i:imaging:2011 pcc:handp:2008 pcc:xds-ms:2007 pcc:xphr:2007 pcc:edr:2007 pcc:edes:2007 "
    "pcc:apr:handp:2008 pcc:apr:lab:2008 pcc:apr:edu:2008 pcc:ic:2009 pcc:ic:2008 pcc:crc:2008 pcc:cm:2008 "
    "pcc:tn:2007 pcc:nn:2007 pcc:ctn:2007 pcc:edpn:2007 pcc:hp:2008 pcc:ldhp:2009 pcc:lds:2009 pcc:mds:2009 "
    "pcc:nds:2010 pcc:ppvs:2010 pcc:trs:2011 pcc:ets:2011 pcc:its:2011 lab:xd-lab:2008 rad:TEXT rad:PDF "
    "rad:CDA:ImagingReportStructuredHeadings:2013 card:imaging:2011 card:CRC:2012 card:EPRC-IE:2014 "
    "dent:TEXT dent:PDF dent:CDA:ImagingReportStructuredHeadings:2013 pharm:pre:2010 "
    "pharm:padv:2010 pharm:dis:2010 pharm:pml:2013 pat:apsr:all:2010"
)
IHE_FORMATS: Final = frozenset(f"urn:ihe:{word}" for word in _IHE_WORDS.split())
_BLUEBUTTON_WORDS: Final = (
    "coinsrnc_amt prvdr_pmt_amt sbmtd_chrg_amt alowd_chrg_amt bene_ptb_ddctbl_amt prcsg_ind_cd nch_pmt_amt "
    "bene_pmt_amt dme_prchs_price_amt bene_prmry_pyr_pd_amt"
)
_BLUEBUTTON: Final = frozenset(
    f"https://bluebutton.cms.gov/resources/variables/line_{word}" for word in _BLUEBUTTON_WORDS.split()
)
_NULLS: Final = frozenset({"UNK", "ASKU", "NI", "OTH", "MSK", "NASK", "NA", "NAV"})
_SYSTEM_SHAPES: Final[Mapping[str, str]] = {
    "http://www.nlm.nih.gov/research/umls/rxnorm": r"[1-9][0-9]{1,6}",
    "urn:oid:2.16.840.1.113883.6.88": r"[1-9][0-9]{1,6}",
    "http://hl7.org/fhir/sid/cvx": r"[0-9]{1,3}",
    "http://www.nubc.org/patient-discharge": r"[0-9]{1,2}",
}
_SHAPES: Final[Mapping[str, str]] = {
    "digits": r"[1-9][0-9]{0,6}|0[0-9]",
    "ndc": r"[0-9]{11}|[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-([0-9]{3}-[0-9]{2}|[0-9]{4}-[0-9]{1,2})",
    "nucc": r"[1-4][0-9]{2}[0-9A-Z]{6}X",
    "oid6": r"[12][0-9]{3}-[0-9]",
    "icd10pcs": r"[0-9BCDFGHX](?=[0-9A-HJ-NP-Z]*[0-9])[0-9A-HJ-NP-Z]{6}",
    "icd9": r"(V[0-9]{2}|E?[0-9]{3})(\.[0-9]{1,2})?|[0-9]{2}\.[0-9]{1,2}|V?[0-9]{4,5}",
    "dicom_uid": r"(urn:oid:)?1\.2\.840\.10008\.5\.1\.4\.[0-9]{1,2}(\.[0-9]{1,3}){0,6}",
    "loinc": r"[0-9]{1,6}-[0-9]|L[AP][0-9]{1,6}-[0-9]",
}
_COMPILED: Final = {name: re.compile(shape) for name, shape in {**_SHAPES, **_SYSTEM_SHAPES}.items()}
_DIHEDRAL: Final = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTED: Final = ("0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901",
                    "2793806415", "7046913258")  # fmt: skip


def verhoeff(digits: str) -> bool:
    """Whether the last digit is the Verhoeff check digit, as every SNOMED CT identifier has it.

    https://confluence.ihtsdotools.org/display/DOCRELFMT/Appendix+B%3A+Check-digit+Computation

    Example:
        >>> verhoeff("73211009"), verhoeff("73211008")
        (True, False)
    """
    state = 0
    for place, digit in enumerate(reversed(digits)):
        state = int(_DIHEDRAL[state][int(_PERMUTED[place % 8][int(digit)])])
    return state == 0


def luhn(digits: str) -> bool:
    """Whether the last digit is the mod-10 check digit, as LOINC codes have it (LOINC Users' Guide).

    Example:
        >>> luhn("83022"), luhn("83023")
        (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (place % 2 + 1)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def _loinc(code: str) -> bool:
    return _COMPILED["loinc"].fullmatch(code) is not None and (code[0] == "L" or luhn(code.replace("-", "")))


def _snomed(code: str) -> bool:
    return has_form("snomed", code) and code[-3:-1] in {"00", "10"} and verhoeff(code)


def _unii(code: str) -> bool:
    """https://www.fda.gov: nine characters and their sum modulo 36."""
    if not has_form("unii", code) or code.isdigit() or code.isalpha():
        return False
    return sum(int(c, 36) for c in code[:9]) % 36 == int(code[9], 36)


def is_unit(code: str) -> bool:
    """Whether a unit's code is UCUM and no telephone number, date or ZIP code that UCUM's grammar would take.

    Example:
        >>> is_unit("mg/dL"), is_unit("10*3/uL"), is_unit("617.555.0100"), is_unit("3/4/2019")
        (True, True, False, False)
    """
    bare = re.sub(r"\{[^{}]*\}|10[*^]-?[0-9]{1,2}", "", code)
    numbers = [part for part in re.split(r"[/.()]", bare) if part.isdigit()]
    wordless = bool(numbers) and not re.search(r"[A-Za-z%']", code)
    return is_ucum(code) and sum(map(len, numbers)) <= 3 and not wordless


_CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "loinc": _loinc,
    "snomed": _snomed,
    "unii": _unii,
    "ucum": is_unit,
    "dicom": lambda code: code in _MODALITIES or re.fullmatch(r"1[0-9]{5}", code) is not None,
    "bluebutton": lambda code: code in _BLUEBUTTON or re.fullmatch(r"[0-9A-Z]", code) is not None,
    "language": is_language,
    "country": lambda code: (
        code.partition("-")[0] in COUNTRIES and has_form("country", code) and len(code) < 7
    ),
    "oid6": lambda code: code in _NULLS or _COMPILED["oid6"].fullmatch(code) is not None,
}


def _hl7(system: str, code: str) -> bool:
    if system.endswith("/sid/mvx"):
        return code in _MVX
    if "ihe.formatcode" in system:
        return code in IHE_FORMATS
    return code in (code_table(system) or ())


@lru_cache(maxsize=131_072)
def is_code(form: str, system: str, code: str) -> bool:
    """Whether ``code`` can be a code of ``system``, whose codes have the form that the policy names.

    Example:
        >>> is_code("hl7", "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "M")
        True
        >>> is_code("hl7", "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "Okonkwo")
        False
        >>> is_code("loinc", "http://loinc.org", "8302-2"), is_code("loinc", "http://loinc.org", "8302-3")
        (True, False)
    """
    if len(code) > 80 or not code.isascii():
        return False
    if form == "hl7":
        return _hl7(system, code)
    if (check := _CHECKS.get(form)) is not None:
        return check(code)
    shape = _COMPILED.get(system) or _COMPILED.get(form)
    return has_form(form, code) if shape is None else shape.fullmatch(code) is not None


def is_system(form: str, system: str) -> bool:
    """Whether a URI that the policy lists by a prefix is a code system that HL7 has.

    Example:
        >>> [is_system("hl7", f"http://hl7.org/fhir/{name}") for name in ("administrative-gender", "Okonkwo")]
        [True, False]
    """
    return form != "hl7" or code_table(system) is not None
