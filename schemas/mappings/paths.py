"""The small path language of the event mappings.

``code``, ``effectivePeriod.start``, ``extension('URL').valueCoding``: names joined by dots, lists are
flattened, ``extension('URL')`` keeps the extensions with that URL. A subset of FHIRPath
(http://hl7.org/fhirpath/), enough for data and fast enough for every resource of a hospital.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

Step = tuple[str, str | None]
Path = tuple[Step, ...]

_STEP: Final = re.compile(r"([A-Za-z][A-Za-z0-9]*)(?:\('([^']+)'\))?(?:\.|$)")


def compile_path(text: str) -> Path:
    """Compile a path to its steps.

    Raises:
        ValueError: it isn't a path of this language.

    Example:
        >>> compile_path("period.start")
        (('period', None), ('start', None))
        >>> compile_path("extension('urn:x').valueCode")
        (('extension', 'urn:x'), ('valueCode', None))
    """
    steps: list[Step] = []
    at = 0
    while at < len(text) and (match := _STEP.match(text, at)) is not None:
        if match[2] is not None and match[1] != "extension":
            break
        steps.append((match[1], match[2]))
        at = match.end()
    if not steps or at < len(text) or text.endswith("."):
        raise ValueError("not a path")
    return tuple(steps)


def walk(node: Any, path: Path) -> Sequence[Any]:  # noqa: ANN401 (any JSON)
    """Every value at a path, in document order; shapes that don't fit simply hold nothing.

    Example:
        >>> walk({"a": [{"b": 1}, {"b": [2, 3]}, "odd"]}, compile_path("a.b"))
        [1, 2, 3]
    """
    if node.__class__ is dict and path[0][0] not in node:  # most paths lead nowhere: this is asked first
        return ()
    nodes: Sequence[Any] = (node,)
    for name, url in path:
        found: list[Any] = []
        for parent in nodes:
            child = parent.get(name) if isinstance(parent, dict) else None
            if isinstance(child, list):
                found += child if url is None else _with_url(child, url)
            elif child is not None and url is None:
                found.append(child)
        if not found:
            return ()
        nodes = found
    return nodes


def _with_url(extensions: list[Any], url: str) -> list[Any]:
    return [e for e in extensions if isinstance(e, dict) and e.get("url") == url]
