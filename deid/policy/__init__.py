"""The policy: what happens to every FHIR path, as data that compliance signs."""

from plummer.deid.policy.load import PROFILES, load_policy
from plummer.deid.policy.model import Action, Decision, Policy, Rule
from plummer.deid.policy.resolve import alternatives, decide, explain

__all__ = [
    "PROFILES",
    "Action",
    "Decision",
    "Policy",
    "Rule",
    "alternatives",
    "decide",
    "explain",
    "load_policy",
]
