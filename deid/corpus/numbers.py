# ruff: noqa: E501 (lists are easier to read on one line)
"""Telephone numbers, addresses of the net and every kind of identifying number."""

import random
import string
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from plummer.deid.corpus.dates import in_words

if TYPE_CHECKING:
    from plummer.deid.corpus.slots import Scene

Part = tuple[str, str, str]
Filler = Callable[["Scene"], list[Part]]


def shaped(pattern: str, rng: random.Random) -> str:
    """``#`` becomes a digit, ``@`` a capital, ``%`` either, ``&`` a hexadecimal digit.

    Example:
        >>> len(shaped("###-@@", random.Random(1)))
        6
    """
    pools = {
        "#": string.digits,
        "@": string.ascii_uppercase,
        "%": string.digits + string.ascii_uppercase,
        "&": "0123456789abcdef",
    }
    return "".join(rng.choice(pools[c]) if c in pools else c for c in pattern)


def _shape(kind: str, *patterns: str, trait: str = "") -> Filler:
    return lambda scene: [(shaped(scene.rng.choice(patterns), scene.rng), kind, trait)]


def _area(rng: random.Random) -> str:
    return f"{rng.randrange(2, 10)}{rng.randrange(10, 99)}"


def phone(rng: random.Random) -> str:
    """A number of ten digits in one of many forms."""
    a, b, c = _area(rng), f"{rng.randrange(2, 10)}{rng.randrange(10, 99)}", f"{rng.randrange(10000):04}"
    return rng.choice((
        f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"{a} {b} {c}", f"({a}){b}-{c}", f"{a}/{b}-{c}", f"1-{a}-{b}-{c}", f"+1 {a} {b} {c}", f"+1{a}{b}{c}",
        f"{a}{b}{c}", f"{a} {b}-{c}", f"1 ({a}) {b}-{c}", f"{a}- {b}-{c}", f"+44 20 {rng.randrange(1000, 9999)} {c}", f"{a}-{b}{c}", f"({a}) {b} {c}", f"1.{a}.{b}.{c}",
    ))  # fmt: skip


def _seven(rng: random.Random) -> str:
    b, c = f"{rng.randrange(2, 10)}{rng.randrange(10, 99)}", f"{rng.randrange(10000):04}"
    return rng.choice((f"{b}-{c}", f"{b}-{c}", f"{b}.{c}", f"{b} {c}", f"{b}{c}"))


def _any_phone(scene: "Scene") -> list[Part]:
    rng = scene.rng
    if rng.random() < 0.3:
        return [(_seven(rng), "PHONE", "7digit")]
    parts = [(phone(rng), "PHONE", "std")]
    if rng.random() < 0.15:
        return [
            *parts,
            (rng.choice((" x", " ext ", " ext. ", "x", " extension ")), "", ""),
            (str(rng.randrange(10, 99999)), "PHONE", "ext"),
        ]
    return parts


def _spoken_phone(scene: "Scene") -> list[Part]:
    rng = scene.rng
    digits = _area(rng) + f"{rng.randrange(2000000, 9999999)}"
    digits = digits[rng.choice((0, 0, 3)) :]
    words = [rng.choice(("oh", "zero")) if d == "0" else in_words(int(d)) for d in digits]
    return [(" ".join(words), "PHONE", "spoken")]


def _pager(scene: "Scene") -> list[Part]:
    return [
        (
            scene.rng.choice(
                (
                    f"p{scene.rng.randrange(1000, 9999)}",
                    f"*{scene.rng.randrange(1000, 9999)}",
                    f"p*{scene.rng.randrange(1000, 9999)}",
                    f"#{scene.rng.randrange(1000, 9999)}",
                    f"{scene.rng.randrange(1000, 99999)}",
                )
            ),
            "PHONE",
            "pager",
        )
    ]


def _word(scene: "Scene", role: str = "pt") -> str:
    who = scene.person(role)
    return "".join(c for c in who.last.lower() if c.isascii() and c.isalpha()) or "user"


def _email(scene: "Scene") -> list[Part]:
    rng = scene.rng
    last, first = _word(scene, rng.choice(("pt", "doc", "rel"))), scene.person("pt").first.lower()
    first = "".join(c for c in first if c.isascii() and c.isalpha()) or "me"
    host = rng.choice(
        (
            "example.com",
            "example.org",
            "mail.example.net",
            "health.example.edu",
            "clinic.example.gov",
            "gmail.example.com",
            "hosp.example.us",
        )
    )
    local = rng.choice(
        (
            f"{first}.{last}",
            f"{first[0]}{last}",
            f"{last}_{first}",
            f"{first}{rng.randrange(10, 99)}",
            f"{last}{rng.randrange(1950, 2010)}",
            f"{first}-{last}",
        )
    )
    return [(f"{local}@{host}", "EMAIL", "")]


def _url(scene: "Scene") -> list[Part]:
    rng = scene.rng
    name = _word(scene)
    return [
        (
            rng.choice(
                (
                    f"https://example.org/patients/{name}{rng.randrange(99)}",
                    f"www.example.com/{name}-family",
                    f"http://pacs.example.net/view?id={rng.randrange(10**7)}",
                    f"facebook.example.com/{name}",
                    f"example.org/{name}.html",
                )
            ),
            "URL",
            "",
        )
    ]


def _user(scene: "Scene") -> list[Part]:
    rng = scene.rng
    name = _word(scene, rng.choice(("doc", "nurse", "pt")))
    return [
        (
            rng.choice(
                (
                    f"{shaped('@@', rng).lower()}{rng.randrange(1000, 99999)}",
                    f"{name[:6]}{rng.randrange(10, 99)}",
                    f"{shaped('@', rng).lower()}{name}",
                    f"{name}.{shaped('@', rng).lower()}",
                    f"{shaped('@@@#', rng)}",
                    f"{name[:3]}{rng.randrange(100, 9999)}",
                    f"{name}_{rng.randrange(99)}",
                    f"{shaped('@', rng).lower()}{name}",
                    f"{name}{shaped('@', rng).lower()}",
                    f"{shaped('@@', rng).lower()}{name[:6]}",
                )
            ),
            "USERNAME",
            "",
        )
    ]


def _ip(scene: "Scene") -> list[Part]:
    rng = scene.rng
    return [
        (
            rng.choice(
                (
                    ".".join(str(rng.randrange(1, 255)) for _ in range(4)),
                    f"10.{rng.randrange(255)}.{rng.randrange(255)}.{rng.randrange(255)}",
                    shaped("fe80::&&&&:&&&&:&&&&:&&&&", rng),
                    shaped("2001:db8::&&&&:&&", rng),
                )
            ),
            "IP",
            "",
        )
    ]


FIELDS: Final[Mapping[str, Filler]] = {
    "phone": lambda scene: [(phone(scene.rng), "PHONE", "std")],
    "phone.any": _any_phone,
    "phone7": lambda scene: [(_seven(scene.rng), "PHONE", "7digit")],
    "phone.spoken": _spoken_phone,
    "fax": lambda scene: [(phone(scene.rng), "FAX", "std")],
    "pager": lambda scene: [(str(scene.rng.randrange(1000, 99999)), "PHONE", "pager")],
    "pager.p": _pager,
    "ext": lambda scene: [(str(scene.rng.randrange(10, 99999)), "PHONE", "ext")],
    "email": _email,
    "url": _url,
    "user": _user,
    "ip": _ip,
    "ssn": _shape(
        "SSN",
        "###-##-####",
        "###-##-####",
        "### ## ####",
        "#########",
        "xxx-xx-####",
        "XXX-XX-####",
        "***-**-####",
    ),
    "ssn.any": _shape("SSN", "###-##-####", "xxx-xx-####", "####", "#########"),
    "mrn": _shape(
        "MRN",
        "########",
        "#######",
        "######",
        "@#######",
        "##-##-##",
        "###-##-##",
        "### ## ##",
        "@@######",
        "####-###-@",
        "00######",
        "#-###-###",
        "@##-####",
        "M########",
        "#########",
        "#####",
        "MR#######",
        "@@@-#####",
    ),
    "acct": _shape(
        "ACCOUNT",
        "##########",
        "#########",
        "HAR#########",
        "############",
        "####-######",
        "V##########",
        "ACC-######",
        "H#########",
        "A####-##",
        "########",
    ),
    "plan": _shape(
        "HEALTH_PLAN",
        "W#########",
        "@@@#########",
        "###########",
        "#%##-@%#-@@##",
        "@@@###@#####",
        "########-##",
        "#########@",
        "H@#######",
        "@@-######",
        "##########",
        "@#########",
        "######-@",
        "XYZ######",
    ),
    "plan.mbi": _shape("HEALTH_PLAN", "#@%#-@%#-@@##", "#@%#@%#@@##"),
    "lic": _shape(
        "LICENSE",
        "@###-####-####",
        "@########",
        "########",
        "@@######",
        "@############",
        "RN######",
        "PT-#####",
        "MD####",
        "@@@-##-####",
        "#######",
    ),
    "dea": _shape("LICENSE", "A@#######", "B@#######", "M@#######"),
    "npi": _shape("LICENSE", "1#########", "1#########"),
    "device": _shape(
        "DEVICE",
        "SN########",
        "@@@######@",
        "##########",
        "@@-####-###",
        "%%%%%%%%%%",
        "@##@####",
        "####-##-####",
        "@@######",
        "&&:&&:&&:&&:&&:&&",
        "(01)##############(21)######",
        "@#####",
    ),
    "plate": _shape("VEHICLE", "@@@-####", "@@@ ###", "###-@@@", "#@@@###", "@@#-###", "@@@###"),
    "vin": _shape("VEHICLE", "1%%@%##%%@%######", "2%%%%##%@@#######", "WB@%%##%%@%######"),
    "acc": _shape(
        "OTHER_ID",
        "S##-#####",
        "@@########",
        "##-###-#####",
        "@##-####",
        "########",
        "ACC########",
        "SP-##-#####",
        "CY##-####",
        "####:@@#####@",
        "E########",
        "H##-####",
    ),
    "id": _shape(
        "OTHER_ID",
        "########",
        "##-@@-####",
        "@@@-#######",
        "######",
        "#######",
        "##@@#####",
        "@@##-####",
        "####-#####",
        "JV-##-####",
        "C#######",
        "@@-##-##-####",
    ),
    "id.tin": _shape("OTHER_ID", "##-#######"),
    "id.bio": _shape("BIOMETRIC", "FP-######", "BIO########", "@@@@-####"),
    "id.uid": _shape("OTHER_ID", "1.2.840.######.#.#.####.#######", "2.16.840.1.######.#.##.######"),
    "id.uuid": _shape("OTHER_ID", "&&&&&&&&-&&&&-4&&&-a&&&-&&&&&&&&&&&&", "&&&&&&&&&&&&&&&&&&&&&&&&"),
}
