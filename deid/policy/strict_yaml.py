"""YAML as a policy may use it: plain maps, lists and scalars; nothing that a reviewer can't see.

Duplicate keys, anchors, aliases and tags are refused: each lets a file mean something other than it seems
to, and aliases can grow a small file into gigabytes. Scalars are read as JSON would read them, so that ``no``
is a word, ``010`` isn't 8 and ``2020-01-01`` is a text.
"""

import json
import re
from collections.abc import Hashable, Mapping
from typing import Any, Final

import yaml

from plummer.schemas.errors import ExitCode, PlummerError

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 12
Lines = Mapping[tuple[str, ...], int]
"""Path of keys (and positions in lists) to the line where it stands."""


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


_StrictLoader.yaml_implicit_resolvers = {}
for _tag, _form, _first in (
    ("null", r"null|~|", ["n", "~", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(0|[1-9][0-9]{0,17})", list("-0123456789")),
    ("float", r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}", list("-0123456789")),
):
    _StrictLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), _first)

_OPENERS: Final = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSERS: Final = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


def _refuse_hidden_meaning(text: str) -> None:
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            raise _refuse("alias", "anchors and aliases aren't allowed: write the value out", line)
        if isinstance(token, yaml.TagToken | yaml.DirectiveToken):
            raise _refuse("tag", "tags and directives aren't allowed", line)
        depth += isinstance(token, _OPENERS) - isinstance(token, _CLOSERS)
        if depth > MAX_DEPTH:
            raise _refuse("too_deep", "a policy is nested a few levels deep", line)


def _lines(node: yaml.Node | None, above: tuple[str, ...], found: dict[tuple[str, ...], int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            path = (*above, str(key.value))
            found[path] = key.start_mark.line + 1
            _lines(value, path, found)
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            path = (*above, str(position))
            found[path] = item.start_mark.line + 1
            _lines(item, path, found)


def load_document(text: str) -> tuple[dict[str, Any], Lines]:
    r"""Parse a policy's text, and tell where each key stands.

    Raises:
        PlummerError: ``policy_yaml``, ``policy_duplicate_key``, ``policy_alias``, ``policy_tag``,
            ``policy_too_deep`` or ``policy_too_large``, each with the line.

    Example:
        >>> load_document("# why\nk: 11\ntypes:\n  Age: age")[1]
        {('k',): 2, ('types',): 3, ('types', 'Age'): 4}
    """
    if len(text) > MAX_BYTES:
        raise _refuse("too_large", "a policy has at most a million characters", 0)
    found: dict[tuple[str, ...], int] = {}
    try:
        _refuse_hidden_meaning(text)
        loader = _StrictLoader(text)
        try:
            node = loader.get_single_node()
            value = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
        _lines(node, (), found)
        json.dumps(value, ensure_ascii=False).encode()  # an escape may write half a character
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _refuse("yaml", "not YAML", mark.line + 1 if mark else 0) from None
    except (TypeError, ValueError, RecursionError, AttributeError):
        raise _refuse("yaml", "a key or value can't be read", 0) from None
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise _refuse("yaml", "a policy is a map of named settings", 1)
    return value, found


def load_yaml(text: str) -> dict[str, Any]:
    """Parse a policy's text; see `load_document`.

    Example:
        >>> load_yaml("{k: 11, text: no}")
        {'k': 11, 'text': 'no'}
    """
    return load_document(text)[0]
