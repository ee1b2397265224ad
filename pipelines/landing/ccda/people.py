"""Everybody and every organisation that a document names anywhere, so that a search for names knows them.

The roles in which entries name them are in the rules; here nobody may be left out, whatever names them.
"""

from typing import Any, Final

from plummer.pipelines.landing.ccda.interpret import Maker
from plummer.pipelines.landing.ccda.model import rule
from plummer.pipelines.landing.ccda.xml_tree import Node

_STAFF: Final = {
    "assignedAuthor": "assignedPerson",
    "assignedEntity": "assignedPerson",
    "intendedRecipient": "informationRecipient",
}
_ORGANISATIONS: Final = frozenset({
    "representedOrganization", "representedCustodianOrganization", "scopingOrganization",
    "providerOrganization", "serviceProviderOrganization", "receivedOrganization", "wholeOrganization",
})  # fmt: skip
# ParticipationType: who holds a policy, keeps a directive, informs; what is verified is by staff
_RELATED: Final = frozenset({"HLD", "CST", "IND", "INF", "RCT", "RESP", "COV"})
_CLINICAL: Final = frozenset({"PROV", "ASSIGNED", "CON", "AGNT"})


def everybody(root: Node, maker: Maker) -> list[dict[str, str]]:
    """References to them, each once; relatives are the patient's own and aren't among them."""
    found: dict[str, dict[str, str]] = {}
    for node in root.walk():
        name = _rule_of(node)
        reference: Any = None if name is None else maker.make(rule(name), node)
        if reference is not None and name != "related":
            found.setdefault(reference["reference"], reference)
    return list(found.values())


def _rule_of(node: Node) -> str | None:
    if node.tag in _ORGANISATIONS:
        return "organization"
    if node.tag in _STAFF and (node.one(_STAFF[node.tag]) is not None or _reachable(node)):
        guarantor = (node.one("code") or node).attrs.get("code") == "GUAR"
        return "related" if guarantor else "practitioner"
    if node.tag == "relatedEntity":
        return "related"
    if node.tag == "associatedEntity" and (node.one("associatedPerson") is not None or _reachable(node)):
        return "practitioner" if node.attrs.get("classCode") in _CLINICAL else "related"
    return _participant(node) if node.tag == "participantRole" else None


def _reachable(node: Node) -> bool:
    """Whether it says where somebody lives or how to call them, whoever that is."""
    return any("nullFlavor" not in part.attrs for part in (*node.all("telecom"), *node.all("addr")))


def _participant(node: Node) -> str | None:
    entity = node.one("playingEntity")
    if entity is None or entity.one("name") is None or node.parent is None:
        return None
    role = node.parent.attrs.get("typeCode", "")
    if role in _RELATED:
        return "related"
    return "verifier" if role == "VRF" or entity.attrs.get("classCode") == "PSN" else None
