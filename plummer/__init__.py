"""Plummer: one de-identified timeline per patient, and the proof that it is safe to train on."""

from pkgutil import extend_path

# Started from a checkout's root, Python finds this folder before the installed package; the
# subpackages live in folders beside it, so both places have to count as one package.
__path__ = extend_path(__path__, __name__)

__version__ = "0.1.0"
