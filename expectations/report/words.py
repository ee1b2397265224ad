"""What the page says in words: plain sentences for a compliance officer."""

from typing import Any, Final

PROFILES: Final = {
    "safe_harbor": "Safe Harbor (45 CFR 164.514(b)(2)): the 18 kinds of identifiers are removed",
    "expert_determination": "Expert Determination (45 CFR 164.514(b)(1)): an expert found the risk small",
    "limited_data_set": "Limited data set (45 CFR 164.514(e)): still protected, under a data use agreement",
}
TIMES: Final = {
    "relative": "whole days since the person's first event; no calendar date is released",
    "year": "only the year",
    "shift": "dates moved by a secret number of days for each person",
    "keep": "dates kept as received",
}
_STATES: Final = {
    "stopped": (
        "bad",
        "Stopped. No release was written.",
        "At least one gate that protects patients or the data's integrity is closed.",
    ),
    "unreleased": (
        "warn",
        "Checked. No release was asked for.",
        "The tables passed their gates; no release was written in this run.",
    ),
    "candidate": (
        "warn",
        "Candidate. Not yet signed, not for use.",
        "The data passed every gate that guards a candidate. It may not be used before people sign it.",
    ),
    "published": (
        "good",
        "Published.",
        "Every gate is open and the release is signed.",
    ),
}
GATES: Final = {
    "balance": "Nothing was lost on the way",
    "quarantine_share": "Few records were refused",
    "schema": "The tables are as they should be",
    "leaks": "No identifying value was found",
    "references": "Nothing points outside the release",
    "timeline_invariance": "Every person's time is as it was",
    "signatures": "The responsible people signed",
    "k_anonymity": "Nobody stands in too small a group",
    "attacks": "The release withstands attacks",
    "residual_risk": "The remaining risk was measured",
}
TIME_CHECKS: Final = {
    "events": "times compared",
    "missing": "times of the source that the release lacks (removed; no violation)",
    "added": "times that only the release has",
    "order": "neighbours in another order",
    "intervals": "neighbours at another distance",
    "stays": "stays of another length",
    "ages": "ages that changed",
    "unshifted": "persons whose dates were not moved",
}
CODES: Final = {
    "gx_error": "could not be run",
    "disagreement": "two counts differ",
    "not_evaluated": "not looked at: the columns are wrong",
}


def headline(state: str) -> tuple[str, str, str]:
    """Tone (good, warn, bad), heading and sentence of a verdict.

    Example:
        >>> headline("stopped")[1]
        'Stopped. No release was written.'
    """
    return _STATES[state]


def number(value: Any) -> str:  # noqa: ANN401 (whatever a cell holds)
    """A cell's text; None is a withheld count.

    Example:
        >>> number(1234567), number(0.25), number(None), number("safe_harbor")
        ('1,234,567', '0.25', 'withheld', 'safe_harbor')
    """
    if value is None:
        return "withheld"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
