"""Choosing the engine's layers, so that each can be measured alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from plummer.schemas.errors import ExitCode, PlummerError

if TYPE_CHECKING:
    from plummer.deid.text import TextEngine

#: The patient's record, the deterministic recognizers, the trained tagger; merging is always on.
LAYERS: Final = ("known", "rules", "tagger")


def chosen_layers(names: Sequence[str]) -> tuple[str, ...]:
    """The layers that names stand for; all that the installation has where none is named.

    Raises:
        PlummerError: ``layer_unknown`` for a name that isn't one of `LAYERS`.

    Example:
        >>> chosen_layers(["rules,known"])
        ('known', 'rules')
    """
    wanted = {part.strip() for name in names for part in name.split(",")} - {""}
    if not wanted <= set(LAYERS):
        raise PlummerError("layer_unknown", f"--layers takes {', '.join(LAYERS)}", ExitCode.USAGE)
    return tuple(name for name in LAYERS if name in wanted) if wanted else all_layers()


def engine_of(layers: Sequence[str]) -> "TextEngine":
    """An engine with only these layers' recognizers.

    Args:
        layers: some of `LAYERS`; ``known`` needs no recognizer, since it comes with each note.

    Raises:
        PlummerError: ``layer_missing`` for a layer that nothing of the installation belongs to.

    Example:
        >>> engine_of(["known"]).detect("MRN 00123456")
        ()
    """
    from plummer.deid.text import TextEngine

    engine = TextEngine()
    registry = engine._analyzer.registry
    if not set(layers) <= {"known", *map(layer_of, registry.recognizers)}:
        raise PlummerError(
            "layer_missing", "the installation has no trained tagger: make model", ExitCode.MISSING_COMPONENT
        )
    registry.recognizers = [one for one in registry.recognizers if layer_of(one) in layers]
    return engine


def all_layers() -> tuple[str, ...]:
    """The layers that the installation has.

    Example:
        >>> all_layers()[:2]
        ('known', 'rules')
    """
    from plummer.deid.text import TextEngine

    held = {"known", *map(layer_of, TextEngine()._analyzer.registry.recognizers)}
    return tuple(name for name in LAYERS if name in held)


def layer_of(recognizer: Any) -> str:  # noqa: ANN401 (Presidio has no types)
    """The layer that a recognizer belongs to, by the package of its class."""
    module = type(recognizer).__module__
    if module.startswith("plummer.deid.tagger"):
        return "tagger"
    # the sweep for the home's names is a part of what the records say
    return "known" if module.endswith(".site_name") else "rules"
