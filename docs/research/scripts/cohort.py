"""Who is in the cohort of a task, and how many are left after each criterion?

Usage: python cohort.py RELEASE [TASK]; TASK is a file in the YAML of ACES, or one that comes with Plummer.
"""

import sys

import plummer

release = plummer.open_release(sys.argv[1], purpose="cohort of a task")
cohort = release.cohort(sys.argv[2] if len(sys.argv) > 2 else "in_hospital_mortality")
print(cohort)
rows = cohort.rows.to_pylist()
print(f"{len(rows)} rows, {sum(bool(row['label']) for row in rows)} with the outcome")
