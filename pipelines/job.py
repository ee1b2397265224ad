"""One run's surroundings: home, ledger, policy, key and Spark session, opened when first needed."""

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from time import perf_counter
from typing import Final

from pyspark.sql import SparkSession

from plummer.deid.keys import RootKey, load_key
from plummer.deid.policy import Policy, load_policy
from plummer.pipelines import progress, warmup
from plummer.pipelines.boundary import boundary
from plummer.pipelines.delta_log import require_whole
from plummer.pipelines.first_key import known_key
from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger, StageRecord
from plummer.pipelines.request import RunRequest
from plummer.pipelines.results import StepResult
from plummer.pipelines.session import open_session
from plummer.pipelines.spark_settings import SparkSettings
from plummer.schemas.errors import ExitCode, PlummerError

REACHED: Final = "reached"
"""The ledger's name for the steps that the present run has done or found done."""


def fingerprint(step: str, inputs: Sequence[object]) -> str:
    """sha256 over what goes into a step.

    Example:
        >>> fingerprint("notes", [1]) == fingerprint("notes", (1,)) != fingerprint("notes", [2])
        True
    """
    return hashlib.sha256(json.dumps([step, list(inputs)], sort_keys=True).encode()).hexdigest()


def settings_for(request: RunRequest) -> SparkSettings:
    """The deployment's settings, tuned for little data where the run has little."""
    chosen = SparkSettings()
    tuned = {"small": chosen.small or request.small, "brief": chosen.brief or request.brief}
    return chosen.model_copy(update=tuned)


class Job:
    """Runs steps on one home, each at most once for the same input."""

    def __init__(self, home: Home, run_id: str) -> None:
        self.home = home
        self.ledger = Ledger(home.ledger)
        self.request = RunRequest.load(self.ledger, run_id)

    @cached_property
    def spark(self) -> SparkSession:
        """The process's session, its scratch in the home."""
        warmup.in_background()
        return open_session(self.home.scratch, settings_for(self.request))

    @cached_property
    def policy(self) -> Policy:
        """The policy that the request names."""
        return load_policy(self.request.profile)

    @cached_property
    def key(self) -> RootKey:
        """The domain's root key, checked against the ledger.

        Raises:
            PlummerError: ``key_missing``, ``key_mode`` or ``key_mismatch`` (exit 5), before any write.
        """
        domain = self.request.domain
        key = known_key(self.home, domain) or load_key(self.home.keys, domain)
        if self.ledger.get(f"key:{domain}") is None:
            self.ledger.put(f"key:{domain}", key.fingerprint)
        return key

    def result(self, step: str) -> StepResult:
        """What a step last left behind.

        Raises:
            PlummerError: ``step_missing`` (exit 2) where it never ran.
        """
        record = self.ledger.stage(step)
        if record is None:
            raise PlummerError("step_missing", "an earlier step has not run yet", ExitCode.USAGE, step)
        return StepResult.of(record, reused=True)

    def reached(self, step: str) -> StepResult | None:
        """What a step left behind, None where this run has not come to it: it may be of other input."""
        return self.result(step) if step in (self.ledger.get(REACHED) or ()) else None

    def state(self, *steps: str) -> list[object]:
        """What identifies the present output of steps, for the fingerprint of a later one."""
        found: list[object] = []
        for step in steps:
            record = self.ledger.stage(step)
            tables = [] if record is None else record.result["tables"]
            found.append([step, None if record is None else record.fingerprint, tables])
        return found

    def once(self, step: str, inputs: Sequence[object], run: Callable[[], StepResult]) -> StepResult:
        """Run a step unless the same input has already gone through it and its tables still stand."""
        digest = fingerprint(step, inputs)
        record = self.ledger.stage(step)
        if record is not None and record.fingerprint == digest and self._stands(record):
            progress.finished(step, record.seconds, reused=True)
            self._reach(step)
            return StepResult.of(record, reused=True)
        return self.always(step, digest, run)

    def always(self, step: str, fingerprint: str, run: Callable[[], StepResult]) -> StepResult:
        """Run a step behind the error boundary and record what it left."""
        started = perf_counter()
        progress.started(step)
        with boundary(step):
            result = run()
        seconds = round(perf_counter() - started, 3)
        progress.finished(step, seconds, reused=False)
        record = StageRecord(step, fingerprint, self.request.run_id, result.as_json(), seconds)
        self.ledger.record_stage(record)
        self._reach(step)
        return StepResult.of(record, reused=False)

    def _reach(self, step: str) -> None:
        self.ledger.put(REACHED, sorted({*(self.ledger.get(REACHED) or ()), step}))

    def require_inputs(self, *steps: str) -> None:
        """Refuse to read tables whose log is torn or behind the ledger (R-07)."""
        for step in steps:
            for ref in self.result(step).tables:
                require_whole(f"{self.home.storage}/{ref.path}", ref.version, log=ref.log)

    def _stands(self, record: StageRecord) -> bool:
        """Whether a step's tables are as it left them; a torn log is refused, a rebuild would hide it."""
        try:
            for ref in StepResult.of(record, reused=True).tables:
                require_whole(f"{self.home.storage}/{ref.path}", ref.version, exactly=True, log=ref.log)
        except PlummerError as error:
            if error.code == "table_log_torn":
                raise
            return False
        return True
