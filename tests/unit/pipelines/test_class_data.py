"""The class-data archive: which one belongs to a process, and that its absence is no error."""

import os

import pytest

from plummer.pipelines import class_data


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUMMER_CACHE", str(tmp_path))
    monkeypatch.delenv(class_data.TRAINING, raising=False)
    return tmp_path


def test_without_an_archive_java_is_started_as_ever(cache):
    assert class_data.java_options() == ""


def test_an_archive_of_this_java_and_place_is_used(cache):
    archive = class_data.archive_path()
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"x")
    assert f"-XX:SharedArchiveFile={archive} -Xshare:auto" in class_data.java_options()
    assert class_data.make_archive()
    assert archive.read_bytes() == b"x"


def test_another_java_has_another_archive(cache, monkeypatch):
    mine = class_data.archive_path()
    monkeypatch.setattr(class_data, "_java", lambda: "another")
    assert class_data.archive_path() != mine


def test_training_that_leaves_nothing_is_told_and_old_archives_stay(cache, monkeypatch):
    monkeypatch.setattr(class_data, "_train", lambda scratch, partial: None)
    old = cache / "class-data" / "old.jsa"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x")
    assert not class_data.make_archive()
    assert old.is_file()


def test_a_new_archive_takes_the_place_of_the_oldest(cache, monkeypatch):
    monkeypatch.setattr(class_data, "_train", lambda scratch, partial: partial.write_bytes(b"new"))
    folder = cache / "class-data"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.jsa").write_bytes(b"old")
        os.utime(folder / f"{number}.jsa", (number, number))
    assert class_data.make_archive()
    assert {path.name for path in folder.iterdir()} == {"1.jsa", "2.jsa", class_data.archive_path().name}


def test_packages_that_are_laid_down_again_keep_the_archive(cache, monkeypatch, tmp_path):
    import pyspark

    package = tmp_path / "pyspark"
    (package / "jars").mkdir(parents=True)
    (package / "jars" / "one.jar").write_bytes(b"x")
    monkeypatch.setattr(pyspark, "__file__", str(package / "__init__.py"))
    before = class_data.archive_path()
    (package / "jars" / "passing").touch()
    (package / "jars" / "passing").unlink()
    assert class_data.archive_path() == before
    os.utime(package / "jars" / "one.jar", (1, 1))
    assert class_data.archive_path() != before
