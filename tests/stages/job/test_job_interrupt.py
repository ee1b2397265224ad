"""A run that is stopped from the keyboard while Spark works, and the run after it."""

import json
import os
import signal
import subprocess
import sys

import pytest

from plummer.pipelines.ledger import Ledger

pytestmark = [pytest.mark.spark, pytest.mark.slow]
CODE = "from plummer.pipelines.cli.main import main; main()"


def test_sigint_ends_130_and_counts_nothing(source, tmp_path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-c", CODE, "run", "--source", f"fhir={source}", "--home", str(home), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        for line in process.stderr:
            if line.startswith("land ..."):
                break
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        told = json.loads(process.stdout.read().splitlines()[-1])
    assert (process.returncode, told["error"]["code"]) == (130, "interrupted")
    assert "Traceback" not in rest
    assert Ledger(home / "ledger.sqlite").landings() == []
    assert Ledger(home / "ledger.sqlite").runs()[-1]["state"] == "failed"
    assert not (home / "released").exists()
