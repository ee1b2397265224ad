"""What a step hands on: references to tables and value-free details, never rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from plummer.pipelines.delta import TableRef
from plummer.pipelines.ledger import StageRecord


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step left behind: tables at versions, and value-free details for report and metadata."""

    tables: tuple[TableRef, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    reused: bool = False

    def table(self, path: str) -> TableRef:
        """The reference of one of the step's tables."""
        return next(ref for ref in self.tables if ref.path == path)

    def as_json(self) -> dict[str, Any]:
        """Plain data for the ledger."""
        return {"tables": [asdict(ref) for ref in self.tables], "details": dict(self.details)}

    @classmethod
    def of(cls, record: StageRecord, *, reused: bool) -> "StepResult":
        """The result that a ledger's record holds."""
        tables = tuple(TableRef(**ref) for ref in record.result["tables"])
        return cls(tables, record.result["details"], record.seconds, reused)
