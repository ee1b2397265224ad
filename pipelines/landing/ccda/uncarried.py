"""What the mapping doesn't carry, by names that no record can choose.

A template is named by its root where that is one of HL7's or IHE's, a section by its LOINC code, an element by
its name where CDA has it; everything else is ``other``. Nothing of a value is in a name.
"""

import re
from collections import Counter
from typing import Final

from plummer.pipelines.landing.ccda.paths import templates
from plummer.pipelines.landing.ccda.xml_tree import Node

_TEMPLATE: Final = re.compile(
    r"(?:2\.16\.840\.1\.113883\.10\.20|1\.3\.6\.1\.4\.1\.19376)(?:\.[0-9]{1,4}){1,7}"
)
_SAID_ELSEWHERE: Final = frozenset(
    ["templateId", "typeId", "realmCode", "id", "text", "code", "entryRelationship", "component", "entry", "sdtc:text", "title", "languageCode", "recordTarget", "custodian", "componentOf", "setId", "versionNumber"]
)
_KNOWN: Final = frozenset(
    ["act", "approachSiteCode", "assignedAuthor", "assignedEntity", "author", "authenticator", "authorization", "averageDuration", "confidentialityCode", "consumable", "custodian", "dataEnterer", "doseCheckQuantity", "doseQuantity", "documentationOf", "effectiveTime", "encounter", "encounterParticipant", "expectedUseTime", "informant", "informationRecipient", "inFulfillmentOf", "independentInd", "interpretationCode", "languageCode", "legalAuthenticator", "maxDoseQuantity", "methodCode", "observation", "observationMedia", "organizer", "participant", "performer", "precondition", "priorityCode", "procedure", "product", "quantity", "rateQuantity", "reference", "referenceRange", "regionOfInterest", "relatedDocument", "repeatNumber", "routeCode", "sdtc:dischargeDispositionCode", "sequenceNumber", "specimen", "statusCode", "subject", "substanceAdministration", "supply", "targetSiteCode", "time", "value", "versionNumber", "sdtc:inFulfillmentOf1", "sdtc:valueSet", "sdtc:precondition2", "administrationUnitCode", "copyTime", "setId", "component", "componentOf", "recordTarget", "effectiveTime"]
)


def name_of(node: Node) -> str:
    """The name of a statement that nothing takes.

    Example:
        >>> name_of(Node("act", {}, None, 1, 0))
        'act'
    """
    roots = sorted(root for root in templates(node) if _TEMPLATE.fullmatch(root))
    tag = node.tag if node.tag in _KNOWN else "other"
    return f"{roots[0]} {tag}" if roots else tag


def of_statement(node: Node, fixed: frozenset[str]) -> Counter[str]:
    """Elements of a statement that the mapping took which nothing looked at, but for ``fixed`` ones."""
    return _unseen(node, name_of(node).replace(" ", "/"), fixed)


def of_header(root: Node) -> Counter[str]:
    """Elements of the header that nothing looked at."""
    return _unseen(root, "ClinicalDocument", frozenset())


def _unseen(node: Node, name: str, fixed: frozenset[str]) -> Counter[str]:
    left: Counter[str] = Counter()
    for child in node.children:
        if not (child.seen or child.tag in _SAID_ELSEWHERE | fixed or "nullFlavor" in child.attrs):
            left[f"{name}/{child.tag if child.tag in _KNOWN else 'other'}"] += 1
    return left
