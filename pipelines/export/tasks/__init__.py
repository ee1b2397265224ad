"""Tasks that come with the package, as configurations of ACES, by name."""

from importlib.resources import files
from typing import Final

_FOLDER: Final = "plummer.pipelines.export.tasks"


def ready_tasks() -> tuple[str, ...]:
    """Names of the tasks.

    Example:
        >>> ready_tasks()
        ('in_hospital_mortality', 'readmission_30d')
    """
    names = (entry.name for entry in files(_FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def ready_task(name: str) -> str:
    """The configuration of a task, as YAML.

    Example:
        >>> "trigger: admission" in ready_task("in_hospital_mortality")
        True
    """
    return files(_FOLDER).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
