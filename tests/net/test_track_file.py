# SPDX-License-Identifier: GPL-2.0-or-later
"""track_file: the number in a file, wherever it comes from."""
import os
import signal

import pytest

from lib_track import GLOBALS, VIP, instance, reload, shown, story, values, wait_last, wait_story
from lib_util import wait_until

FOLLOW = "track_file {\n level\n }"


def definition(extra="", path="/tmp/level"):
    return f"track_file level {{\n file {path}\n {extra}\n }}\n"


def prepare(lab, config, number=None):
    host = lab.host("one", "10.0.0.1/24")
    daemon = lab.daemon(host, GLOBALS + config, start=False, args=("-n",))
    if number is not None:
        put(daemon, number)
    return host, daemon


def put(daemon, text, path="/tmp/level"):
    daemon.path(path).write_text(f"{text}")


def change(daemon, before, after):
    wait_last(daemon, f"(VI_1) Changing effective priority from {before} to {after}")


def test_numbers(lab):
    host, daemon = prepare(lab, definition() + instance(FOLLOW), "5\n")
    wire = lab.capture(host)
    daemon.start()
    wait_story(daemon, "(VI_1) Changing effective priority from 100 to 105", "(VI_1) Entering BACKUP STATE (init)",
               "(VI_1) Entering MASTER STATE")
    wire.wait_advert(priority=105)
    for text, before, after in (("20", 105, 120), ("12abc", 120, 112), ("  7 8", 112, 107), ("", 107, 100), ("+9", 100, 109), ("0x10", 109, 116),
                                ("300", 116, 254), ("-253", 254, 1), ("-1 \n", 1, 99)):
        put(daemon, text)
        change(daemon, before, after)
        wire.wait_advert(priority=after)
    put(daemon, "99999999999")
    daemon.wait_log("Invalid number 99999999999 read from /tmp/level - ignoring")
    put(daemon, "abc")
    change(daemon, 99, 100)                                 # what is no number is 0
    put(daemon, "-254")                                     # as low as it goes: a fault
    wait_last(daemon, "(VI_1) Entering FAULT STATE")
    assert "(VI_1): entering FAULT state (tracked file level has status -254)" in story(daemon)
    wire.wait_advert(priority=0)
    wait_until(lambda: not host.has_address(VIP))
    put(daemon, "-10")
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    wire.wait_advert(priority=90)
    sections = shown(daemon)
    assert sections["VRRP Track files"] == ["Track file = level", "File = /tmp/level", "Status = -10", "Weight = 1"]
    assert values(sections["VRRP Topology"])["Effective priority"] == "90"


def test_file_that_is_replaced_removed_and_made_again(lab):
    host, daemon = prepare(lab, definition() + instance(FOLLOW))
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    file = daemon.path("/tmp/level")
    new = daemon.path("/tmp/new")
    put(daemon, "3")
    change(daemon, 100, 103)
    for number in (4, 5):
        new.write_text(f"{number}\n")
        new.rename(file)
        change(daemon, 99 + number, 100 + number)
    file.rename(daemon.path("/tmp/old"))
    change(daemon, 105, 100)
    put(daemon, "6")
    change(daemon, 100, 106)
    file.unlink()
    change(daemon, 106, 100)


def test_folder_that_comes_later_and_links(lab):
    host, daemon = prepare(lab, definition(path="/tmp/a/b/level") + instance(FOLLOW))
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    daemon.path("/tmp/a/b").mkdir(parents=True)
    put(daemon, "7", "/tmp/a/b/level")
    change(daemon, 100, 107)
    daemon.path("/tmp/a").rename(daemon.path("/tmp/gone"))
    daemon.path("/tmp/a/b").mkdir(parents=True)             # the folder is another one now
    daemon.path("/tmp/a/b/level").symlink_to("data/level")
    for number in (8, 9):
        daemon.path(f"/tmp/a/b/v{number}").mkdir()
        put(daemon, f"{number}", f"/tmp/a/b/v{number}/level")
    daemon.path("/tmp/a/b/data").symlink_to("v8")
    wait_until(lambda: story(daemon)[-1].endswith("to 108"))
    daemon.path("/tmp/a/b/new").symlink_to("v9")
    daemon.path("/tmp/a/b/new").rename(daemon.path("/tmp/a/b/data"))
    change(daemon, 108, 109)
    put(daemon, "10", "/tmp/a/b/v9/level")
    change(daemon, 109, 110)


@pytest.mark.parametrize("weight, number, fault", [("weight 0", 0, False), ("weight 0", -1, True), ("weight 0 reverse", 0, True),
                                                   ("weight 0 reverse", 3, False), ("weight -3", 85, True), ("weight 2 reverse", -200, False)])
def test_faults(lab, weight, number, fault):
    host, daemon = prepare(lab, definition(weight) + instance(FOLLOW), number)
    daemon.start()
    if not fault:
        wait_last(daemon, "(VI_1) Entering MASTER STATE")
        assert not daemon.log.lines("FAULT")
        put(daemon, 300 if "2 reverse" in weight else 1 - bool(number))
        wait_last(daemon, "(VI_1) Entering FAULT STATE")
    else:
        wait_story(daemon, f"(VI_1): entering FAULT state (tracked file level has status {number})", "(VI_1) Entering FAULT STATE (init)")
        put(daemon, 1 if "reverse" in weight else 0)
        wait_last(daemon, "(VI_1) Entering MASTER STATE")


@pytest.mark.parametrize("option, before, after", [("init_file 12", None, "12\n"), ("init_file 12", "7", "7"), ("init_file 12 overwrite", "7", "12\n"),
                                                   ("init_file", None, "0\n")])
def test_init_file(lab, option, before, after):
    config = GLOBALS + definition(option) + instance(FOLLOW)
    host, daemon = prepare(lab, definition(option) + instance(FOLLOW), before)
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    file = daemon.path("/tmp/level")
    assert file.read_text() == after and shown(daemon)["VRRP Track files"][2] == f"Status = {int(after)}"
    if before is None:
        assert file.stat().st_mode & 0o777 == 0o600         # umask
    # A reload is no start.
    put(daemon, "9")
    wait_until(lambda: shown(daemon)["VRRP Track files"][2] == "Status = 9")
    began = reload(daemon, config + instance("", "VI_2", 52, vip="10.0.0.102"))
    assert file.read_text() == "9" and not [text for text in story(daemon, began) if "VI_1" in text]
    os.kill(daemon.pids()["vrrp"], signal.SIGKILL)
    daemon.wait_log("died: Respawning", since=began)
    daemon.wait_log("considered|Entering MASTER STATE", since=began)
    assert file.read_text() == "9"
    # But a file that it brings is new.
    began = reload(daemon, config.replace("/tmp/level", "/tmp/other"))
    assert daemon.path("/tmp/other").read_text() == (after if option != "init_file 12" else "12\n")


def test_what_cannot_be_read_keeps_the_number(lab):
    host, daemon = prepare(lab, definition() + instance(FOLLOW), "5")
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    os.mkfifo(daemon.path("/tmp/pipe"))
    daemon.path("/tmp/pipe").rename(daemon.path("/tmp/level"))
    daemon.wait_log("track_file level: /tmp/level cannot be read: it is no regular file; its last number 5 stays")
    daemon.path("/tmp/level").unlink()
    change(daemon, 105, 100)


def test_reload_and_crash(lab):
    host, daemon = prepare(lab, definition() + instance(FOLLOW), "5")
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    watch, wire = lab.watch(host), lab.capture(host)
    began = reload(daemon, GLOBALS + definition("weight -2") + instance(FOLLOW))
    wait_story(daemon, "(VI_1) Changing effective priority from 105 to 90", since=began)
    began = daemon.log.lines()[-1].time + 1e-6
    old = daemon.pids()["vrrp"]
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: daemon.pids().get("vrrp") not in (None, old))
    put(daemon, "6")
    wait_story(daemon, "(VI_1) Changing effective priority from 90 to 88", since=began)
    began = reload(daemon, GLOBALS + instance(""))
    wait_story(daemon, "(VI_1) Changing effective priority from 88 to 100", since=began)
    assert not wire.adverts(priority=0) and len(watch) == 0


def test_many_files_in_one_folder(lab):
    """More than one message to the child holds; one inotify descriptor for all."""
    names = [f"f{n}" for n in range(1500)]
    definitions = "".join(f"track_file {name} {{\n file /tmp/{name}\n weight 0\n }}\n" for name in names)
    host, daemon = prepare(lab, definitions + instance("track_file {\n" + "\n".join(names) + "\n }", interval=1))
    put(daemon, 1, "/tmp/f1499")
    daemon.start()
    wait_last(daemon, "(VI_1) Entering FAULT STATE (init)", timeout=10)
    put(daemon, 0, "/tmp/f1499")
    wait_last(daemon, "(VI_1) Entering MASTER STATE", timeout=10)
    links = [os.readlink(f"/proc/{daemon.pids()['keepalived']}/fd/{fd}") for fd in os.listdir(f"/proc/{daemon.pids()['keepalived']}/fd")]
    assert sum("inotify" in link for link in links) == 1
    put(daemon, 1, "/tmp/f7")
    wait_last(daemon, "(VI_1) Entering FAULT STATE")
