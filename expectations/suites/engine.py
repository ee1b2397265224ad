"""Great Expectations, behind the few lines that Plummer needs of it.

Importing it takes seconds, so that happens on first use, once per process. Only BOOLEAN_ONLY is ever
asked for, and of a result only the verdict and whether something was raised are read: messages and
richer formats carry values (trust.md finding 4).
"""

import logging
import os
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any, Final

from pyspark.sql import DataFrame

from plummer.expectations.suites.check import Check

_serial = count()
_ONE_AT_A_TIME: Final = threading.Lock()
"""Its context is one object of the process."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Great Expectations said of one expectation; ``raised`` where it threw instead."""

    success: bool
    raised: bool


def verdicts(df: DataFrame, checks: Sequence[Check]) -> Mapping[str, Verdict]:
    """Run the checks' expectations in one validation.

    Args:
        df: the table, prepared.
        checks: what to run; every name is in the answer.

    Returns:
        Verdicts by the check's name. An expectation without an answer counts as raised.
    """
    if not checks:
        return {}
    try:
        with _ONE_AT_A_TIME:
            answers = dict(_validate(df, checks))
    except Exception:
        answers = {}
    return {check.name: answers.get(check.name, Verdict(success=False, raised=True)) for check in checks}


def _validate(df: DataFrame, checks: Sequence[Check]) -> list[tuple[str, Verdict]]:
    gx, catalogue, context, source = _loaded()
    name = f"suite{next(_serial)}"
    asset = source.add_dataframe_asset(name)
    try:
        batch = asset.add_batch_definition_whole_dataframe(name)
        wanted = [_expectation(catalogue, check) for check in checks]
        suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=wanted))
        plan = gx.ValidationDefinition(name=name, data=batch, suite=suite)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = context.validation_definitions.add(plan).run(
                batch_parameters={"dataframe": df}, result_format="BOOLEAN_ONLY"
            )
        return [(r.expectation_config.meta["check"], _verdict(r)) for r in found.results]
    finally:
        _forget(context, source, name)


def _expectation(catalogue: Any, check: Check) -> Any:  # noqa: ANN401
    share = {"mostly": 1 - check.limit} if check.limit else {}
    return getattr(catalogue, check.expectation)(**check.kwargs, **share, meta={"check": check.name})


def _verdict(result: Any) -> Verdict:  # noqa: ANN401 (Great Expectations' own class)
    info = result.exception_info or {}
    entries = [info, *(value for value in info.values() if isinstance(value, dict))]
    raised = any(entry.get("raised_exception") for entry in entries)
    return Verdict(bool(result.success) and not raised, raised)


def _forget(context: Any, source: Any, name: str) -> None:  # noqa: ANN401
    """Drop what a validation left in the context, so that a long-lived process doesn't grow."""
    for drop in (context.validation_definitions.delete, context.suites.delete, source.delete_asset):
        try:
            drop(name)
        except Exception:  # noqa: S112 (it was never added)
            continue


@lru_cache(maxsize=1)
def quiet() -> None:
    """Stop pyspark from logging every query error with its message, which quotes values."""
    from pyspark.logger import PySparkLogger

    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True


@lru_cache(maxsize=1)
def _loaded() -> tuple[Any, Any, Any, Any]:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # its log lines quote what a metric failed on
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        import great_expectations.expectations as catalogue
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        source = context.data_sources.add_spark("plummer", persist=False)
    return gx, catalogue, context, source
