"""Checks that run before they are asked for."""

import threading

import pytest

from plummer.expectations.results import SuiteResult
from plummer.pipelines import ahead
from plummer.schemas.errors import ExitCode, PlummerError


def _result(table):
    return SuiteResult(table, 1, (), 0.0)


def test_each_is_run_once_and_taken_once():
    ran = []

    def check():
        ran.append(1)
        return _result("events")

    for _ in range(2):
        ahead.begin("run-once", {"events": check})
    assert ahead.take("run-once", "events") == _result("events")
    ahead.begin("run-once", {"events": check})
    assert (ahead.take("run-once", "events"), ran) == (None, [1])


def test_two_run_side_by_side():
    meet = threading.Barrier(2, timeout=10)

    def check():
        meet.wait()
        return _result("x")

    ahead.begin("run-both", {"a": check, "b": check})
    assert ahead.take("run-both", "a") == ahead.take("run-both", "b") == _result("x")


def test_an_error_reaches_whoever_asks():
    def check():
        raise PlummerError("suite_failed", "the table could not be counted", ExitCode.INTERNAL, "events")

    ahead.begin("run-error", {"events": check})
    with pytest.raises(PlummerError, match="suite_failed"):
        ahead.take("run-error", "events")


def test_what_waits_is_dropped_when_the_user_stops_the_run():
    hold = threading.Event()

    def slow():
        hold.wait(10)
        return _result("x")

    ahead.begin("run-stop", dict.fromkeys(("a", "b", "c"), slow))
    ahead.give_up()
    hold.set()
    assert ahead.take("run-stop", "c") is None
