# ruff: noqa: E501 (a pattern is easier to check on one line)
"""One table for each type: what must be found, and what looks like it and must stand."""

import pytest

FOUND = {
    "PHONE": ["call 555-0199 now", "(555) 555-0100 x12", "555.555.0100", "555/555-0100", "1-808-555-8376",
              "+44 20 7481 6465", "phone 5419398887", "pager 2914", "601 411 0986"],
    "FAX": ["fax (518)221-5301", "Fax: 555-0143", "faxed to 555.555.0100"],
    "EMAIL": ["j.doe@example.invalid", "dustin at health.example.net", "jane dot doe at example dot com"],
    "URL": ["https://x.invalid/p?q=1", "www.example.com/gofundme", "mychart.example.org/p/1"],
    "IP": ["IP 192.0.2.14", "host 2001:db8::8a2e:370:7334"],
    "SSN": ["000-12-3456", "SSN: 666 12 3456", "xxx-xx-3976", "last four of ssn 1234", "last4 4431"],
    "MRN": ["MRN 00123456", "MRN: 8341-610-C", "medical record number is 445566", "MRN 695 81 90", "Patient ID: 99887"],
    "ACCOUNT": ["acct 7822392781", "Card ending 2146", "HAR724331637"],
    "HEALTH_PLAN": ["1EG4-TE5-MK73", "member id W222337497", "Policy #: BG17714C"],
    "LICENSE": ["AB1234563", "NPI 1234567893", "driver's license D1234567", "CDL B4732766"],
    "VEHICLE": ["VIN 1M8GDM9AXKP042788", "1M8GDM9AXKP042788", "license plate ABC 1234"],
    "DEVICE": ["serial no. SN87049822", "(01)00884838003019(17)260101(10)A213B1", "BC:C8:7E:FD:12:6B", "S/N: GM-6157/847"],
    "USERNAME": ["user aj8864", "login: jdoe_77", "PRINTED BY ab5268"],
    "OTHER_ID": ["accession S24-81786", "case no. 17-804186", "CPS-3757263", "8d3e4c1a-1111-4222-8333-444455556666"],
    "DATE": ["3/4/2019", "03-04-19", "2019-03-04T10:20:30Z", "March 4, 2019", "4 March 2019", "Mar. 4th", "March 2019",
             "the 24th of January", "27SEP06", "06-AUG-1987", "DOB 19520919", "March third, twenty nineteen",
             "3/4-3/8", "on 5/10", "6/2019", "Apr '11", "Christmas 2018", "spring of 2019", "last Tuesday",
             "July twenty ninth two thousand eight", "born in 1921", "in March", "Ocotber 3, 2016"],
    "AGE": ["93 y/o man", "a 91-year-old woman", "age 101", "ninety-two years old", "he is 94", "in her 90s", "aged 90"],
    "STREET": ["12 Main St, Apt 4", "6396 Quarry Pkwy", "P.O. Box 9664", "RR 8 Box 179", "12311-B East Via Verde Apt 31A",
               "464 SW Pill Hill Lane", "544 1/2 East Maple Avenue", "98 5th Ave"],
    "CITY": ["Springfield, IL", "Terre Haute, Indiana 47010", "lives in Natchitoches", "moved to NYC"],
    "COUNTY": ["Harlan County"],
    "ZIP": ["IL 62704", "zip code 02118", "47010-2093"],
    "ORGANIZATION": ["St. Brendan's Medical Center", "Tolliver Eye Clinic", "Children's Hospital of Copper Basin",
                     "works at Ridgeline Roofing LLC", "seen at NY Presbyterian", "visited our Dallas clinic", "from the NYU Langone clinic"],
    "NAME": ["Dr. Okonkwo", "Mr. Black", "Jane Doe, MD", "signed by Ann Lee", "mother Jane Doe", "Patient: Xu, Wei",
             "EVANS^KIMBERLY^S", "Mrs. O'Neil-Ruiz", "Maria Lopez RN", "Dr. José Núñez", "Hi Melissa", "daughter Dale Yazzie",
             "saw mrs sanchez there", "Chaplain Obi Nwosu visited", "consent witnessed KH 02-04-2006 2:26 pm", "lot S68843 FO | Tdap",
             "given by K.M. 14:05"],
}  # fmt: skip

STANDS = [
    "BP 120/80, HR 72, T 98.6, RR 18, SpO2 97% on 2 L",
    "pain 5/10, strength 5/5, murmur 2/6, on 5/10 pain scale",
    "take 3-4 mg, 1/2 tablet, 10-20 units, x3 days, 500 mg BID",
    "C5-C6, L4/5, T12-L1, S1",
    "Na 138, K 4.2, WBC 11.2, plt 250, 150,000, glucose 1200",
    "may take 2 tablets; may 5 mg be given; will return in 2 weeks",
    "a 45-year-old woman, 89 y/o man, age 12",
    "in 2019, since 1987, Massachusetts, United States",
    "Parkinson disease, Foley catheter, Crohn's, Hodgkin lymphoma, Apgar 8/9, Glasgow coma scale 15",
    "McBurney point tenderness, Zoloft 50 mg, Murphy sign, CPT 99214, E11.9, NDC 0071-0155-23",
    "White blood cells, long history, young man, hope to improve",
    "Assessment: stable. Plan: continue. Allergies: NKDA. Medications: Lasix 40 mg",
    "Type 2 diabetes, Stage IV, grade 3, ratio 3:1, 12:30, pH 7.40, 1.5 x 2.3 cm",
    "witnessed fall, witness RN, given by IV 14:05, seen by PT 10 am, lot of BP meds",
    "the Coumadin clinic, Pain clinic, our Memory clinic, Emergency hospital visit",
    "FEV1/FVC 0.7, A1c 7.2%, INR 2-3, EF 55-60%, 20/20 vision, 100.4 F",
]


#: Whole, not in part: what a place or a person is called and the kind behind it, a signature with its dots.
WHOLE = {
    "seen at the <Dallas clinic> today": "ORGANIZATION",
    "went to <Mt. Sinai hospital> twice": "ORGANIZATION",
    "follow-up in June.\n<KM> 05/04/2012 9:48 pm": "NAME",
    "follow-up in June.\n<d.d.l.> 05/04/2012 9:48 pm": "NAME",
    "lot 3446117760 <W.G.T.> | Tdap": "NAME",
    "Signed out to night team 3 May <XDP>": "NAME",
}  # fmt: skip


@pytest.mark.parametrize("ordinal", range(len(WHOLE)))
def test_found_whole(engine, ordinal):
    marked, kind = list(WHOLE.items())[ordinal]
    start, end = marked.index("<"), marked.index(">") - 1
    spans = engine.detect(marked.replace("<", "").replace(">", ""))
    assert any(s.start <= start and s.end >= end and s.type == kind for s in spans)


@pytest.mark.parametrize(("kind", "example"), [(k, e) for k, found in FOUND.items() for e in found])
def test_found(engine, kind, example):
    spans = engine.detect(f"Note. {example} . Then")
    assert kind in {span.type for span in spans}
    assert all(0 <= s.start < s.end <= len(example) + 13 for s in spans)


@pytest.mark.parametrize("ordinal", range(len(STANDS)))
def test_measurements_and_eponyms_stand(engine, ordinal):
    assert [s.by for s in engine.detect(STANDS[ordinal])] == []


def test_one_recognizer_per_file_each_with_its_authority():
    import inspect

    from plummer.deid.recognizers.registry import DETERMINISTIC, LATE

    files = [inspect.getsourcefile(one) for one in (*DETERMINISTIC, *LATE)]
    assert len(set(files)) == len(DETERMINISTIC) + len(LATE)
    for one in DETERMINISTIC:
        module = inspect.getmodule(one)
        assert "http" in module.__doc__ or "164.514" in module.__doc__
