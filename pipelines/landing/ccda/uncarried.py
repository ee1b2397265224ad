"""What the mapping doesn't carry, by names that no record can choose.

A template is named by its root where that is one of HL7's or IHE's, a section by its LOINC code, an element
by its name where CDA has it; everything else is ``other``. Nothing of a value is in a name.
"""

import re
from collections import Counter
from functools import cache
from typing import Final

from plummer.pipelines.landing.ccda.paths import templates
from plummer.pipelines.landing.ccda.tables import table
from plummer.pipelines.landing.ccda.xml_tree import Node

_TEMPLATE: Final = re.compile(
    r"(?:2\.16\.840\.1\.113883\.10\.20|1\.3\.6\.1\.4\.1\.19376)(?:\.[0-9]{1,4}){1,7}"
)
_LOINC: Final = re.compile(r"[0-9]{1,5}-[0-9]")


@cache
def _names(which: str) -> frozenset[str]:
    return frozenset(table("elements")[which])


def name_of(node: Node, section: str = "") -> str:
    """The name of a statement that nothing takes: its template's, else its section's, and the element's.

    Example:
        >>> name_of(Node("act", {}, None, 1, 0), "46240-8")
        '46240-8/act'
    """
    roots = sorted(root for root in templates(node) if _TEMPLATE.fullmatch(root))
    place = roots[0] if roots else section if _LOINC.fullmatch(section) else "other"
    return f"{place}/{_known(node)}"


def of_statement(node: Node, section: str, fixed: frozenset[str]) -> Counter[str]:
    """Elements of a statement that the mapping took which nothing looked at, but for ``fixed`` ones."""
    return _unseen(node, name_of(node, section), fixed)


def of_header(root: Node) -> Counter[str]:
    """Elements of the header that nothing looked at."""
    return _unseen(root, "ClinicalDocument", frozenset())


def _unseen(node: Node, name: str, fixed: frozenset[str]) -> Counter[str]:
    left: Counter[str] = Counter()
    for child in node.children:
        if not (child.seen or child.tag in _names("elsewhere") | fixed or "nullFlavor" in child.attrs):
            left[f"{name}/{_known(child)}"] += 1
    return left


def _known(node: Node) -> str:
    return node.tag.replace("sdtc:", "") if node.tag in _names("known") else "other"
