"""In which notes does a word stand, and in how many of them is it denied?

Usage: python note_search.py RELEASE [WORDS]; notes are scrubbed, so search for findings and not for people.
"""

import re
import sys

import plummer

release = plummer.open_release(sys.argv[1], purpose="search of notes")
words = re.escape(sys.argv[2] if len(sys.argv) > 2 else "short of breath").replace("'", "''")
FOUND = f"select count(*), count(distinct subject_id) from notes where regexp_matches(text, '(?i){words}')"
DENIED = f"select count(*) from notes where regexp_matches(text, '(?i)(denies|no|without)[^.]*{words}')"

((notes, subjects),) = release.sql(FOUND).fetchall()
((denied,),) = release.sql(DENIED).fetchall()
print(f"{notes} notes of {subjects} subjects; {denied} deny it")
