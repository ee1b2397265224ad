"""How FHIR resources become timeline events: one YAML file per resource type, read and checked here.

To add an event, add or change ``<ResourceType>.yaml``, here or in a folder of one's own
(`plummer.schemas.mappings.site`); docs/research/events.md tells the keys, which are those of
`plummer.schemas.mappings.model.EventSpec`. ``code_systems.yaml`` gives a code its prefix, ``units.yaml`` a
number its canonical unit.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
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
from plummer.schemas.mappings.site import SiteFiles, overlaid, site_files
from plummer.schemas.mappings.units import UnitGroup, Units, parse_units
from plummer.schemas.mappings.verify import verify

__all__ = [
    "CodeSource", "CodeSystems", "EventSpec", "Fingerprints", "Mappings", "SiteFiles", "StatusRule",
    "TypeMapping", "UnitGroup", "Units", "fingerprints", "load_mappings", "site_files",
]  # fmt: skip

_SYSTEMS = "code_systems"
_UNITS = "units"


def load_mappings(site: SiteFiles | None = None) -> Mappings:
    """Read and compile every mapping of the package with a site's own on it, once per process.

    Args:
        site: the site's files; by default those that the process' environment names (`site_files`). A Spark
            worker is told them, since its environment needn't be the driver's.

    Raises:
        PlummerError: ``mapping_yaml``, ``mapping_duplicate_key``, ``mapping_invalid`` or ``mapping_folder``
            (exit 2).

    Example:
        >>> sorted(load_mappings().types)[:2]
        ['AdverseEvent', 'AllergyIntolerance']
        >>> load_mappings().systems.standard["http://loinc.org"]
        'LOINC'
    """
    return _load(site_files() if site is None else site)


@lru_cache(maxsize=8)
def _load(site: SiteFiles) -> Mappings:
    return parse_files(_shipped(), dict(site))


@cache
def _shipped() -> dict[str, str]:
    return {
        entry.name.removesuffix(".yaml"): entry.read_text(encoding="utf-8")
        for entry in resources.files(__name__).iterdir()
        if entry.name.endswith(".yaml")
    }


def parse_files(texts: dict[str, str], site: dict[str, str] | None = None) -> Mappings:
    """Compile the mapping files, given by name without ending, and a site's on them.

    Raises:
        PlummerError: as `load_mappings`.
    """
    files = {name: read_yaml(texts[name], name) for name in sorted(texts)}
    for name, text in sorted((site or {}).items()):
        files[name] = overlaid(files.get(name), read_yaml(text, name), name)
    systems = parse_systems(files.pop(_SYSTEMS))
    units = parse_units(files.pop(_UNITS, {}))
    return Mappings({name: parse_mapping(name, files[name]) for name in files}, systems, units)


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What identifies the mapping, for the steps that are built from it.

    Attributes:
        all: sha256 of everything that decides events.
        times: sha256 of what decides which dates are a subject's first and latest event.
    """

    all: str
    times: str


def fingerprints() -> Fingerprints:
    """Hold the mapping, a site's own included, against FHIR R4 and fingerprint it.

    Raises:
        PlummerError: as `load_mappings`, and ``mapping_unknown_path``, ``mapping_wrong_type`` or
            ``mapping_unknown_code`` (exit 2).
    """
    return _fingerprints(site_files())


@lru_cache(maxsize=8)
def _fingerprints(site: SiteFiles) -> Fingerprints:
    return fingerprints_of(load_mappings(site))


def fingerprints_of(mappings: Mappings) -> Fingerprints:
    """As `fingerprints`, of any mapping."""
    for mapping in mappings.types.values():
        verify(mapping)
    systems, units = mappings.systems, mappings.units
    everything = digest(
        mappings.types, systems.standard, systems.other, systems.namespaces, systems.hierarchies,
        units.groups, sorted(units.alone), units.aliases,
    )  # fmt: skip
    times = {
        name: ([rule.path for rule in m.status], [rule.exclude for rule in m.status], m.times)
        for name, m in mappings.types.items()
    }
    return Fingerprints(everything, digest(times))
