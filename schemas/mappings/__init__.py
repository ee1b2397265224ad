"""How FHIR resources become timeline events: one YAML file per resource type, read and checked here.

To add an event, add or change ``<ResourceType>.yaml``; docs/research/events.md tells the keys, which are
those of `plummer.schemas.mappings.model.EventSpec`. ``code_systems.yaml`` gives a code its prefix.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from plummer.schemas.mappings.model import (
    CodeSource,
    CodeSystems,
    EventSpec,
    Mappings,
    StatusRule,
    TypeMapping,
)
from plummer.schemas.mappings.parse import parse_mapping, parse_systems
from plummer.schemas.mappings.read import digest, read_yaml
from plummer.schemas.mappings.verify import verify

__all__ = [
    "CodeSource", "CodeSystems", "EventSpec", "Fingerprints", "Mappings", "StatusRule", "TypeMapping",
    "fingerprints", "load_mappings",
]  # fmt: skip

_SYSTEMS = "code_systems"


@cache
def load_mappings() -> Mappings:
    """Read and compile every mapping of the package, once per process.

    Raises:
        PlummerError: ``mapping_yaml``, ``mapping_duplicate_key`` or ``mapping_invalid`` (exit 2).

    Example:
        >>> sorted(load_mappings().types)[:2]
        ['AdverseEvent', 'AllergyIntolerance']
        >>> load_mappings().systems.standard["http://loinc.org"]
        'LOINC'
    """
    return parse_files(
        {
            entry.name.removesuffix(".yaml"): entry.read_text(encoding="utf-8")
            for entry in resources.files(__name__).iterdir()
            if entry.name.endswith(".yaml")
        }
    )


def parse_files(texts: dict[str, str]) -> Mappings:
    """Compile the mapping files, given by name without ending.

    Raises:
        PlummerError: as `load_mappings`.
    """
    files = {name: read_yaml(texts[name], name) for name in sorted(texts)}
    systems = parse_systems(files.pop(_SYSTEMS))
    return Mappings({name: parse_mapping(name, files[name]) for name in files}, systems)


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What identifies the mapping, for the steps that are built from it.

    Attributes:
        all: sha256 of everything that decides events.
        times: sha256 of what decides which dates are a subject's first and latest event.
    """

    all: str
    times: str


@cache
def fingerprints() -> Fingerprints:
    """Hold the package's mapping against FHIR R4 and fingerprint it.

    Raises:
        PlummerError: as `load_mappings`, and ``mapping_unknown_path``, ``mapping_wrong_type`` or
            ``mapping_unknown_code`` (exit 2).
    """
    return fingerprints_of(load_mappings())


def fingerprints_of(mappings: Mappings) -> Fingerprints:
    """As `fingerprints`, of any mapping."""
    for mapping in mappings.types.values():
        verify(mapping)
    systems = mappings.systems
    everything = digest(mappings.types, systems.standard, systems.other, systems.namespaces)
    times = {
        name: ([rule.path for rule in m.status], [rule.exclude for rule in m.status], m.times)
        for name, m in mappings.types.items()
    }
    return Fingerprints(everything, digest(times))
