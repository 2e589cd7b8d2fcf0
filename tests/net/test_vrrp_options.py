# SPDX-License-Identifier: GPL-2.0-or-later
"""Options of the state machine on real links: delays, stalls, a second master, owners; what is kept of a transition."""
import re
import signal
import time

import pytest

from lib_util import SANITIZED, wait_until
from test_vrrp_faults import VIP, Sender, advert, instance, master, quiet, statistics

def dump(daemon):
    file = daemon.path("/tmp/keepalived.data")
    file.unlink(missing_ok=True)
    daemon.send_signal(signal.SIGUSR1)
    wait_until(lambda: file.exists() and "< Interfaces >" in file.read_text())
    return file.read_text()


def test_delayed_start(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    wire = lab.capture(two)
    daemon = quiet(lab, one, instance().replace("router_id test", "router_id test\n vrrp_startup_delay 2\n vrrp_delay_after_boot 0.1"))
    began = daemon.wait_log(r"^Delaying startup for [\d.]+ seconds$")
    daemon.wait_log(r"\(VI_1\) Entering BACKUP STATE \(init\)")
    # A successor does not begin it again, and does not end it either.
    daemon.configure(daemon.path("/etc/keepalived/keepalived.conf").read_text().replace("priority 100", "priority 90"))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    daemon.wait_log(r"^Delaying startup for [\d.]+ seconds$", since=began.time + 0.0001)
    ended = daemon.wait_log("^Delayed start completed$")
    assert 1.5 < ended.time - began.time < 2.5 or SANITIZED
    first = wire.wait_advert(source="10.0.0.1")
    assert first.time >= ended.time - 0.1 and first.priority == 90
    entered = master(daemon)
    assert entered.time - ended.time > 0.3                   # it listens for a whole Master_Down
    # Once in the life of the daemon.
    daemon.configure(instance().replace("router_id test", "router_id test\n vrrp_startup_delay 100").replace("priority 100", "priority 80"))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    wire.wait_advert(source="10.0.0.1", priority=80)
    assert one.has_address(VIP)
    assert len(daemon.log.lines("^Delaying startup")) == 2


def test_second_master_is_an_alarm(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    daemon = quiet(lab, one, instance("garp_lower_prio_repeat 1\n garp_lower_prio_delay 0\n garp_master_repeat 1\n garp_master_delay 0"))
    since = master(daemon).time
    wire, sender = lab.capture(two), Sender(two)
    deaf = 0
    while not daemon.log.lines("SPLIT BRAIN"):
        sender.send(advert(50))
        deaf += 1
        assert deaf < 100
        time.sleep(0.02)                                    # the pace of the other router, which is the test's
    alarm = daemon.wait_log(r"^\(VI_1\) SPLIT BRAIN: 10\.0\.0\.2 is master, too \(priority 50, ours 100; \d+ adverts so far\)$")
    assert alarm.level == "err"
    wire.wait_arp(gratuitous=True, sender=VIP, since=since)
    daemon.wait_log(r"^\(VI_1\) End of the split brain: no adverts from 10\.0\.0\.2 any more, after \d+ in [\d.]+ seconds$")
    assert len(daemon.log.lines("SPLIT BRAIN")) == 1
    assert "   Second masters seen = 1\n" in dump(daemon)


@pytest.mark.parametrize("extra,backup", (("", False), ("nopreempt", True), ("nopreempt\n timer_expired_backup 200", True)),
                         ids=("preempt", "nopreempt", "timer_expired_backup"))
def test_master_that_was_stopped(lab, extra, backup):
    """It reads what waits before it speaks. With nopreempt it is BACKUP until it knows that there is no other."""
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    wire, sender = lab.capture(two), Sender(two)
    daemon = quiet(lab, one, instance(extra))
    master(daemon)
    wait_until(lambda: one.has_address(VIP))
    daemon.send_signal(signal.SIGSTOP, "vrrp")
    last = wire.items[-1].time
    wait_until(lambda: time.monotonic() - last > 0.7)
    began = daemon.log.lines()[-1].time + 0.0001
    daemon.send_signal(signal.SIGCONT, "vrrp")
    daemon.wait_log(r"^\(VI_1\) No advert of ours for 0\.\d+ seconds: others may have taken over$")
    if backup:
        daemon.wait_log(r"\(VI_1\) Entering BACKUP STATE$", since=began)
        master(daemon, began)
    else:
        wire.wait_advert(source="10.0.0.1", since=last + 0.5)
        assert not daemon.log.lines(r"\(VI_1\) Entering BACKUP STATE$")
    # Somebody above it took over meanwhile: nothing is heard of it.
    wait_until(lambda: one.has_address(VIP))
    daemon.send_signal(signal.SIGSTOP, "vrrp")
    last = wire.items[-1].time
    wait_until(lambda: time.monotonic() - last > 0.7)
    sender.send(advert(200))
    sent = wire.wait_advert(source="10.0.0.2").time
    daemon.send_signal(signal.SIGCONT, "vrrp")
    daemon.wait_log(r"\(VI_1\) Entering BACKUP STATE$", since=began + 0.5)
    wait_until(lambda: not one.has_address(VIP))
    assert not [item for item in wire.adverts(source="10.0.0.1") if sent < item.time < sent + 0.2]


def test_owner_that_does_not_listen(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    sender = Sender(two)
    daemon = quiet(lab, one, instance("priority 255\n owner_ignore_adverts", vips="10.0.0.1/24\n10.0.0.101"))
    master(daemon)
    for _ in range(4):
        sender.send(advert(255))
    sender.send(advert(0))
    sender.send(advert(50))
    wait_until(lambda: "Received: 6" in statistics(daemon))
    assert not daemon.log.lines("address owner|Received advert|priority 0 message")


def test_transitions_and_lateness_are_kept(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    daemon = quiet(lab, one, instance())
    master(daemon)
    sender = Sender(two)
    sender.send(advert(200))
    began = daemon.wait_log(r"\(VI_1\) Entering BACKUP STATE$").time
    master(daemon, began)
    text = dump(daemon)
    found = re.findall(r"   Transition (\w+ > \w+, cause \w+, peer \S+), \d+ usec late\n   Transition at = \d+\.\d{6} ", text)
    assert found == ["INIT > BACKUP, cause start, peer -", "BACKUP > MASTER, cause timeout, peer -",
                     "MASTER > BACKUP, cause higher, peer 10.0.0.2", "BACKUP > MASTER, cause timeout, peer -"]
    served = int(re.search(r"------< VRRP timers >------\n Served = (\d+)\n Late at most = \d+ usecs, 99% = \d+ usecs", text)[1])
    assert served >= 2
    assert served == sum(map(int, re.findall(r"^   (?:up to \d+ usecs|beyond) = (\d+)$", text, re.MULTILINE)))
