# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals: those that end the daemon, those that do something, and those that must do nothing but a line in the log."""
import os
import signal
import time

import pytest

from lib_daemon import PACKAGED
from lib_util import wait_until
from test_parent_life import config

WORDS = ("STOP", "RELOAD", "DATA", "STATS", "STATS_CLEAR", "JSON")


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24")


def running(lab, host, *args):
    daemon = lab.daemon(host, config(priority=250), args=("-n", "-D", *args))
    daemon.wait_log(r"\(V\) Entering MASTER STATE", 10)
    return daemon


def number_of(daemon, word):
    done = daemon.run([daemon.binary, f"--signum={word}"])
    assert done.returncode == 0 and done.stderr == ""
    return int(done.stdout)


def send_to_all(daemon, number):
    """As killall and a terminal do."""
    for pid in sorted(daemon.pids().values(), reverse=True):
        os.kill(pid, number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_in_order(lab, host, number):
    daemon = running(lab, host)
    wire, watch = lab.capture(host), lab.watch(host)
    since = time.monotonic()
    send_to_all(daemon, number)
    assert daemon.process.wait(10) == 0
    assert wire.wait_advert(priority=0, since=since).time < watch.wait_address("del", "10.0.0.100", since=since).time
    daemon.wait_log("^Stopped Keepalived", since=daemon.wait_log("^Stopping$").time)
    assert not daemon.alive() and not list(daemon.path("/run").glob("*.pid"))
    assert not daemon.log.lines("ended by signal|died")


def test_sigint_that_is_to_be_ignored(lab, host):
    daemon = running(lab, host, "--ignore-sigint")
    before = daemon.pids()
    send_to_all(daemon, signal.SIGINT)
    # A signal of a higher number comes after it: when that was served, it would have been, too.
    daemon.send_signal(signal.SIGUSR2)
    wait_until(daemon.path("/tmp/keepalived.stats").exists)
    assert daemon.pids() == before and not daemon.log.lines("^Stopping$")
    assert host.has_address("10.0.0.100")
    assert daemon.stop() == 0


def test_words_have_the_known_numbers(lab, host):
    ours, packaged = (lab.daemon(host, "", start=False, binary=binary) for binary in (None, PACKAGED))
    assert [number_of(ours, word) for word in WORDS] == [number_of(packaged, word) for word in WORDS]
    done = ours.run([ours.binary, "--signum=NONE"])
    assert done.returncode == 1 and done.stdout == "" and "NONE" in done.stderr


def test_every_word_does_what_it_says_and_no_more(lab, host):
    daemon = running(lab, host)
    before = daemon.pids()
    tmp = daemon.path("/tmp")
    for word, files in (("DATA", {"keepalived.data", "keepalived_parent.data"}), ("STATS", {"keepalived.stats"}),
                        ("STATS_CLEAR", {"keepalived.stats"}), ("JSON", set())):
        send_to_all(daemon, number_of(daemon, word))
        if word == "JSON":
            line = daemon.wait_log(rf"^Signal {number_of(daemon, word)} \(JSON\) is known, not supported yet: ignored$")
            assert line.ident == "Keepalived" and line.level == "warning"
        wait_until(lambda: {file.name for file in tmp.glob("keepalived*")} == files, what=f"the files of {word}")
        for file in tmp.glob("keepalived*"):
            file.unlink()
        assert daemon.pids() == before
    since = time.monotonic()
    send_to_all(daemon, number_of(daemon, "RELOAD"))
    daemon.wait_log("^Reload complete", since=since)
    assert daemon.pids() == before
    assert len(daemon.log.lines("not supported yet")) == 1
    send_to_all(daemon, number_of(daemon, "STOP"))
    assert daemon.process.wait(10) == 0
    assert not daemon.log.lines("ended by signal|died")
