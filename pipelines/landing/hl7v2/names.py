"""Names that are the standard's own, kept beside the rules: character sets, segments, systems, tables."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


def read(name: str, *, texts: bool = False) -> Any:  # noqa: ANN401 - whatever the YAML holds
    """A shipped file of rules, parsed; with ``texts`` every scalar stays as written (16.10 is no 16.1)."""
    text = files("plummer.pipelines.landing.hl7v2.maps").joinpath(name).read_text("utf-8")
    if texts:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts only
    return yaml.safe_load(text)


@cache
def charsets() -> Mapping[str, str]:
    """Declared character sets and Python's names for them."""
    return {str(name): str(encoding) for name, encoding in read("_charsets.yaml").items()}


@cache
def tables() -> Mapping[str, Mapping[str, Any]]:
    """HL7 tables: what each code becomes.

    Example:
        >>> tables()["0001"]["F"]
        'female'
    """
    shown = read("_tables.yaml").items()
    return {str(name): {str(code): to for code, to in values.items()} for name, values in shown}


@cache
def systems() -> Mapping[str, str]:
    """Names of coding systems (HL7 table 0396, and what is sent for them) and their URIs."""
    return {str(name).upper(): str(uri) for name, uri in read("_systems.yaml").items()}


@cache
def standard_segments() -> frozenset[str]:
    """Segments of the standard; any other name may be a sender's own word.

    Example:
        >>> "CTI" in standard_segments(), "ZPI" in standard_segments()
        (True, False)
    """
    return frozenset(str(read("_segments.yaml")["segments"]).split())
