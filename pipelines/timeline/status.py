"""What a resource's status makes of its events."""

from plummer.pipelines.timeline.codes import plain_codes
from plummer.schemas.mappings import TypeMapping
from plummer.schemas.mappings.paths import walk


def exclusion(mapping: TypeMapping, resource: object) -> str | None:
    """The reason under which a resource is counted instead of becoming events, else None."""
    for rule in mapping.status:
        for node in walk(resource, rule.path) if rule.exclude else ():
            for code in plain_codes(node):
                if code in rule.exclude:
                    return rule.exclude[code]
    return None


def negation(mapping: TypeMapping, resource: object) -> str | None:
    """What stands before the codes of something that didn't happen, else None."""
    for rule in mapping.status:
        for node in walk(resource, rule.path) if rule.prefix else ():
            for code in plain_codes(node):
                if code in rule.prefix:
                    return rule.prefix[code]
    return None
