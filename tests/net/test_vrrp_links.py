# SPDX-License-Identifier: GPL-2.0-or-later
"""Links that bounce (interface_up_down_delays), and interfaces that come, go, and are made again."""
import os
import signal
import time

import pytest

from lib_daemon import PACKAGED
from lib_util import SANITIZED, wait_until
from test_vrrp_vmac import link, on

VIP = "10.0.0.100"
DELAYS = "interface_up_down_delays {\n\teth0 0.3 0.2\n\teth1 0.25\n}\n"
FAULT = "Entering FAULT STATE$"
MASTER = "Entering MASTER STATE$"


def instance(extra="", head=DELAYS, priority=100, interval=0.2, vips=VIP):
    return f"""
{head}
vrrp_instance VI_1 {{
	version 3
	interface eth0
	virtual_router_id 51
	priority {priority}
	advert_int {interval}
	{extra}
	virtual_ipaddress {{
		{vips}
	}}
}}
"""


def begin(lab, config, **options):
    host = lab.host("one", "10.0.0.1/24")
    host.add_interface("eth1", "10.1.0.1/24", switch="other")
    daemon = lab.daemon(host, config, **options)
    daemon.wait_log(MASTER)
    return host, daemon


def waits(daemon, ifname, state, since=0.0):
    return daemon.wait_log(f"^Interface {ifname} is {state}: waiting [0-9.]+ seconds before it counts$", since=since)


BINARIES = pytest.mark.parametrize("options", ({}, {"binary": PACKAGED}), ids=("ours", "packaged"))


@BINARIES
@pytest.mark.parametrize("down,up", (("unplug", "plug"), ("link_down", "link_up")), ids=("carrier", "administrator"))
def test_bounce_and_outage(lab, options, down, up):
    host, daemon = begin(lab, instance(), **options)
    wire = lab.capture(lab.host("client", "10.0.0.9/24"))
    getattr(host, down)()
    daemon.wait_log("^Interface eth0 is down: waiting 0.300000" if not options else "^eth0: Adding flags change .* delay by 300000$")
    getattr(host, up)()
    wire.wait_advert(source="10.0.0.1")
    assert host.has_address(VIP) and not daemon.log.lines(FAULT)
    # One that lasts counts, a little later; so does its end.
    if not options:
        daemon.wait_log("^Interface eth0 is up again in time$")
    before = time.monotonic()
    getattr(host, down)()
    pending = daemon.wait_log("^Interface eth0 is down: waiting|^eth0: Adding flags change", since=before)
    fault = daemon.wait_log(FAULT)
    assert 0.28 < fault.time - pending.time < 0.5 or SANITIZED
    wait_until(lambda: not host.has_address(VIP))
    getattr(host, up)()
    pending = daemon.wait_log("^Interface eth0 is up: waiting 0.200000|^eth0: Adding flags change .* delay by 200000$", since=fault.time)
    backup = daemon.wait_log("Entering BACKUP STATE$", since=fault.time)
    assert 0.18 < backup.time - pending.time < 0.4 or SANITIZED
    daemon.wait_log(MASTER, since=fault.time)
    wait_until(lambda: host.has_address(VIP))
    assert len(daemon.log.lines("^Netlink reports eth0 down$")) == len(daemon.log.lines("^Netlink reports eth0 up$")) == 1
    assert not daemon.log.lines("send advert error") or options


def test_tracked_interface_and_vmac(lab):
    host, daemon = begin(lab, instance("use_vmac\n track_interface {\n eth1\n }"))
    host.unplug("eth1")
    waits(daemon, "eth1", "down")
    host.plug("eth1")
    daemon.wait_log("^Interface eth1 is up again in time$")
    host.unplug("eth0")
    waits(daemon, "eth0", "down")
    host.plug("eth0")
    daemon.wait_log("^Interface eth0 is up again in time$")
    assert on(host, "vrrp.51") == [VIP] and not daemon.log.lines(FAULT)
    host.unplug("eth1")
    fault = daemon.wait_log(r"^\(VI_1\): entering FAULT state \(interface eth1 down\)$")
    host.plug("eth1")                                        # without UP it counts at once
    daemon.wait_log("^Netlink reports eth1 up$", since=fault.time)
    assert not daemon.log.lines("^Interface eth1 is up: waiting")
    daemon.wait_log(MASTER, since=fault.time)
    host.unplug("eth0")
    daemon.wait_log(r"^\(VI_1\): entering FAULT state \(interface eth0 down\)$")
    wait_until(lambda: on(host, "vrrp.51") == [])


@BINARIES
def test_delay_is_limited(lab, options):
    """So that a master knows before a backup does."""
    host, daemon = begin(lab, instance(head="interface_up_down_delays {\n eth0 5 5\n}\n"), **options)
    host.unplug()
    pending = daemon.wait_log("^Interface eth0 is down: waiting 0.399219 seconds|^eth0: Adding flags change .* delay by 399219$")
    assert 0.38 < daemon.wait_log(FAULT).time - pending.time < 0.6 or SANITIZED


def test_backup_has_the_patience_of_its_master(lab):
    host, quick = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    lab.daemon(quick, instance(head="", priority=200, interval=0.1)).wait_log(MASTER)
    daemon = lab.daemon(host, instance(head=DELAYS, interval=1))
    daemon.wait_log("advertisement interval updated from 1000ms to 100ms")
    host.unplug()
    daemon.wait_log("^Interface eth0 is down: waiting 0.199610 seconds before it counts$")
    daemon.wait_log(FAULT)
    assert not daemon.log.lines(MASTER)


@pytest.mark.parametrize("how", ("reload", "crash"))
def test_successor_goes_on_waiting(lab, how):
    text = instance(head="interface_up_down_delays {\n eth0 1.9\n}\n", interval=1, extra="track_interface {\n eth1 weight -10\n }")
    host, daemon = begin(lab, text)
    old = daemon.pids()["vrrp"]
    host.unplug()
    began = waits(daemon, "eth0", "down").time
    if how == "reload":
        daemon.configure(text.replace("weight -10", "weight -20"))
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log("Reload complete", 10)
    else:
        os.kill(old, signal.SIGKILL)
    wait_until(lambda: daemon.pids().get("vrrp", old) != old)
    host.plug()
    daemon.wait_log("^Interface eth0 is up again in time$", since=began)
    assert host.has_address(VIP) and not daemon.log.lines("FAULT")
    # And a wait that ends after its process, ends when it would have.
    host.unplug()
    began = waits(daemon, "eth0", "down", since=began + 0.0001).time
    old = daemon.pids()["vrrp"]
    os.kill(old, signal.SIGKILL)
    fault = daemon.wait_log(FAULT)
    assert 1.85 < fault.time - began < 2.2 or SANITIZED
    wait_until(lambda: not host.has_address(VIP))


@pytest.mark.parametrize("head", ("", "global_defs {\n dynamic_interfaces allow_if_changes\n}\n"), ids=("plain", "dynamic"))
def test_interface_is_made_again(lab, head):
    """On top of another one, which has another number; meanwhile something else had its name."""
    host = lab.host("one", "10.0.0.1/24")
    host.add_interface("eth1", switch="other")
    wire = [lab.capture(lab.host("a", "10.0.0.8/24")), lab.capture(lab.host("b", "10.0.0.9/24", switch="other"))]
    daemon = lab.daemon(host, instance(head=head).replace("interface eth0", "interface mv0"))
    daemon.wait_log(r"^\(VI_1\): entering FAULT state \(interface mv0 does not exist\)$")
    tested = daemon.run([daemon.binary, "-t"])
    assert tested.returncode == 0 and ("there is no interface `mv0` on this machine now" in tested.stderr) == (not head)
    since = 0.0
    for at, base in enumerate(("eth0", "eth1", "eth0")):
        host.ip(f"link add mv0 link {base} type macvlan mode bridge")
        host.ip("addr add 10.0.0.7/24 dev mv0")
        host.ip("link set mv0 up")
        master = daemon.wait_log(MASTER, since=since)
        daemon.wait_log("^Interface mv0 added$", since=since)
        advert = wire[at % 2].wait_advert(source="10.0.0.7", since=master.time - 0.01)
        assert advert.frame.source_mac == link(host, "mv0")["address"]
        wait_until(lambda: on(host, "mv0") == [VIP, "10.0.0.7"])
        if at == 1:
            host.ip("link set mv0 down")
            host.ip("link set mv0 name other0")
            daemon.wait_log("^Interface name has changed from mv0 to other0$")
            host.ip("link set other0 up")
            wait_until(lambda: on(host, "other0") == ["10.0.0.7"])
            host.ip("link del other0")
        else:
            host.ip("link del mv0")
            daemon.wait_log("^Interface mv0 deleted$", since=master.time)
        fault = daemon.wait_log(r"\(VI_1\): entering FAULT state \(interface mv0 does not exist\)$", since=master.time)
        since = fault.time + 0.0001
    assert len(daemon.log.lines(MASTER)) == 3 and not host.has_address(VIP)


@pytest.mark.parametrize("where,listens", (("owner_ignore_adverts", False), ("", False), ("owner_ignore_adverts off", True)),
                         ids=("instance", "global", "not_here"))
def test_owner_listens_or_not(lab, where, listens):
    head = "" if where == "owner_ignore_adverts" else "global_defs {\n vrrp_owner_ignore_adverts\n}\n"
    owner = instance(where, head, 255, vips="10.0.0.1/24\n 10.0.0.100")
    host, daemon = begin(lab, owner)
    other = lab.host("two", "10.0.0.2/24")
    rival = lab.daemon(other, owner.replace("10.0.0.1/24", "10.0.0.2/24"))
    taken = rival.wait_log(MASTER)
    wire = lab.capture(other)
    wait_until(lambda: len(wire.adverts(since=taken.time + 0.1, source="10.0.0.2")) > 10)
    assert bool(daemon.log.lines("both configured as address owner")) == listens
    assert bool(rival.log.lines("both configured as address owner")) == listens
    assert len(daemon.log.lines(MASTER)) == len(rival.log.lines(MASTER)) == 1
    assert bool(daemon.log.lines("Entering BACKUP STATE$") or rival.log.lines("Entering BACKUP STATE$")) == listens
