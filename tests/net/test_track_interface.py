# SPDX-License-Identifier: GPL-2.0-or-later
"""track_interface, dont_track_primary: links and what they weigh."""
import pytest

from lib_track import GLOBALS, VIP, instance, reload, shown, story, values, wait_last, wait_story
from lib_util import wait_until


def prepare(lab, config):
    host = lab.host("one", "10.0.0.1/24")
    host.add_interface("eth1", switch="other")
    return host, lab.daemon(host, config, start=False, args=("-n",)), lab.capture(host)


@pytest.mark.parametrize("weight, up, down", [("weight 10", 110, 100), ("weight -10", 100, 90), ("weight 10 reverse", 90, 100),
                                              ("weight -10 reverse", 100, 110)])
def test_weights(lab, weight, up, down):
    host, daemon, wire = prepare(lab, instance(f"track_interface {{\n eth1 {weight}\n }}"))
    daemon.start()
    wire.wait_advert(priority=up)
    host.link_down("eth1")
    wire.wait_advert(priority=down)
    host.link_up("eth1")
    wire.wait_advert(priority=up, since=wire.wait_advert(priority=down).time)
    changes = [f"(VI_1) Changing effective priority from {up} to {down}", f"(VI_1) Changing effective priority from {down} to {up}"]
    assert [text for text in story(daemon) if "Changing" in text and "from 100 to " + str(up) not in text or text in changes][-2:] == changes
    assert not wire.adverts(priority=0) and values(shown(daemon)["VRRP Topology"])["State"] == "MASTER"


def test_reverse_without_weight(lab):
    host, daemon, wire = prepare(lab, instance("track_interface {\n eth1 weight 0 reverse\n }"))
    daemon.start()
    wait_story(daemon, "(VI_1): entering FAULT state (interface eth1 up)", "(VI_1) Entering FAULT STATE (init)")
    host.link_down("eth1")
    wait_last(daemon, "(VI_1) Entering MASTER STATE")


def test_sum_of_several(lab):
    host, daemon, wire = prepare(lab, "track_file f {\n file /tmp/f\n weight 3\n }\n" + instance(
        "track_interface {\n eth1 weight -30\n lo weight 5\n }\n track_file {\n f\n }"))
    daemon.path("/tmp/f").write_text("4")
    daemon.start()
    wire.wait_advert(priority=117)
    host.link_down("eth1")
    wire.wait_advert(priority=87)
    daemon.path("/tmp/f").write_text("-40")
    wire.wait_advert(priority=1)                            # 100 - 30 + 5 - 120


def test_weights_of_a_backup_decide_the_election(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    for host in (one, two):
        host.add_interface("eth1", switch="other")
    first = lab.daemon(one, instance("track_interface {\n eth1 weight -30\n }", priority=100))
    first.wait_log("Entering MASTER STATE")
    second = lab.daemon(two, instance("track_interface {\n eth1 weight -30\n }", priority=90))
    second.wait_log("master set to")
    one.link_down("eth1")                                   # 70 against 90: the next advert says it
    second.wait_log(r"\(VI_1\) Entering MASTER STATE")
    first.wait_log(r"\(VI_1\) Entering BACKUP STATE$")
    two.link_down("eth1")                                   # 70 against 60
    first.wait_log(r"\(VI_1\) Entering MASTER STATE", since=second.wait_log("from 90 to 60").time)
    wait_until(lambda: one.has_address(VIP) and not two.has_address(VIP))


def test_owner_is_not_moved(lab):
    host, daemon, wire = prepare(lab, "track_file f {\n file /tmp/f\n }\n" + instance("track_file {\n f weight 0\n }", priority=255, vip="10.0.0.1"))
    daemon.start()
    wire.wait_advert(priority=255)
    daemon.path("/tmp/f").write_text("1")                   # a fault counts for it, too
    wait_last(daemon, "(VI_1) Entering FAULT STATE")


def test_primary_that_is_not_tracked(lab):
    host, daemon, wire = prepare(lab, instance("dont_track_primary"))
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    host.link_down()
    daemon.wait_log("Netlink reports eth0 down")
    daemon.wait_log("send advert error")
    host.link_up()
    since = daemon.wait_log("Netlink reports eth0 up").time
    wire.wait_advert(since=since)
    assert not daemon.log.lines("FAULT") and len(daemon.log.lines("send advert error")) == 1
    assert values(shown(daemon)["VRRP Topology"])["State"] == "MASTER"
    host.link_down()
    began = daemon.wait_log("Netlink reports eth0 down", since=since).time
    reload(daemon, instance(""))
    wait_last(daemon, "(VI_1) Entering FAULT STATE", since=began)


def test_group_tracks_interfaces_for_all_members(lab):
    group = "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n track_interface {\n eth1\n }\n }\n"
    host, daemon, wire = prepare(lab, group + instance("") + instance("", "VI_2", 52, 90, "10.0.0.102"))
    daemon.start()
    wire.wait_advert(vrid=51, priority=100)
    wire.wait_advert(vrid=52, priority=90)
    host.link_down("eth1")
    for vrid in (51, 52):
        wire.wait_advert(vrid=vrid, priority=0)
    wait_until(lambda: not host.has_address(VIP) and not host.has_address("10.0.0.102"))
    host.link_up("eth1")
    wait_until(lambda: host.has_address(VIP) and host.has_address("10.0.0.102"))


def test_weights_of_members(lab):
    """Members of a group have weights of their own only where the group says so."""
    group = "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n %s\n }\n"
    members = instance("track_interface {\n eth1 weight 10\n }") + instance("", "VI_2", 52, 90, "10.0.0.102")
    host, daemon, wire = prepare(lab, group % "sync_group_tracking_weight" + members)
    daemon.start()
    wire.wait_advert(vrid=51, priority=110)
    began = reload(daemon, group % "" + members)
    wire.wait_advert(vrid=51, priority=100, since=began)
