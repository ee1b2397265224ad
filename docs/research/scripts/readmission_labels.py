"""Who comes back within 30 days of going home? Labels, and what was known of each subject at the discharge.

Usage: python readmission_labels.py RELEASE
"""

import sys

import plummer

release = plummer.open_release(sys.argv[1], purpose="labels of readmission")
labels = release.cohort("readmission_30d").rows
print(f"{len(labels)} discharges, {sum(labels['label'].to_pylist())} with a readmission")

# an input counts only if it had happened and was known by the time of the prediction
known: dict[int, list] = {}
events = release.events.duckdb("subject_id", "time", "available_time").fetchall()
for subject, *times in events:
    known.setdefault(subject, []).append(max((at for at in times if at is not None), default=None))
inputs = [
    sum(at is not None and at <= row["prediction_time"] for at in known[row["subject_id"]])
    for row in labels.to_pylist()
]
print(f"inputs known at the discharge: {min(inputs)} to {max(inputs)}")
