"""How a `PlummerError` reaches Dagster: as a Failure with code and place, its exit code in metadata."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from plummer.pipelines.boundary import boundary
from plummer.schemas.errors import ExitCode, PlummerError

RETRY = dg.RetryPolicy(max_retries=1, delay=2)
"""Once more after an unexpected error (a lost worker, say); refusals are not tried again."""


@contextmanager
def failing(step: str) -> Iterator[None]:
    """Run an asset's body behind the error boundary and hand Dagster what is safe to store."""
    try:
        with boundary(step):
            yield
    except PlummerError as error:
        raise _failure(error) from None
    except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
        # Dagster would take the retry policy for an answer to Ctrl-C
        raise _failure(PlummerError("interrupted", "stopped by the user", ExitCode.INTERRUPTED)) from None


def _failure(error: PlummerError) -> dg.Failure:
    return dg.Failure(
        description=str(error),
        metadata={"code": error.code, "exit_code": int(error.exit_code), "ref": error.ref or "-"},
        allow_retries=error.exit_code == ExitCode.INTERNAL and error.code == "stage_failed",
    )


def error_of(result: dg.JobExecutionResult) -> PlummerError | None:
    """The error that ended a run, rebuilt from the events of its failed steps."""
    for event in result.all_events:
        if event.event_type_value == "STEP_FAILURE":
            failure = getattr(event.event_specific_data, "user_failure_data", None)
            if failure is None or "code" not in failure.metadata:
                continue
            code, ref = (str(failure.metadata[key].value) for key in ("code", "ref"))
            text = str(failure.description).removeprefix(f"{code}: ").removesuffix(f" [{ref}]")
            exit_code = ExitCode(int(str(failure.metadata["exit_code"].value)))
            return PlummerError(code, text, exit_code, "" if ref == "-" else ref)
    return None
