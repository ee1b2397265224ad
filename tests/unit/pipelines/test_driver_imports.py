"""The driver scrubs nothing, so it needn't pay for Presidio and spaCy, which are seconds of every run."""

import subprocess
import sys

STEPS = "plummer.pipelines.runner, plummer.pipelines.steps_release, plummer.pipelines.stages.scrub"
CODE = f"import sys, {STEPS}; assert not {{'presidio_analyzer', 'spacy'}} & sys.modules.keys()"


def test_the_steps_of_a_run_import_no_text_engine():
    subprocess.run([sys.executable, "-c", CODE], check=True)
