"""The small path language of the event mappings.

``code``, ``effectivePeriod.start``, ``extension('URL').valueCoding``: names joined by dots, lists are
flattened, ``extension('URL')`` keeps the extensions with that URL. A subset of FHIRPath
(http://hl7.org/fhirpath/), enough for data and fast enough for every resource of a hospital.
"""

import re
from collections.abc import Iterator
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


def walk(node: Any, path: Path, start: int = 0) -> Iterator[Any]:  # noqa: ANN401 (any JSON)
    """Every value at a path, in document order; shapes that don't fit simply hold nothing.

    Example:
        >>> list(walk({"a": [{"b": 1}, {"b": [2, 3]}, "odd"]}, compile_path("a.b")))
        [1, 2, 3]
    """
    if isinstance(node, list):
        for item in node:
            yield from walk(item, path, start)
    elif start == len(path):
        yield node
    elif isinstance(node, dict):
        name, url = path[start]
        child = node.get(name)
        if child is None:
            return
        if url is not None:
            child = [e for e in child if isinstance(e, dict) and e.get("url") == url] if _many(child) else []
        yield from walk(child, path, start + 1)


def _many(child: object) -> bool:
    return isinstance(child, list)
