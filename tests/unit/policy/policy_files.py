"""Policies written on the spot."""

from pathlib import Path
from typing import Any

from plummer.deid.context import Identify
from plummer.deid.policy import Policy, load_policy
from plummer.deid.pseudonyms import identifier_scope, keyed_identifier

HEAD = 'extends: safe_harbor\nversion: "9"\nprofile: safe_harbor\n'
EXPERT = 'extends: safe_harbor\nversion: "9"\nprofile: expert_determination\ntime_mode: shift\n'


def write(folder: Path, text: str, name: str = "policy.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def loaded(folder: Path, text: str) -> Policy:
    return load_policy(write(folder, text))


def named(system: str, path: str, value: str) -> str:
    """A pseudonym for every identifier."""
    return keyed_identifier(bytes(32), identifier_scope(system, "main", path), value)


def scrub_with(
    policy: Policy,
    resource: dict[str, Any],
    secret: bytes = b"s",
    days: int = 30,
    identify: Identify = named,
) -> dict[str, Any]:
    import json

    from plummer.deid.context import SubjectContext
    from plummer.deid.dates import DateContext
    from plummer.deid.structure import Scrubber

    dates = DateContext(policy.time_mode, shift_days=days)
    context = SubjectContext(subject_id="7", dates=dates, secret=secret, identify=identify)
    made = Scrubber(policy, _Echo()).scrub(json.dumps(resource), context, "p7")
    return {**json.loads(made.body), "*": dict(made.actions)}


class _Echo:
    def scrub(self, text: str, known: Any, dates: Any) -> Any:
        from types import SimpleNamespace

        return SimpleNamespace(text=text, counts={})

    def scrub_phrase(self, text: str, known: Any) -> str:
        return text
