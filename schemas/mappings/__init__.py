"""How FHIR resources become timeline events: one YAML file per resource type, read and checked here.

To add an event, add or change ``<ResourceType>.yaml``; the keys are those of
`plummer.schemas.mappings.model.EventSpec`. ``code_systems.yaml`` gives a code its prefix.
"""

from functools import cache
from importlib import resources

import yaml

from plummer.schemas.mappings.model import (
    CodeSource,
    CodeSystems,
    EventSpec,
    Mappings,
    StatusRule,
    TypeMapping,
)
from plummer.schemas.mappings.parse import parse_mapping, parse_systems

__all__ = ["CodeSource", "CodeSystems", "EventSpec", "Mappings", "StatusRule", "TypeMapping", "load_mappings"]

_SYSTEMS = "code_systems"


@cache
def load_mappings() -> Mappings:
    """Read, check and compile every mapping of the package, once per process.

    Raises:
        PlummerError: ``mapping_invalid`` (exit 2).

    Example:
        >>> sorted(load_mappings().types)[:2]
        ['AdverseEvent', 'AllergyIntolerance']
        >>> load_mappings().systems.standard["http://loinc.org"]
        'LOINC'
    """
    files = {
        entry.name.removesuffix(".yaml"): yaml.safe_load(entry.read_text(encoding="utf-8"))
        for entry in resources.files(__name__).iterdir()
        if entry.name.endswith(".yaml")
    }
    systems = parse_systems(files.pop(_SYSTEMS))
    return Mappings({name: parse_mapping(name, files[name]) for name in sorted(files)}, systems)
