"""What was known at a time? Of everybody in SQL, and one subject's story.

Usage: python known_at.py RELEASE [DAY]; under relative times a day of each subject's own axis.
"""

import sys
from datetime import datetime, timedelta

import plummer

release = plummer.open_release(sys.argv[1], purpose="what was known at a time")
day = int(sys.argv[2]) if len(sys.argv) > 2 else 2
moment = datetime(1970, 1, 1) + timedelta(days=day)
HAPPENED = f"select count(*) from events where time <= timestamp '{moment}'"
KNOWN = f"select count(*) from known_at(timestamp '{moment}') where time is not null"

((happened,),) = release.sql(HAPPENED).fetchall()
((known,),) = release.sql(KNOWN).fetchall()
print(f"by day {day}: {happened} events had happened, {known} of them were known")

first = release.sql("select min(subject_id) from subjects").fetchall()[0][0]
print(release.timeline(first, known_at=day))
