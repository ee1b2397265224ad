"""What the tests of OMOP share: a folder of tables as landing reads it, without Spark."""

from plummer.pipelines.deliveries import discover
from plummer.pipelines.landing.lookup_build import LookupFile, build
from plummer.pipelines.landing.mapping import mapping_text, read_mapping
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.landing.tasks import ReadTask

MAPPING = mapping_text("omop")


def built(delivery, folder, mapping=MAPPING):
    """The delivery's lookups, made as the stage makes them; what became of their rows."""
    folder.mkdir(parents=True, exist_ok=True)
    read = read_mapping(mapping)
    return [
        build(
            lookup,
            [
                LookupFile(file.uri, file.form.removeprefix("lookup:"))
                for file in delivery.lookups
                if lookup in read.lookups_for(file.path)
            ],
            read,
            str(folder),
        )
        for lookup in read.lookups
    ]


def landed(source, folder, mapping=MAPPING):
    """Every outcome of a folder of tables, with its file; lookups go to ``folder``."""
    delivery = discover("omop", "main", str(source), mapping)
    built(delivery, folder, mapping)
    for file in delivery.files:
        if not file.form.startswith(("ignored", "lookup:", "left:")):
            task = ReadTask(file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes)
            for outcome in read_task(task, mapping, str(folder)):
                yield file.path, outcome
