"""The tables of the mapping: code systems by OID, and codes by code."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def document(name: str) -> Mapping[str, Any]:
    """A YAML file beside this one."""
    text = files("plummer.pipelines.landing.ccda").joinpath(f"{name}.yaml").read_text("utf-8")
    shown = yaml.safe_load(text)
    if not isinstance(shown, dict):
        raise TypeError("a file of the mapping isn't a mapping")
    return shown


def table(name: str) -> Mapping[str, Any]:
    """A table of ``codes.yaml``.

    Example:
        >>> table("systems")["2.16.840.1.113883.6.96"]
        'http://snomed.info/sct'
    """
    found: Mapping[str, Any] = document("codes")[name]
    return found
