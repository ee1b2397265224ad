"""YAML as a policy may use it: plain maps, lists and scalars; nothing that a reviewer can't see.

Duplicate keys, anchors, aliases and tags are refused: each lets a file mean something other than it seems
to, and aliases can grow a small file into gigabytes.
"""

from collections.abc import Hashable
from typing import Any, Final

import yaml

from plummer.schemas.errors import ExitCode, PlummerError

MAX_BYTES: Final = 1_000_000


def _refuse(code: str, message: str, line: int) -> PlummerError:
    return PlummerError(f"policy_{code}", message, ExitCode.USAGE, f"line {line}")


class _StrictLoader(yaml.SafeLoader):
    """Safe loader that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen or key.value == "<<":
                raise _refuse("duplicate_key", "a key stands twice", key.start_mark.line + 1)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _refuse_hidden_meaning(text: str) -> None:
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            raise _refuse("alias", "anchors and aliases aren't allowed: write the value out", line)
        if isinstance(token, yaml.TagToken | yaml.DirectiveToken):
            raise _refuse("tag", "tags and directives aren't allowed", line)


def load_yaml(text: str) -> dict[str, Any]:
    """Parse a policy's text.

    Raises:
        PlummerError: ``policy_yaml``, ``policy_duplicate_key``, ``policy_alias``, ``policy_tag`` or
            ``policy_too_large``, each with the line.

    Example:
        >>> load_yaml("k: 11")
        {'k': 11}
    """
    if len(text) > MAX_BYTES:
        raise _refuse("too_large", "a policy has at most a million characters", 0)
    try:
        _refuse_hidden_meaning(text)
        # _StrictLoader is a SafeLoader: it builds plain values only
        value = yaml.load(text, Loader=_StrictLoader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _refuse("yaml", "not YAML", mark.line + 1 if mark else 0) from None
    except (TypeError, ValueError, RecursionError):
        raise _refuse("yaml", "a key or value can't be read", 0) from None
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise _refuse("yaml", "a policy is a map of named settings", 1)
    return value


def line_of(text: str, key: str) -> str:
    r"""Where a key stands, as an error's reference; only the key, never its value.

    Example:
        >>> line_of("a: 1\nb: 2", "b")
        'b, line 2'
    """
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip().lstrip("\"'")
        if bare.startswith(key) and bare[len(key) :].lstrip("\"' ").startswith(":"):
            return f"{key}, line {number}"
    return key
