# SPDX-License-Identifier: GPL-2.0-or-later
"""What adverts look like on the wire and which are taken: IPv6, signatures, TTLs, peers, checksums, MTUs."""
import ctypes
import os
import re
import signal
import socket
import struct
import time

from lib_util import TIMED, wait_until

ONE, TWO = "10.0.0.1", "10.0.0.2"
PIDFD_GETFD, SO_PROTOCOL = 438, 38
KEYS = {1: "hex:" + "11" * 32, 2: "hex:" + "22" * 40}


def instance(priority, extra="", vips=("10.0.0.100/24",), version=3, interval=0.2, name="VI_1", vrid=51, glob=""):
    addresses = "\n\t\t".join(vips)
    return f"""
global_defs {{
	{glob}
}}
vrrp_instance {name} {{
	interface eth0
	version {version}
	virtual_router_id {vrid}
	priority {priority}
	advert_int {interval}
	{extra}
	virtual_ipaddress {{
		{addresses}
	}}
}}
"""


def unicast(own, peer, more=""):
    return f"unicast_src_ip {own}\n\tunicast_peer {{\n\t\t{peer} {more}\n\t}}\n"


def signed(active=1, more="", keys=KEYS):
    lines = "\n\t\t".join(f"key {number} {key}" for number, key in keys.items())
    return f"auth_hmac {{\n\t\t{lines}\n\t\tactive_key {active}\n\t\t{more}\n\t}}\n"


def hosts_of(lab):
    return [lab.host(name, f"10.0.0.{number}/24", f"fd00::{number}/64") for number, name in enumerate(("one", "two"), 1)]


def holders(address, *hosts):
    return [host.host for host in hosts if host.has_address(address)]


# ---- IPv6 ----

def parse6(frame):
    """(source, target, hop limit, next header, payload) of an IPv6 frame, or None."""
    if frame.ethertype != 0x86dd or len(frame.payload) < 40:
        return None
    ip = frame.payload
    return (socket.inet_ntop(socket.AF_INET6, ip[8:24]), socket.inet_ntop(socket.AF_INET6, ip[24:40]), ip[7], ip[6],
            ip[40:40 + struct.unpack_from("!H", ip, 4)[0]])


def test_ipv6_master(lab):
    one, two = hosts_of(lab)
    wire = lab.capture(two)
    vips = ("fe80::100", "fd00::100/64")
    first = lab.daemon(one, instance(150, "virtual_ipaddress_excluded {\n\t\t10.0.0.77/24\n\t}\n", vips))
    first.wait_log(r"\(VI_1\) Entering MASTER STATE")
    # All of them, of both families; the link-local address that is the machine's own is the source.
    wait_until(lambda: {"fe80::100/128", "fd00::100/64", "10.0.0.77/24"} <= set(one.addresses()))
    own = next(address.split("/")[0] for address in one.addresses() if address.startswith("fe80::") and address.endswith("/64"))
    frame = wire.wait(lambda frame: (found := parse6(frame)) and found[3] == 112, 5, what="advert over IPv6")
    source, target, hops, _, vrrp = parse6(frame)
    assert (source, target, hops) == (own, "ff02::12", 255) and frame.target_mac == "33:33:00:00:00:12"
    assert vrrp[:4] == bytes([0x31, 51, 150, 2])
    assert vrrp[8:] == socket.inet_pton(socket.AF_INET6, "fe80::100") + socket.inet_pton(socket.AF_INET6, "fd00::100")
    # Each is announced: target, source and hardware address are right, the Router flag is off, Override on.
    for address in ("fe80::100", "fd00::100"):
        frame = wire.wait(lambda frame: (found := parse6(frame)) and found[3] == 58 and found[4][0] == 136 and found[0] == address, 5,
                          what=f"neighbour advertisement for {address}")
        _, target, hops, _, icmp = parse6(frame)
        assert (target, hops, frame.target_mac, icmp[4]) == ("ff02::1", 255, "33:33:00:00:00:01", 0x20)
        assert icmp[8:24] == socket.inet_pton(socket.AF_INET6, address) and icmp[24:].hex(":") == "02:01:" + frame.source_mac
    assert wire.wait_arp(gratuitous=True, sender="10.0.0.77")
    first.wait_log(r"\(VI_1\) Sending/queueing Unsolicited Neighbour Adverts on eth0 for fe80::100")
    first.wait_log(r"Sending unsolicited Neighbour Advert on eth0 for fd00::100")
    # A router says so.
    assert first.stop() == 0
    wait_until(lambda: not one.has_address("fd00::100"))
    one.sysctl("net.ipv6.conf.eth0.forwarding", 1)
    again = time.monotonic()
    first.start()
    frame = wire.wait(lambda frame: (found := parse6(frame)) and found[3] == 58 and found[4][0] == 136 and found[0] == "fd00::100", 5,
                      since=again, what="neighbour advertisement")
    assert parse6(frame)[4][4] == 0xa0


def test_ipv6_pair_and_crash(lab):
    """A crash of the process is no transition: the successor goes on within one interval."""
    one, two = hosts_of(lab)
    vips = ("fe80::100", "fd00::100/64")
    first = lab.daemon(one, instance(150, vips=vips))
    wait_until(lambda: one.has_address("fd00::100"))
    second = lab.daemon(two, instance(100, vips=vips))
    master = second.wait_log(r"\(VI_1\) master set to fe80::")
    watch = lab.watch(one)
    pid = first.pids()["vrrp"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: first.pids().get("vrrp") not in (None, pid))
    pid = first.pids()["vrrp"]
    first.send_signal(signal.SIGHUP)
    first.wait_log("Reload complete", 5)
    assert not [event for event in watch if event.action == "del"]
    assert not [line for line in second.log.lines() if line.time > master.time and "STATE" in line.text]
    assert first.stop() == 0
    second.wait_log(r"\(VI_1\) Entering MASTER STATE")
    wait_until(lambda: holders("fd00::100", one, two) == ["two"])


def test_ipv6_without_a_link_local_address(lab):
    one, _ = hosts_of(lab)
    local = next(address for address in one.addresses() if address.startswith("fe80::"))
    one.del_address(local)
    first = lab.daemon(one, instance(150, vips=("fe80::100", "fd00::100/64")))
    first.wait_log(r"\(VI_1\) entering FAULT state \(no IPv6 address for interface\)")
    first.wait_log(r"\(VI_1\) Entering FAULT STATE \(init\)")
    one.add_address(local)
    first.wait_log(r"\(VI_1\) Entering BACKUP STATE$")
    first.wait_log(r"\(VI_1\) Entering MASTER STATE")


# ---- auth_hmac ----

def last_trailer(wire, source):
    wire.wait_advert(source=source)                         # what it has seen comes a little later
    return wire.adverts(source=source)[-1].vrrp[-28:]


def test_hmac_pair_key_change_and_replay(lab):
    one, two = hosts_of(lab)
    wire = lab.capture(two)
    first = lab.daemon(one, instance(150, signed()))
    second = lab.daemon(two, instance(100, signed()))
    second.wait_log(r"\(VI_1\) master set to 10\.0\.0\.1")
    wait_until(lambda: holders("10.0.0.100", one, two) == ["one"])
    assert last_trailer(wire, ONE)[:4] == b"\x01\x01\x00\x00"
    # The key is changed at one router, then at the other: both know both, so nobody notices.
    first.configure(instance(150, signed(active=2)))
    first.send_signal(signal.SIGHUP)
    first.wait_log("Reload complete", 5)
    wire.wait(lambda frame: (found := wire.adverts(source=ONE)) and found[-1].vrrp[-27] == 2, 5, what="an advert signed with key 2")
    # Sequence numbers grow over reload and crash.
    sequences = []
    os.kill(first.pids()["vrrp"], signal.SIGKILL)
    since = time.monotonic()
    wire.wait_advert(source=ONE, since=since)
    for advert in wire.adverts(source=ONE):
        sequences.append(int.from_bytes(advert.vrrp[-24:-16], "big"))
    assert sequences == sorted(set(sequences))
    # An advert that was sent before is taken for what it is.
    old = wire.adverts(source=ONE, priority=150)[0]
    lines = len([line for line in second.log.lines() if "STATE" in line.text])
    with two.inside():
        packet = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        packet.bind(("eth0", 0))
    with one.inside():
        sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sender.bind(("eth0", 0))
    sender.send(old.frame.data)
    sender.close()
    packet.close()
    second.wait_log(r"\(VI_1\) auth_hmac: (advert from 10\.0\.0\.1 has an old sequence number: a replay|the time of an advert)")
    assert len([line for line in second.log.lines() if "STATE" in line.text]) == lines
    second.send_signal(signal.SIGUSR2)
    stats = second.path("/tmp/keepalived.stats")
    wait_until(lambda: stats.exists() and re.search(r"Authentication Extension Errors:\n(.*\n){5}    Replay: \d", stats.read_text()))
    assert first.stop() == 0
    second.wait_log(r"\(VI_1\) Entering MASTER STATE")


def test_hmac_unsigned_and_wrong_keys_are_refused(lab):
    one, two = hosts_of(lab)
    first = lab.daemon(one, instance(150, signed(keys={1: "hex:" + "33" * 32})))
    second = lab.daemon(two, instance(100, signed()))
    second.wait_log(r"\(VI_1\) auth_hmac: advert from 10\.0\.0\.1 has a wrong signature")
    second.wait_log(r"\(VI_1\) Entering MASTER STATE")
    for config, text in ((instance(150), "is not signed"),
                         (instance(150, signed(active=9, keys={9: KEYS[1]})), "is signed with key 9, which we do not have")):
        first.configure(config)
        since = time.monotonic()
        first.send_signal(signal.SIGHUP)
        second.wait_log(rf"\(VI_1\) auth_hmac: advert from 10\.0\.0\.1 {text}", 5, since=since)
    # Both may live together while signatures are introduced.
    first.configure(instance(150))
    first.send_signal(signal.SIGHUP)
    second.configure(instance(100, signed(more="mode receive-only")))
    since = time.monotonic()
    second.send_signal(signal.SIGHUP)
    second.wait_log(r"\(VI_1\) Entering BACKUP STATE$", 5, since=since)
    wait_until(lambda: holders("10.0.0.100", one, two) == ["one"])
    # A secret is shown nowhere.
    for daemon in (first, second):
        said = daemon.output() + "\n".join(line.text for line in daemon.log.lines())
        assert "3333333333" not in said and "1111111111" not in said


def test_hmac_key_from_a_file(lab):
    one, two = hosts_of(lab)
    first = lab.daemon(one, instance(150, signed(keys={1: "file:/etc/keepalived/key"})), start=False)
    key = first.path("/etc/keepalived/key")
    key.write_text("0123456789abcdef0123456789abcdef\n")
    key.chmod(0o600)
    first.start()
    second = lab.daemon(two, instance(100, signed(keys={1: "0123456789abcdef0123456789abcdef"})))
    second.wait_log(r"\(VI_1\) master set to 10\.0\.0\.1")
    # Another key in the file counts after a reload.
    key.write_text("another key, which is long enough\n")
    since = time.monotonic()
    first.send_signal(signal.SIGHUP)
    second.wait_log(r"\(VI_1\) auth_hmac: advert from 10\.0\.0\.1 has a wrong signature", 5, since=since)


# ---- AH ----

AH = "authentication {\n\t\tauth_type AH\n\t\tauth_pass 12345678\n\t}\ndown_timer_adverts 1\n"


def ah_sequences(wire, source):
    """Of the IPv4 packets of protocol 51 from this address."""
    return [struct.unpack_from("!I", frame.payload, 28)[0] for frame in wire
            if frame.ethertype == 0x0800 and frame.payload[9] == 51 and socket.inet_ntoa(frame.payload[12:16]) == source]


def test_ah_sequence_survives(lab):
    one, two = hosts_of(lab)
    wire = lab.capture(two)
    first = lab.daemon(one, instance(150, AH, version=2, interval=1))
    first.wait_log(r"\(VI_1\) Entering MASTER STATE")
    second = lab.daemon(two, instance(100, AH, version=2, interval=1))
    master = second.wait_log(r"\(VI_1\) master set to 10\.0\.0\.1")
    seen = len(ah_sequences(wire, ONE))
    os.kill(first.pids()["vrrp"], signal.SIGKILL)
    wait_until(lambda: len(ah_sequences(wire, ONE)) > seen + 1)
    sequences = ah_sequences(wire, ONE)
    assert sequences == sorted(set(sequences))
    assert not [line for line in second.log.lines() if line.time > master.time and ("STATE" in line.text or "IPSEC" in line.text)]
    assert first.stop() == 0
    second.wait_log(r"\(VI_1\) Backup received priority 0 advertisement")
    second.wait_log(r"\(VI_1\) Entering MASTER STATE")
    wait_until(lambda: ah_sequences(wire, TWO))
    assert ah_sequences(wire, TWO)[0] == ah_sequences(wire, ONE)[-1] + 1


def test_ah_wrong_password(lab):
    one, two = hosts_of(lab)
    lab.daemon(one, instance(150, AH, version=2, interval=1))
    second = lab.daemon(two, instance(100, AH.replace("12345678", "87654321"), version=2, interval=1))
    second.wait_log(r"\(VI_1\) IPSEC-AH : invalid IPSEC HMAC-MD5 value\. Due to fields mutation or bad password !")
    second.wait_log(r"\(VI_1\) Entering MASTER STATE")
    wait_until(lambda: holders("10.0.0.100", one, two) == ["one", "two"])


# ---- TTL, peers, checksum ----

def test_unicast_ttl_and_peers(lab):
    one, two = hosts_of(lab)
    wire = lab.capture(two)
    first = lab.daemon(one, instance(150, unicast(ONE, TWO) + "unicast_ttl 64"))
    assert wire.wait_advert(source=ONE).ttl == 64
    second = lab.daemon(two, instance(100, unicast(TWO, ONE, "min_ttl 254")))
    second.wait_log(r"\(VI_1\) invalid TTL/HL from 10\.0\.0\.1\. Received 64 and expect 254 to 255")
    since = time.monotonic()
    second.configure(instance(100, unicast(TWO, ONE, "min_ttl 63 max_ttl 64")))
    second.send_signal(signal.SIGHUP)
    second.wait_log(r"\(VI_1\) master set to 10\.0\.0\.1", 5, since=since)
    # From somebody else: only when it is not asked for.
    since = time.monotonic()
    second.configure(instance(100, unicast(TWO, "10.0.0.9") + "check_unicast_src"))
    second.send_signal(signal.SIGHUP)
    second.wait_log(r"\(VI_1\) unicast source address 10\.0\.0\.1 not a unicast peer", 5, since=since)
    since = time.monotonic()
    second.configure(instance(100, unicast(TWO, "10.0.0.9")))
    second.send_signal(signal.SIGHUP)
    reloaded = second.wait_log("Reload complete", 5, since=since).time
    wire.wait(lambda frame: len(wire.adverts(source=ONE, since=reloaded)) > 6)
    assert not [line for line in second.log.lines() if line.time > reloaded and "STATE" in line.text]
    since = time.monotonic()
    second.configure(instance(100, unicast(TWO, "10.0.0.9"), glob="vrrp_check_unicast_src"))
    second.send_signal(signal.SIGHUP)
    second.wait_log(r"\(VI_1\) unicast source address 10\.0\.0\.1 not a unicast peer", 5, since=since)
    assert first.stop() == 0


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def sum_forms(advert, group="224.0.0.18"):
    """Which of the three forms of the checksum is right."""
    def pseudo(target):
        return socket.inet_aton(advert.source) + socket.inet_aton(target) + struct.pack("!BBH", 0, 112, len(advert.vrrp))
    forms = {"native": pseudo(advert.target), "bare": b"", "old": pseudo(group)}
    return [name for name, head in forms.items() if checksum(head + advert.vrrp) == 0xffff]


def test_checksum_forms(lab):
    one, two = hosts_of(lab)
    wire = lab.capture(two)
    first = lab.daemon(one, instance(150, "v3_checksum_as_v2"))
    assert sum_forms(wire.wait_advert(source=ONE)) == ["bare"]
    second = lab.daemon(two, instance(100))
    second.wait_log(r"\(VI_1\) master set to 10\.0\.0\.1")
    second.wait_log(r"\(VI_1\) the VRRPv3 checksum of 10\.0\.0\.1 leaves out the pseudo header")
    # Unicast: the old form is taken, and answered in the same form.
    since = time.monotonic()
    second.configure(instance(200, unicast(TWO, ONE)))
    second.send_signal(signal.SIGHUP)
    assert sum_forms(wire.wait_advert(source=TWO, since=since)) == ["native"]
    since = time.monotonic()
    first.configure(instance(250, unicast(ONE, TWO) + "old_unicast_checksum"))
    first.send_signal(signal.SIGHUP)
    assert sum_forms(wire.wait_advert(source=ONE, since=since, target=TWO)) == ["old"]
    second.wait_log(r"\(VI_1\) Setting unicast VRRPv3 checksum to old version", 5, since=since)
    second.wait_log(r"\(VI_1\) master set to 10\.0\.0\.1", 5, since=since)
    assert first.stop() == 0
    left = second.wait_log(r"\(VI_1\) Backup received priority 0 advertisement", 5, since=since).time
    entered = second.wait_log(r"\(VI_1\) Entering MASTER STATE", 5, since=left).time
    assert sum_forms(wire.wait_advert(source=TWO, since=entered)) == ["old"]


def test_checksum_never_old(lab):
    one, two = hosts_of(lab)
    lab.daemon(one, instance(150, unicast(ONE, TWO) + "old_unicast_checksum"))
    second = lab.daemon(two, instance(100, unicast(TWO, ONE) + "old_unicast_checksum never"))
    second.wait_log(r"\(VI_1\) Invalid VRRPv3 checksum from 10\.0\.0\.1")


def test_mtu(lab):
    """An advert holds what fits; the others are held all the same."""
    one, two = hosts_of(lab)
    wire = lab.capture(two)
    vips = tuple(f"10.1.0.{number}/32" for number in range(1, 201))
    for host in (one, two):
        host.ip("link set eth0 mtu 600")
    first = lab.daemon(one, instance(150, vips=vips))
    advert = wire.wait_advert(source=ONE)
    assert advert.count == 143 and len(advert.vrrp) == 580
    wait_until(lambda: set(vips) <= set(one.addresses()))
    wire.wait(lambda frame: len(wire.adverts(source=ONE)) > 5)
    text = r"\(VI_1\) an advert of 600 bytes, the MTU of eth0, has room for 143 of the 200 addresses"
    assert len([line for line in first.log.lines() if re.search(text, line.text)]) == 1
    second = lab.daemon(two, instance(100, vips=vips))
    second.wait_log(r"\(VI_1\) master set to 10\.0\.0\.1")
    # With more room there are more of them in it.
    for host in (one, two):
        host.ip("link set eth0 mtu 1500")
    wire.wait(lambda frame: wire.adverts(source=ONE)[-1].count == 200, 5, what="an advert with all addresses")
    assert not [line for line in second.log.lines() if "expected" in line.text]


def test_unknown_vrids(lab):
    one, two = hosts_of(lab)
    wire = lab.capture(two)
    lab.daemon(one, instance(150, vrid=99))
    text = r"Unknown VRID\(99\) received on interface\(eth0\)\. ignoring\.\.\."
    second = lab.daemon(two, instance(100))
    second.wait_log(text)
    wire.wait(lambda frame: len(wire.adverts(source=ONE)) > 10)
    assert len([line for line in second.log.lines() if re.search(text, line.text)]) == 1
    since = time.monotonic()
    second.configure(instance(100, glob="log_unknown_vrids"))
    second.send_signal(signal.SIGHUP)
    wait_until(lambda: len([line for line in second.log.lines() if line.time > since and re.search(text, line.text)]) > 3)


def receive_buffers(pid):
    """Sizes of the process's sockets of protocol 112, doubled as the kernel doubles them."""
    pidfd, found = os.pidfd_open(pid), []
    for number in filter(str.isdigit, os.listdir(f"/proc/{pid}/fd")):
        if not os.readlink(f"/proc/{pid}/fd/{number}").startswith("socket:"):
            continue
        copy = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, pidfd, int(number), 0)
        assert copy >= 0, os.strerror(ctypes.get_errno())
        with socket.socket(fileno=copy) as sock:
            if sock.getsockopt(socket.SOL_SOCKET, SO_PROTOCOL) == 112:
                found.append(sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF))
    os.close(pidfd)
    return found


def test_receive_buffers(lab):
    """The shares of all instances of a socket add up."""
    one, _ = hosts_of(lab)
    config = instance(100, "kernel_rx_buf_size 100000", glob="vrrp_rx_bufs_policy MTU\n\tvrrp_rx_bufs_multiplier 10")
    config += instance(100, name="VI_2", vrid=52, vips=("10.0.0.101/24",)).partition("}\n")[2]
    first = lab.daemon(one, config)
    first.wait_log(r"\(VI_2\) Entering MASTER STATE")
    assert receive_buffers(first.pids()["vrrp"]) == [2 * (100000 + 15000)]


def test_local_igmp_reports(lab):
    """They are off while we run, whoever crashes, and what they were before afterwards."""
    one, _ = hosts_of(lab)
    name = "net.ipv4.igmp_link_local_mcast_reports"
    one.sysctl(name, 1)
    first = lab.daemon(one, instance(150, glob="disable_local_igmp"))
    first.wait_log(r"net\.ipv4\.igmp_link_local_mcast_reports set to 0")
    assert one.sysctl(name) == "0"
    first.wait_log(r"\(VI_1\) Entering MASTER STATE")
    pid = first.pids()["vrrp"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: first.pids().get("vrrp") not in (None, pid))
    wait_until(lambda: len(first.log.lines("VRRP sockpool")) == 2)
    assert first.stop() == 0 and one.sysctl(name) == "1"
    # A reload without the word is the end of it, too.
    first.start()
    wait_until(lambda: one.sysctl(name) == "0")
    first.wait_log("Startup complete")
    first.configure(instance(150))
    first.send_signal(signal.SIGHUP)
    wait_until(lambda: one.sysctl(name) == "1")


def test_many_instances(lab):
    """Thousands of virtual routers on dozens of interfaces, with one socket for each interface, and no tuning."""
    one = lab.host("one")
    links, instances = (64, 4000) if TIMED else (8, 200)
    for link in range(links):
        one.ip(f"link add m{link} link eth0 type macvlan mode private")
        one.ip(f"address add 10.{100 + link}.0.1/24 dev m{link}")
        one.ip(f"link set m{link} up")
    config = "".join(instance(100, vips=(f"10.{100 + n % links}.1.{n // links + 1}/32",), interval=1, name=f"I{n}", vrid=n // links + 1,
                              extra="garp_master_repeat 1\n\tgarp_master_delay 0").partition("}\n")[2].replace("eth0", f"m{n % links}")
                     for n in range(instances))
    first = lab.daemon(one, config, args=("-n",))
    wait_until(lambda: sum("/32" in address for address in one.addresses()) == instances, 30, "all addresses")
    pid = first.pids()["vrrp"]
    assert len(receive_buffers(pid)) == links
    status = open(f"/proc/{pid}/status").read()
    assert not TIMED or int(re.search(r"VmRSS:\s+(\d+)", status)[1]) < 32 << 10
    assert first.stop(timeout=30) == 0
    assert not [address for address in one.addresses() if "/32" in address]
    assert len(first.log.lines("Entering MASTER STATE")) == instances
