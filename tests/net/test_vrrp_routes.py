# SPDX-License-Identifier: GPL-2.0-or-later
"""Addresses, routes and rules with all their options: what a master has, what is always there, what others take away. States are compared whole."""
import os
import re
import signal
import subprocess

import pytest

from lib_daemon import PACKAGED
from lib_util import wait_until

INSTANCE = """
vrrp_instance VI_1 {{
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority 100
	version 3
	advert_int 0.1
	garp_master_delay 0
	{extra}
	virtual_ipaddress {{
		{vips}
	}}
	virtual_ipaddress_excluded {{
		{evips}
	}}
	virtual_routes {{
		{routes}
	}}
	virtual_rules {{
		{rules}
	}}
}}
"""


def config(vips=("10.0.0.100/24",), evips=(), routes=(), rules=(), statics="", extra=""):
    def lines(items):
        return "\n\t\t".join(items)
    return statics + INSTANCE.format(vips=lines(vips), evips=lines(evips), routes=lines(routes), rules=lines(rules), extra=extra)


def statics(addresses=(), routes=(), rules=()):
    blocks = (("static_ipaddress", addresses), ("static_routes", routes), ("static_rules", rules))
    return "".join(f"{word} {{\n\t" + "\n\t".join(items) + "\n}\n" for word, items in blocks if items)


def machine(lab, name):
    host = lab.host(name, "10.0.0.1/24", "fd00::1/64")
    host.add_interface("eth1", "10.1.0.1/24", "fd01::1/64", switch="other")
    # Its link-local addresses, which come by and by.
    wait_until(lambda: all(re.search("fe80::.* scope link (?!tentative)", host.ip(f"-6 addr show dev {name}")) for name in ("eth0", "eth1")))
    return host


def state(host):
    """All addresses, routes and rules, as a list of lines; what counts down is there without its number."""
    found = []
    for line in host.ip("-o addr show").splitlines():
        words = re.sub(r"preferred_lft [1-9]\d*sec", "preferred_lft N", line.replace("\\", " ").replace(" tentative ", " ")).split()
        found.append("addr " + " ".join(words[1:]))
    for family in ("-4", "-6"):
        text = re.sub(r"\n\s+(nexthop)", r" \1", host.ip(f"-d {family} route show table all"))
        text = re.sub(r"expires \d+sec", "expires N", text)
        # Groups and anycast addresses follow from the addresses.
        found += [f"route{family} " + " ".join(line.split()) for line in text.splitlines() if not re.match("multicast|anycast", line)]
        found += [f"rule{family} " + " ".join(line.split()) for line in host.ip(f"{family} rule show").splitlines()]
    return sorted(found)


def own(before, now):
    """What is there now and was not before; nothing else may have gone."""
    assert not set(before) - set(now)
    return sorted(set(now) - set(before))


LAST = "from 10.254.0.0/16 table 254 preference 2000"   # by this a test sees that everything was tried


def installed(host):
    return "2000:" in host.ip("rule show")


# Lines that both programs know, and that mean the same to both.
ADDRESSES = ["10.0.0.101/32", "10.0.0.102/24 brd 10.0.0.255 label eth0:1", "10.0.0.103/24 brd + dev eth0", "10.2.0.1/16 scope link", "10.0.0.105/24 noprefixroute",
             "10.3.0.1/24 brd - dev eth1", "10.0.0.107 peer 10.0.0.108"]
ADDRESSES6 = ["fd00::100/64", "fd00::101", "fd00::102/64 -nodad home", "fd00::103/64 mngtmpaddr noprefixroute", "fd00::104/64 preferred_lft 555",
              "fd00::105/128 preferred_lft forever", "fe80::1234/64", "fd01::106/64 dev eth1"]
ROUTES = [
    "10.60.0.0/16 via 10.0.0.9", "10.61.0.0/16 dev eth1 scope link", "to 10.62.0.0/16 via 10.0.0.9 dev eth0", "blackhole 10.63.0.0/16",
    "unreachable 10.64.0.0/16 metric 5", "prohibit 10.65.0.0/16 table 100", "throw 10.66.0.0/16 table 100",
    "10.67.0.0/16 nexthop via 10.0.0.9 dev eth0 weight 2 nexthop via 10.1.0.9 dev eth1 weight 5",
    "10.68.0.0/16 via 10.0.0.9 src 10.0.0.101 mtu lock 1400 advmss 1300 table 1000", "default via 10.0.0.77 metric 50",
    "10.69.0.0/16 via 99.0.0.1 dev eth1 onlink tos 0x10", "10.70.0.0/16 via 10.0.0.9 realms 3/4", "10.71.0.1 dev eth1 scope host",
    "10.72.0.0/16 via 10.0.0.9 hoplimit 9 window 1000 cwnd lock 20 ssthresh lock 100 features ecn quickack 1 fastopen_no_cookie 1 congctl lock reno "
    "initcwnd 5 initrwnd 6 reordering 4",
    "10.73.0.0/16 via 10.0.0.9 rtt 400ms rttvar 0.5s rto_min lock 1s", "10.74.0.0/16 encap ip id 7 dst 1.2.3.4 src 2.3.4.5 tos 4 ttl 5 dev eth1 scope link",
    "10.75.0.0/16 via 10.0.0.9 protocol 99 no_track", "10.76.0.0/16 via 10.0.0.9 table 7 append", "10.77.0.0/16 via 10.0.0.9 table 7 add",
    "10.78.0.0/16 table 7 nexthop via 10.0.0.9 dev eth0 onlink weight 1 nexthop via 10.1.0.9 dev eth1 weight 256",
    "fd61::/32 dev eth1 expires 100 pref high metric 77", "fd62::/32 encap ip6 id 9 dst fd07::1 src fd07::2 tc 3 hoplimit 9 dev eth0",
    "fd63::/32 nexthop via fd00::2 dev eth0 weight 3 nexthop via fd01::2 dev eth1", "fd64::/32 from fd03::/64 via fd00::8 dev eth0",
    "blackhole fd65::/32", "prohibit fd66::/32 metric 9", "fd67::/32 via fd00::77 mtu 1300 hoplimit 7", "fd68::/32 via fe80::9 dev eth0",
    "fd69::/32 via fd00::77 src fd00::1 pref low", "fd6a::/32 via fd00::77 table 300 metric 3",
]
RULES = [
    "to 10.79.0.0/16 iif eth1 table 79 preference 500",
    "from 1.2.3.0/24 to 2.3.4.5 oif eth0 tos 0x10 fwmark 5/7 table 1000 preference 501 realms 3/4 suppress_prefixlength 3 suppress_ifgroup 5",
    "not from 1.2.3.0/24 blackhole preference 502", "l3mdev preference 503", "goto 600 preference 504", "nop preference 505",
    "type prohibit preference 506", "unreachable preference 507 uidrange 5-7 ipproto tcp sport 10-20 dport 30-40", "tunnel-id 7 table 9 preference 508",
    "from fd00:1::/64 to fd00:2::/64 iif eth0 table 9 preference 510", "from fd00:3::1 prohibit preference 511 fwmark 0x10/0xf0",
    "to 10.80.0.0/16 lookup 300 order 512 no_track protocol 77",
]


def both(lab, text):
    """What ours and the packaged one put in, each on a machine of its own; and that each takes out what it put in."""
    found = {}
    for name, binary in (("packaged", PACKAGED), ("ours", None)):
        host = machine(lab, name)
        before = state(host)
        daemon = lab.daemon(host, text, **({"binary": binary} if binary else {}))
        wait_until(lambda host=host: installed(host), 10, f"everything on {name}")
        if name == "ours":                                  # the last rule is not always the last that is put in
            wait_until(lambda host=host, before=before: len(own(before, state(host))) >= len(found["packaged"]), 10)
        found[name] = own(before, state(host))
        daemon.stop()
        # 2.2.7 forgets addresses with a peer.
        wait_until(lambda host=host, before=before: [line for line in state(host) if " peer " not in line and "10.0.0.10" not in line] == before, 5,
                   "what was there before")
    return found["ours"], found["packaged"]


def test_a_master_has_what_the_packaged_one_has(lab):
    ours, packaged = both(lab, config(vips=["10.0.0.100/24"] + ADDRESSES, evips=ADDRESSES6, routes=ROUTES, rules=RULES + [LAST]))
    assert ours == packaged
    assert len([line for line in ours if line.startswith("route") and "keepalived" in line]) == len(ROUTES) - 1     # one is of protocol 99


def test_static_items_as_the_packaged_one_has_them(lab):
    ours, packaged = both(lab, config(statics=statics(["10.0.0.101/32 dev eth0"] + [line if " dev " in line else line + " dev eth0" for line in ADDRESSES[1:] +
                                                      ADDRESSES6], ROUTES, RULES + [LAST])))
    assert ours == packaged


@pytest.mark.ipvs       # the machine that has it has VRF, MPLS and ILA, too
def test_vrf_and_tunnels(lab):
    for module in ("vrf", "mpls_iptunnel", "ila"):
        subprocess.run(["modprobe", module], check=True)
    found = {}
    for name, binary in (("packaged", PACKAGED), ("ours", None)):
        host = machine(lab, name)
        host.ip("link add blue type vrf table 70")
        host.link_set("blue", up=True)
        host.ip("link set eth1 master blue")
        before = state(host)
        daemon = lab.daemon(host, config(rules=[LAST], routes=[
            "10.61.0.0/16 via 10.1.0.9 dev eth1 vrf blue", "10.62.0.0/16 encap mpls 100/200 via 10.0.0.9 dev eth0 ttl-propagate disabled",
            "10.63.0.0/16 nexthop via 10.0.0.8 dev eth0 encap mpls 100 nexthop via 10.0.0.9 dev eth0 encap mpls 200",
            "fd61::2000:0:0:1/128 encap ila 1:2:3:4 via fd00::9 dev eth0"]), **({"binary": binary} if binary else {}))
        wait_until(lambda host=host: installed(host), 20, f"everything on {name}")
        found[name] = own(before, state(host))
        daemon.stop()
        wait_until(lambda host=host, before=before: state(host) == before, 5, "what was there before")
    # 2.2.7 forgets the labels of several next hops; ILA is looked at alone.
    tunnels = ["route-4 unicast 10.63.0.0/16 table main proto keepalived scope global nexthop encap mpls 100 via 10.0.0.8 dev eth0 weight 1 "
               "nexthop encap mpls 200 via 10.0.0.9 dev eth0 weight 1"]
    assert [line for line in found["ours"] if "10.63.0.0" in line] == tunnels
    assert [line for line in found["ours"] if "fd61::2000" in line and "encap ila 1:2:3:4" in line]
    for lines in found.values():
        lines[:] = [line for line in lines if "10.63.0.0" not in line and "fd61::2000" not in line]
    assert found["ours"] == found["packaged"]
    assert [line for line in found["ours"] if "10.61.0.0/16" in line and "table 70" in line]
    assert [line for line in found["ours"] if "encap mpls 100/200" in line]


def test_lines_that_the_packaged_one_does_not_know(lab):
    """From 2.4, or read wrongly by 2.2.7; a route over an interface has scope link, as ip-route(8) has it."""
    host = machine(lab, "one")
    before = state(host)
    daemon = lab.daemon(host, config(
        vips=["10.0.0.100/32", "10.5.0.1 peer 10.6.0.0/24"],
        routes=["10.61.0.0/16 dev eth1", "10.62.0.0/16 dev eth1 scope link rtt 102 rttvar 50ms", "inet6 default via fd00::9 metric 5", "local 10.70.0.0/16 dev eth0",
                "default6 via fd00::8 metric 7", "10.63.0.0/16 dev eth1 scope link encap ip dst 1.2.3.4 flags 4"],
        rules=["inet6 table 9 preference 509", "to fd79::/32 blackhole preference 510", "sport 22 table 9 preference 511", LAST]))
    wait_until(lambda: installed(host))
    assert own(before, state(host)) == sorted([
        "addr eth0 inet 10.0.0.100/32 scope global eth0 valid_lft forever preferred_lft forever",
        "addr eth0 inet 10.5.0.1 peer 10.6.0.0/24 scope global eth0 valid_lft forever preferred_lft forever",
        "route-4 broadcast 10.6.0.255 dev eth0 table local proto kernel scope link src 10.5.0.1",
        "route-4 local 10.0.0.100 dev eth0 table local proto kernel scope host src 10.0.0.100",
        "route-4 local 10.5.0.1 dev eth0 table local proto kernel scope host src 10.5.0.1",
        "route-4 local 10.70.0.0/16 dev eth0 table main proto keepalived scope host",
        "route-4 unicast 10.6.0.0/24 dev eth0 table main proto kernel scope link src 10.5.0.1",
        "route-4 unicast 10.61.0.0/16 dev eth1 table main proto keepalived scope link",
        "route-4 unicast 10.62.0.0/16 dev eth1 table main proto keepalived scope link rtt 102ms rttvar 50ms",
        "route-4 unicast 10.63.0.0/16 encap ip id 0 src 0.0.0.0 dst 1.2.3.4 ttl 0 tos 0 key dev eth1 table main proto keepalived scope link",
        "route-6 unicast default via fd00::8 dev eth0 table main proto keepalived scope global metric 7 pref medium",
        "route-6 unicast default via fd00::9 dev eth0 table main proto keepalived scope global metric 5 pref medium",
        "rule-4 2000: from 10.254.0.0/16 lookup main proto keepalived",
        "rule-4 511: from all sport 22 lookup 9 proto keepalived",
        "rule-6 509: from all lookup 9 proto keepalived",
        "rule-6 510: from all to fd79::/32 blackhole proto keepalived",
    ])
    assert daemon.stop() == 0
    assert state(host) == before


def test_what_the_kernel_refuses(lab):
    """It is said with its line, and the rest is there; what becomes possible is done."""
    host = machine(lab, "one")
    daemon = lab.daemon(host, config(routes=["10.60.0.0/16 via 99.0.0.1", "10.61.0.0/16 via 10.0.0.9", "10.62.0.0/16 via 10.44.0.1 dev eth1"], rules=[LAST]),
                        args=("-n",))
    wait_until(lambda: installed(host))
    daemon.wait_log(r"\(VI_1\) cannot add route `10\.60\.0\.0/16 via 99\.0\.0\.1 [^']*' \(.*keepalived\.conf:18\): \w.*: Nexthop has invalid gateway")
    daemon.wait_log(r"\(VI_1\) cannot add route `10\.62\.0\.0/16 via 10\.44\.0\.1 .*:20\)")
    assert "10.61.0.0/16 via 10.0.0.9" in host.ip("route show")
    host.add_address("10.44.0.9/24", "eth1")
    wait_until(lambda: "10.62.0.0/16 via 10.44.0.1" in host.ip("route show"))
    assert len([line for line in daemon.log if "cannot add route" in line.text]) == 2


def test_taken_away_and_put_back(lab):
    host = machine(lab, "one")
    routes = ["10.61.0.0/16 dev eth1", "10.62.0.0/16 dev eth1 no_track", "fd61::/32 via fd00::9",
              "fd63::/32 nexthop via fd00::2 dev eth0 weight 3 nexthop via fd01::2 dev eth1"]
    text = config(routes=routes, rules=["to 10.79.0.0/16 iif eth1 table 79 preference 500", LAST],
                  statics=statics(["10.7.0.1/24 dev eth1"], ["10.81.0.0/16 dev eth1"], ["to 10.82.0.0/16 table 9 preference 501"]))
    daemon = lab.daemon(host, text, args=("-n",))
    wait_until(lambda: installed(host))
    wanted = state(host)
    for command, line in (("route del 10.61.0.0/16", r"\(VI_1\) route `10\.61\.0\.0/16 .*' was removed by something else: restored"),
                          ("-6 route del fd61::/32", r"\(VI_1\) route `fd61::/32 .* restored"),
                          ("-6 route del fd63::/32 via fd01::2 dev eth1", r"\(VI_1\) route `fd63::/32 .* restored"),
                          ("rule del pref 500", r"\(VI_1\) rule `.*500.*' was removed by something else: restored"),
                          ("addr del 10.0.0.100/24 dev eth0", r"\(VI_1\) address 10\.0\.0\.100/24 was removed from eth0 by something else: restored"),
                          ("addr del 10.7.0.1/24 dev eth1", r"Restoring deleted static address 10\.7\.0\.1/24"),
                          ("route del 10.81.0.0/16", r"Restoring deleted static route 10\.81\.0\.0/16"),
                          ("rule del pref 501", r"Restoring deleted static rule .*501")):
        host.ip(command)
        daemon.wait_log(line)
        wait_until(lambda: state(host) == wanted, what=f"the state before `ip {command}`")
    # no_track: nobody minds.
    host.ip("route del 10.62.0.0/16")
    host.ip("route del 10.61.0.0/16")
    wait_until(lambda: "10.61.0.0/16" in host.ip("route show"))
    assert "10.62.0.0/16" not in host.ip("route show")
    assert not [line for line in daemon.log if "giving up" in line.text or "Entering BACKUP STATE" in line.text and "init" not in line.text]


def test_what_does_not_stay(lab):
    """Three times in ten seconds it is put back; then its master gives up, and is master again soon: nobody else is there."""
    host = machine(lab, "one")
    daemon = lab.daemon(host, config(routes=["10.61.0.0/16 dev eth1"], rules=[LAST]), args=("-n",))
    wait_until(lambda: installed(host))
    for count in range(1, 5):
        host.ip("route del 10.61.0.0/16")
        if count < 4:
            wait_until(lambda count=count: len([line for line in daemon.log if "restored" in line.text]) == count)
    lost = daemon.wait_log(r"\(VI_1\) route `10\.61\.0\.0/16 .*' does not stay: something else removes it; giving up")
    daemon.wait_log(r"\(VI_1\) Entering BACKUP STATE$", since=lost.time)
    daemon.wait_log(r"\(VI_1\) Entering MASTER STATE", since=lost.time)
    wait_until(lambda: installed(host) and "10.61.0.0/16" in host.ip("route show"))


def test_interfaces_that_go_down(lab):
    """What is tracked makes the instance unfit, what is not comes back with the link, static items too."""
    host = machine(lab, "one")
    text = config(routes=["10.61.0.0/16 dev eth1 no_track", "fd61::/32 dev eth1 no_track"], rules=[LAST],
                  statics=statics(["10.7.0.1/24 dev eth1", "fd07::1/64 dev eth1"], ["10.81.0.0/16 dev eth1", "10.82.0.0/16 via 10.7.0.9"]))
    daemon = lab.daemon(host, text, args=("-n",))
    wait_until(lambda: installed(host))
    wanted = [line for line in state(host) if "fe80" not in line and "fd01" not in line]        # IPv6 addresses of eth1 go with it
    host.link_down("eth1")
    wait_until(lambda: "10.61" not in host.ip("route show") and "fd61" not in host.ip("-6 route show"))
    host.link_up("eth1")
    wait_until(lambda: [line for line in state(host) if "fe80" not in line and "fd01" not in line] == wanted, 10, "the state before")
    assert not [line for line in daemon.log if "FAULT" in line.text or "something else" in line.text]
    # With another one, which is tracked.
    daemon.configure(text.replace(" no_track", ""))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    host.link_down("eth1")
    daemon.wait_log(r"\(VI_1\) Entering FAULT STATE")
    wait_until(lambda: not installed(host))
    host.link_up("eth1")
    wait_until(lambda: [line for line in state(host) if "fe80" not in line and "fd01" not in line] == wanted, 10, "the state before")


def test_a_track_group(lab):
    """The instances of a static item's group mind its interface."""
    host = machine(lab, "one")
    text = "track_group G {\n group {\n VI_1\n }\n}\n" + config(rules=[LAST], statics=statics([], ["10.81.0.0/16 dev eth1 track_group G"]))
    daemon = lab.daemon(host, text, args=("-n",))
    wait_until(lambda: installed(host))
    host.unplug("eth1")
    daemon.wait_log(r"\(VI_1\) Entering FAULT STATE")
    wait_until(lambda: not installed(host))
    host.plug("eth1")
    wait_until(lambda: installed(host))
    for _ in range(4):
        wait_until(lambda: "10.81.0.0/16" in host.ip("route show"))
        host.ip("route del 10.81.0.0/16")
    daemon.wait_log(r"\(VI_1\) route `10\.81\.0\.0/16 .*' does not stay")


@pytest.mark.parametrize("how", ["reload", "crash"])
def test_successors(lab, how):
    """What stays is not touched for a moment, what is new comes, what is gone goes."""
    host = machine(lab, "one")
    kept = ["10.61.0.0/16 dev eth1", "10.62.0.0/16 via 10.0.0.9 metric 7", "fd61::/32 via fd00::9"]
    static = (["10.7.0.1/24 dev eth1"], ["10.81.0.0/16 dev eth1", "blackhole 10.82.0.0/16"], ["to 10.83.0.0/16 table 9 preference 501"])
    old = config(routes=kept + ["10.63.0.0/16 via 10.0.0.9 mtu 1400", "10.64.0.0/16 via 10.0.0.9"], rules=["to 10.79.0.0/16 table 79 preference 500", LAST],
                 statics=statics(*static))
    new = config(routes=kept + ["10.63.0.0/16 via 10.0.0.9 mtu 1300", "10.65.0.0/16 via 10.0.0.9"], rules=["to 10.79.0.0/16 table 80 preference 500", LAST],
                 statics=statics(["10.8.0.1/24 dev eth1"], static[1][:1], []))
    before = state(host)
    daemon = lab.daemon(host, old, args=("-n",))
    wait_until(lambda: installed(host) and "10.82" in host.ip("route show"))
    wanted = state(host)
    monitor = lab.folder / "monitor"
    with host.inside(), open(monitor, "wb") as file:
        watch = subprocess.Popen(["ip", "monitor", "route", "rule"], stdout=file)
    lab.defer(watch.kill)
    if how == "reload":
        daemon.configure(new)
        assert daemon.run([daemon.binary, "--reload"]).returncode == 0
        wait_until(lambda: "10.65.0.0/16" in host.ip("route show"))
        shown = host.ip("route show") + host.ip("rule show") + host.ip("addr show")
        for gone in ("10.64.0.0/16", "10.82.0.0/16", "10.83.0.0/16", "10.7.0.1/24", "lookup 79", "mtu 1400"):
            assert gone not in shown, shown
        for there in ("lookup 80", "mtu 1300", "10.8.0.1/24", "10.81.0.0/16 dev eth1"):
            assert there in shown, shown
        daemon.configure(old)
        assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    else:
        pid = daemon.pids()["vrrp"]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: daemon.pids().get("vrrp") not in (None, pid))
        daemon.wait_log("VRRP child process.* died")
    wait_until(lambda: state(host) == wanted, 10, "the state before")
    seen = monitor.read_text()
    assert "Deleted 10.61.0.0/16" not in seen and "Deleted 10.62.0.0/16" not in seen and "Deleted fd61::/32" not in seen, seen
    if how == "crash":
        assert "keepalived" not in seen, seen
    assert daemon.stop() == 0
    assert state(host) == before


def test_after_the_daemon_was_killed(lab):
    """The next start finds what was left, also where it is not master, and knows it as its own."""
    one, two = machine(lab, "one"), lab.host("two", "10.0.0.2/24")
    before = state(one)
    text = config(routes=["10.61.0.0/16 dev eth1"], rules=["to 10.79.0.0/16 table 79 preference 500", LAST],
                  statics=statics(["10.7.0.1/24 dev eth1"], ["10.81.0.0/16 dev eth1"]))
    daemon = lab.daemon(one, text, args=("-n",))
    wait_until(lambda: installed(one))
    daemon.kill_all()
    other = lab.daemon(two, config().replace("priority 100", "priority 200"), args=("-n",))
    other.wait_log("Entering MASTER STATE")
    daemon.start()
    wait_until(lambda: not installed(one))
    daemon.wait_log(r"\(VI_1\) Entering BACKUP STATE \(init\)")
    shown = state(one)
    assert not [line for line in shown if "10.61." in line or "10.79." in line or "10.0.0.100" in line]
    assert [line for line in shown if "10.81." in line] and [line for line in shown if "10.7.0.1/24" in line]
    assert daemon.stop() == 0
    assert state(one) == before


def test_statics_alone(lab):
    """Without any instance they are there from the start to the stop."""
    host = machine(lab, "one")
    before = state(host)
    daemon = lab.daemon(host, "global_defs {\n default_interface eth1\n}\n" + statics(["10.7.0.1/24", "fd07::1/64"], ["10.81.0.0/16 via 10.7.0.9"], [LAST]),
                        args=("-n",))
    wait_until(lambda: installed(host))
    assert host.has_address("10.7.0.1/24", "eth1") and host.has_address("fd07::1/64", "eth1")
    assert daemon.stop() == 0
    assert state(host) == before


def test_promote_secondaries(lab):
    """Switched on while the daemon runs, and put back, also after a crash and when a reload no longer asks for it."""
    host = machine(lab, "one")
    name = "net.ipv4.conf.eth0.promote_secondaries"
    assert host.sysctl(name) == "0"
    text = config(extra="promote_secondaries")
    daemon = lab.daemon(host, text, args=("-n",))
    daemon.wait_log("Setting promote_secondaries on eth0")
    daemon.wait_log("Startup complete")     # what a process leaves counts from then on
    assert host.sysctl(name) == "1"
    pid = daemon.pids()["vrrp"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: daemon.pids().get("vrrp") not in (None, pid))
    daemon.configure(config())
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    wait_until(lambda: host.sysctl(name) == "0")
    daemon.configure(text)
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    wait_until(lambda: host.sysctl(name) == "1")
    assert daemon.stop() == 0
    assert host.sysctl(name) == "0"


def test_many_addresses_in_slices(lab):
    """The advert is first, the first announcement soon after it, every address once before any twice, scripts last."""
    one, two = lab.host("one", "10.0.0.1/8"), lab.host("two", "10.0.0.2/8")
    more = [f"10.1.{n // 250}.{1 + n % 250}" for n in range(1000)]
    wire = lab.capture(two)
    daemon = lab.daemon(one, config(evips=more, extra="garp_master_repeat 2\n\tnotify_master /tmp/master").replace(
        "vrrp_instance", "global_defs {\n script_user root\n}\nvrrp_instance", 1), start=False, args=("-n",))
    daemon.add_script("/tmp/master", "#!/bin/sh\nip -o -4 addr show | grep -c 10.1. > /tmp/count\n")
    daemon.start()
    wait_until(lambda: len(wire.arps(gratuitous=True)) >= 2002, 20, "all announcements")
    senders = [arp.sender for arp in wire.arps(gratuitous=True)]
    assert len(set(senders[:1001])) == 1001 and sorted(senders[:1001]) == sorted(senders[1001:])
    wait_until(lambda: daemon.path("/tmp/count").exists() and daemon.path("/tmp/count").read_text().strip() == "1000")
    daemon.stop()
    assert not [address for address in one.addresses() if address.startswith("10.1.")]


def test_track_src_ip(lab):
    """FAULT while the configured source is absent; without the word it does not matter to multicast adverts."""
    host = lab.host("one", "10.0.0.1/24", "10.0.0.7/24")
    daemon = lab.daemon(host, config(extra="mcast_src_ip 10.0.0.7\n\ttrack_src_ip"), args=("-n",))
    daemon.wait_log(r"\(VI_1\) Entering MASTER STATE")
    host.del_address("10.0.0.7/24")
    fault = daemon.wait_log(r"\(VI_1\): entering FAULT state \(src address not configured\)")
    wait_until(lambda: not host.has_address("10.0.0.100"))
    host.add_address("10.0.0.7/24")
    daemon.wait_log(r"\(VI_1\) Entering MASTER STATE", since=fault.time)


def test_dump(lab):
    host = machine(lab, "one")
    daemon = lab.daemon(host, config(routes=["10.61.0.0/16 dev eth1"], rules=[LAST],
                                     statics=statics(["10.7.0.1/24 dev eth1"], ["10.81.0.0/16 dev eth1"], ["to 10.83.0.0/16 table 9 preference 501"])))
    wait_until(lambda: installed(host))
    daemon.send_signal(signal.SIGUSR1)
    file = daemon.path("/tmp/keepalived.data")
    wait_until(lambda: file.exists() and "VRRP Sockpool" in file.read_text())
    text = file.read_text()
    for part in ("------< Static Addresses >------\n     10.7.0.1/24 dev eth1 scope global set\n", "------< Static Routes >------\n 10.81.0.0/16 dev eth1 ",
                 "------< Static Rules >------\n inet from all to 10.83.0.0/16 ", "   Virtual Routes (1):\n     10.61.0.0/16 dev eth1 table 254 protocol 18 scope 253 set\n",
                 "   Virtual Rules (1):\n     inet from 10.254.0.0/16 preference 2000 table 254 protocol 18 set\n"):
        assert part in text, text
