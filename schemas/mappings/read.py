"""Reading the mapping files: YAML in which nothing is said twice."""

import hashlib
from collections.abc import Hashable, Mapping
from typing import Any, Final

import yaml

from plummer.schemas.errors import ExitCode, PlummerError

_Base: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's reads five times as fast


class _Loader(_Base):  # type: ignore[misc]
    """Safe loader that refuses a key given twice: the first would count for nothing, in silence."""

    file = ""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen or key.value == "<<":
                line = key.start_mark.line + 1
                ref = f"{self.file} line {line}"
                raise PlummerError("mapping_duplicate_key", "a key stands twice", ExitCode.USAGE, ref)
            seen.add(key.value)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


def read_yaml(text: str, name: str) -> object:
    r"""Parse one mapping file.

    Args:
        text: the file's text.
        name: what an error calls it, its resource type.

    Raises:
        PlummerError: ``mapping_yaml`` or ``mapping_duplicate_key`` (exit 2) with file and line.

    Example:
        >>> read_yaml("events: [{event_type: flag}]", "Flag")
        {'events': [{'event_type': 'flag'}]}
        >>> read_yaml("a: 1\na: 2", "Flag")
        Traceback (most recent call last):
        ...
        plummer.schemas.errors.PlummerError: mapping_duplicate_key: a key stands twice [Flag line 2]
    """
    try:
        loader = _Loader(text)
        loader.file = name
        found: object = loader.get_single_data()
        return found
    except PlummerError:
        raise
    except (yaml.YAMLError, TypeError, ValueError, AttributeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        ref = f"{name} line {mark.line + 1 if mark else 0}"
    raise PlummerError("mapping_yaml", "not YAML", ExitCode.USAGE, ref) from None


def digest(*parts: object) -> str:
    """sha256 of what was compiled, so that a comment or a remark changes nothing.

    Example:
        >>> digest(("a",)) == digest(("a",)) != digest(("b",))
        True
    """
    plain = [sorted(part.items()) if isinstance(part, Mapping) else part for part in parts]
    return hashlib.sha256(repr(plain).encode()).hexdigest()
