"""The product's one exception, and its exit codes.

A message may be read by anyone, so it carries a stable code, a place and a mend, never a value of a
record (invariant 3 of the design). Every stage boundary turns what it catches into a `PlummerError`
with ``from None``, since a chained exception would print the original's text.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command; stable, other people's scripts branch on them."""

    DONE = 0
    FINDING = 1
    USAGE = 2
    NOTHING_TO_DO = 3
    GATE_CLOSED = 4
    INTEGRITY = 5
    MISSING_COMPONENT = 6
    INTERNAL = 70
    INTERRUPTED = 130


class PlummerError(Exception):
    """An error that is safe to print.

    Args:
        code: stable snake_case code, e.g. ``gzip_truncated``.
        message: one sentence for a person, with the mend; holds no value of any record.
        exit_code: what the command line ends with.
        ref: where it happened (load id and ordinal, table, FHIR path); never a file name or value.

    Example:
        >>> error = PlummerError("key_mode", "key file must be 0600: chmod 600 it", ExitCode.INTEGRITY)
        >>> str(error), int(error.exit_code)
        ('key_mode: key file must be 0600: chmod 600 it', 5)
    """

    def __init__(
        self, code: str, message: str, exit_code: ExitCode = ExitCode.INTERNAL, ref: str = ""
    ) -> None:
        super().__init__(code, message, exit_code, ref)
        self.code = code
        self.message = message
        self.exit_code = exit_code
        self.ref = ref

    def __str__(self) -> str:
        """Code, message and reference on one line."""
        return f"{self.code}: {self.message}" + (f" [{self.ref}]" if self.ref else "")
