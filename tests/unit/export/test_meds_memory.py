"""Memory doesn't grow with the events: what three times as many take at the peak is about the same."""

import subprocess
import sys

CHILD = """
import sys, tempfile
from datetime import datetime
from pathlib import Path
import numpy as np, pyarrow as pa
from plummer.pipelines.export.meds_shards import COLUMNS, Subjects, write_shards

PER, EACH = 65_536, 64

def batches(count):
    for number in range(count):
        order = np.tile(np.arange(EACH), PER // EACH)
        text = pa.array([f"{number}-{n:022d}" for n in range(PER)])
        columns = {
            "subject_id": np.repeat(np.arange(PER // EACH), EACH) + 1 + number * (PER // EACH),
            "time": pa.array(order).cast(pa.timestamp("us")), "code": pa.array(["X"] * PER),
            "numeric_value": order.astype(np.float32), "text_value": text, "unit": text, "event_type": text,
            "encounter_id": text, "source_id": text, "end_time": pa.nulls(PER, pa.timestamp("us")),
            "available_time": pa.nulls(PER, pa.timestamp("us")), "seq": order,
            "flags": pa.nulls(PER, pa.string()),
        }
        yield pa.record_batch([pa.array(columns[name]) for name in COLUMNS], names=list(COLUMNS))

count = int(sys.argv[1])
subjects = Subjects.of([np.arange(count * (PER // EACH)) + 1])
with tempfile.TemporaryDirectory() as folder:
    made = write_shards(Path(folder), batches(count), subjects, 200_000)
assert made.events == count * PER
print(pa.default_memory_pool().max_memory())
"""


def peak(batches: int) -> int:
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, str(batches)], capture_output=True, text=True, check=True
    )
    return int(ended.stdout)


def test_peak_of_three_times_the_events():
    """Held whole, 24 batches would take three times what 8 do; 10 and 40 were seen to take 69 and 79 MB."""
    few, many = peak(8), peak(24)
    assert few > 10_000_000
    assert many < 1.5 * few
