"""An IO manager that lets only table references through: nothing that an asset returns is ever pickled."""

import json
from dataclasses import asdict
from pathlib import Path

import dagster as dg

from plummer.pipelines.delta import TableRef
from plummer.schemas.errors import ExitCode, PlummerError

LIMIT_BYTES = 1024
"""Size above which something other than a reference must have slipped in (P-12)."""


class TableRefIOManager(dg.IOManager):
    """Stores a `TableRef` as JSON below DAGSTER_HOME and refuses everything else."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Store a reference; None (an asset that says all in its metadata) is stored as nothing."""
        if obj is None:
            return
        if not isinstance(obj, TableRef) or len(text := json.dumps(asdict(obj))) > LIMIT_BYTES:
            message = "an asset returned something other than a table reference"
            raise PlummerError("not_a_reference", message, ExitCode.INTERNAL, context.step_key)
        path = self._path(context)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def load_input(self, context: dg.InputContext) -> TableRef:
        """The reference that the upstream asset stored."""
        upstream = context.upstream_output
        if upstream is None:
            raise PlummerError("not_a_reference", "no upstream asset", ExitCode.INTERNAL)
        return TableRef(**json.loads(self._path(upstream).read_text()))

    @staticmethod
    def _path(context: dg.OutputContext) -> Path:
        instance = context.step_context.instance
        return Path(instance.storage_directory()) / "refs" / f"{'.'.join(context.asset_key.path)}.json"
