"""The tables of the mapping: code systems by OID, and codes by code."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def document(name: str, before: str = "") -> Mapping[str, Any]:
    """A YAML file beside this one.

    Args:
        name: its name.
        before: the name of a file whose anchors it uses.
    """
    folder = files("plummer.pipelines.landing.ccda")
    texts = [folder.joinpath(f"{part}.yaml").read_text("utf-8") for part in (before, name) if part]
    shown = yaml.safe_load("\n".join(texts))
    if not isinstance(shown, dict):
        raise TypeError("a file of the mapping isn't a mapping")
    return shown


def containers() -> frozenset[str]:
    """Templates of statements that only hold others, below their arc."""
    return frozenset(str(name) for name in document("codes")["containers"])


def table(name: str) -> Mapping[str, Any]:
    """A table of ``codes.yaml``.

    Example:
        >>> table("systems")["2.16.840.1.113883.6.96"]
        'http://snomed.info/sct'
    """
    found: Mapping[str, Any] = document("codes")[name]
    return found
