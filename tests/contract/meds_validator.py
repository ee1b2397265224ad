"""Judges a folder with the `meds` package alone; run by any Python that has it, ours or not.

Prints one JSON object: what it counted, and every rule that a file breaks.
"""

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
from meds import CodeMetadataSchema, DataSchema, DatasetMetadataSchema, LabelSchema, SubjectSplitSchema


def judge(root: Path) -> dict:
    broken: list[str] = []

    def check(schema, path: Path):
        found = json.loads(path.read_text()) if path.suffix == ".json" else pq.read_table(path)
        try:
            schema.validate(found)
        except Exception as error:  # every kind that the package raises
            broken.append(f"{path.relative_to(root)}: {type(error).__name__}")
            return None
        return found

    metadata = root / "metadata"
    check(DatasetMetadataSchema, metadata / "dataset.json")
    codes = check(CodeMetadataSchema, metadata / "codes.parquet")
    splits = check(SubjectSplitSchema, metadata / "subject_splits.parquet")
    shards = sorted((root / "data").rglob("*.parquet"))
    tables = {path: check(DataSchema, path) for path in shards}
    labels = [check(LabelSchema, path) for path in sorted((root / "labels").rglob("*.parquet"))]
    if broken:
        return {"broken": broken}
    split_of = dict(zip(*splits.to_pydict().values(), strict=True))
    place: dict[int, Path] = {}
    seen: set[str] = set()
    events = 0
    for path, table in tables.items():
        ids, times = table["subject_id"].to_pylist(), table["time"].to_pylist()
        seen.update(table["code"].to_pylist())
        events += len(table)
        for at, subject in enumerate(ids):
            begins = at == 0 or ids[at - 1] != subject
            if begins and subject in place:
                broken.append(f"{path.relative_to(root)}: a subject stands in two places")
            if begins and split_of.get(subject) != path.parent.name:
                broken.append(f"{path.relative_to(root)}: a subject of another split")
            place[subject] = path
            later, before = times[at], None if begins else times[at - 1]
            if before is not None and (later is None or later < before):
                broken.append(f"{path.relative_to(root)}: not in order of time")
    if missing := seen - set(codes["code"].to_pylist()):
        broken.append(f"codes.parquet: {len(missing)} codes are missing")
    rows = sum(map(len, labels))
    return {"events": events, "subjects": len(place), "shards": len(shards), "labels": rows, "broken": broken}


if __name__ == "__main__":
    print(json.dumps(judge(Path(sys.argv[1]))))
