"""Scoring of a free-text de-identifier against gold notes: `plummer text evaluate`."""

from plummer.deid.evaluate.labels import own_labels
from plummer.deid.evaluate.layers import LAYERS, all_layers, chosen_layers, engine_of
from plummer.deid.evaluate.model import GoldNote, GoldSpan
from plummer.deid.evaluate.predict import Predicted, predict, read_predictions
from plummer.deid.evaluate.read import FORMATS, read_gold
from plummer.deid.evaluate.report import evaluate

__all__ = [
    "FORMATS", "LAYERS", "GoldNote", "GoldSpan", "Predicted", "all_layers", "chosen_layers", "engine_of",
    "evaluate", "own_labels", "predict", "read_gold", "read_predictions",
]  # fmt: skip
