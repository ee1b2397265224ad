"""Views that run on any release, by name."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from plummer.schemas.errors import ExitCode, PlummerError


def ready_views() -> tuple[str, ...]:
    """Names of the views that come with the package.

    Example:
        >>> len(ready_views())
        8
    """
    names = (entry.name for entry in files("plummer.pipelines.views.ready").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def load_view(view: str) -> Any:  # noqa: ANN401 (JSON)
    """A ViewDefinition's JSON: that of a file, or the ready view of that name.

    Raises:
        PlummerError: ``view_missing`` where there is neither, ``view_malformed`` where it isn't JSON.

    Example:
        >>> load_view("patient")["resource"]
        'Patient'
    """
    path = Path(view)
    if not path.is_file() and view in ready_views():
        text = files("plummer.pipelines.views.ready").joinpath(f"{view}.json").read_text(encoding="utf-8")
        return json.loads(text)
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise PlummerError(
            "view_missing", "no such file or ready view: plummer view list", ExitCode.USAGE
        ) from None
    except (ValueError, RecursionError):
        raise PlummerError("view_malformed", "a ViewDefinition is a JSON object", ExitCode.USAGE) from None
