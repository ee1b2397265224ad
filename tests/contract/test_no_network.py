"""P-19: a run needs no network and tries none, once the Delta jars are in the cache."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from job_process import copy_home, run

pytestmark = [pytest.mark.spark, pytest.mark.faults]

# every Python process of the run writes down where it wanted to go; the JVM has no interface but loopback
_LISTENER = """
import socket, sys

_LOG = {log!r}
_connect = socket.socket.connect
_lookup = socket.getaddrinfo


def _loopback(host):
    return host in (None, "", "localhost", "::1") or str(host).startswith("127.")


def _note(what, host):
    with open(_LOG, "a") as stream:
        stream.write(what + " " + str(host) + "\\n")


def connect(self, address):
    if isinstance(address, tuple) and not _loopback(address[0]):
        _note("connect", address[0])
    return _connect(self, address)


def getaddrinfo(host, *args, **kwargs):
    if not _loopback(host) and host != socket.gethostname():
        _note("lookup", host)
    return _lookup(host, *args, **kwargs)


socket.socket.connect = connect
socket.getaddrinfo = getaddrinfo
with open(_LOG + ".on", "a") as stream:
    stream.write("1")
"""
_LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as s:  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs root and unshare")
def test_a_run_succeeds_in_a_network_of_its_own_and_asks_for_no_other(prepared_home, synthetic, tmp_path):
    hook, log = tmp_path / "hook", tmp_path / "attempts"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(_LISTENER.format(log=str(log)))
    home = copy_home(prepared_home, tmp_path / "home")
    prefix = ("unshare", "--net", sys.executable, "-c", _LOOPBACK_UP)
    path = os.pathsep.join(filter(None, (str(hook), os.environ.get("PYTHONPATH"))))
    ended = run(home, synthetic, prefix=prefix, PYTHONPATH=path)
    assert ended.code == 0, ended.errors
    assert Path(f"{log}.on").exists(), "the listener was not in place"
    assert not log.exists(), log.read_text()
