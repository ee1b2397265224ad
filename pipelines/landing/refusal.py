"""How a check says no: a stable code and nothing else, so that no value can travel in a message."""


class Refused(Exception):  # noqa: N818 - a verdict on input, not an error of the program
    """A line, an entry or a file that is not taken.

    Args:
        reason: stable code, as in ``identified/quarantine.reason`` and docs/codes.md.

    Example:
        >>> Refused("nul_byte").reason
        'nul_byte'
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
