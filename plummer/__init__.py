"""Plummer: one de-identified timeline per patient, and the proof that it is safe to train on."""

from pkgutil import extend_path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from plummer.pipelines.research import Release

# Started from a checkout's root, Python finds this folder before the installed package; the
# subpackages live in folders beside it, so both places have to count as one package.
__path__ = extend_path(__path__, __name__)

__version__ = "0.1.0"


def open_release(release: "Path | str", purpose: str, **options: Any) -> "Release":  # noqa: ANN401
    """Open a release for research, and write down who reads it and why.

    Args:
        release: its folder, e.g. ``plummer_home/released/safe_harbor/1.0.0``.
        purpose: what it is read for, in one line.
        options: ``home``, ``require_signed``; see `plummer.pipelines.research.open_release`.
    """
    # nothing is imported before it is asked for: the version alone needs no Arrow
    from plummer.pipelines.research import open_release as opened

    return opened(release, purpose, **options)
