"""The account of a landing, by file and in total; it balances or nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass

from plummer.schemas.errors import ExitCode, PlummerError


@dataclass(frozen=True, slots=True)
class FileAccount:
    """Units of one file, or of several.

    Raises:
        PlummerError: ``account_unbalanced`` (exit 5) where the parts don't add up.

    Example:
        >>> FileAccount(read=3, loaded=1, duplicate=1, quarantined=1).numbers
        (3, 1, 1, 1, 0)
    """

    read: int = 0
    loaded: int = 0
    duplicate: int = 0
    quarantined: int = 0
    deleted: int = 0

    def __post_init__(self) -> None:
        if self.read != self.loaded + self.duplicate + self.quarantined + self.deleted:
            raise PlummerError("account_unbalanced", "units were lost or made in landing", ExitCode.INTEGRITY)

    @property
    def numbers(self) -> tuple[int, int, int, int, int]:
        """read, loaded, duplicate, quarantined, deleted."""
        return self.read, self.loaded, self.duplicate, self.quarantined, self.deleted


@dataclass(frozen=True, slots=True)
class Account(FileAccount):
    """Units of a run."""

    @classmethod
    def total(cls, parts: Iterable[FileAccount]) -> "Account":
        """The sum of some accounts.

        Example:
            >>> Account.total([FileAccount(1, 1), FileAccount(2, 0, 2)]).read
            3
        """
        columns = zip(*(part.numbers for part in parts), strict=True)
        return cls(*map(sum, columns))
