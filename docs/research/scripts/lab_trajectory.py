"""How does a laboratory value go on after a subject's first one, in one unit whatever the laboratory wrote?

Usage: python lab_trajectory.py RELEASE [CODE]
"""

import sys

import plummer

QUERY = """
    with told as (
        select subject_id, coalesce(ucum_value, numeric_value) as value, coalesce(ucum_unit, unit) as unit,
            datediff('day', min(time) over (partition by subject_id), time) as day
        from events where code = '{}' and numeric_value is not null and len(flags) = 0
    )
    select case when day = 0 then 'first day' when day <= 30 then 'to day 30' else 'later' end as since,
        unit, count(*) as n, count(distinct subject_id) as subjects, round(median(value), 1) as median
    from told group by all order by min(day)
"""

release = plummer.open_release(sys.argv[1], purpose="trajectory of a laboratory value")
code = sys.argv[2] if len(sys.argv) > 2 else "LOINC//718-7"
for since, unit, n, subjects, median in release.sql(QUERY.format(code.replace("'", ""))).fetchall():
    print(f"{since}: {n} values of {subjects} subjects, median {median} {unit}")
