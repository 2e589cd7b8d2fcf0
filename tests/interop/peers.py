# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual routers of every kind at once, a recorder of what they send, and FRR's vrrpd on a host."""
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

from lib_util import wait_until

ADDRESS = {"one": "10.0.0.1", "two": "10.0.0.2"}
ADDRESS6 = {"one": "fd00::1", "two": "fd00::2"}
OTHER = {"one": "two", "two": "one"}


class Kind:
    """A virtual router: what its instance says besides the common statements, and the addresses it stands for."""

    def __init__(self, vrid, name, version, interval, statements="", family=4, unicast=False):
        self.vrid, self.name, self.version, self.interval, self.family = vrid, name, version, interval, family
        self.statements = statements
        self.unicast = unicast
        self.addresses = [f"10.0.0.{100 + vrid}"] if family == 4 else [f"fe80::{100 + vrid}", f"fd00::{100 + vrid}"]

    def instance(self, host, priority):
        own, peer = (ADDRESS[host], ADDRESS[OTHER[host]]) if self.family == 4 else (ADDRESS6[host], ADDRESS6[OTHER[host]])
        peers = f"unicast_src_ip {own}\n\tunicast_peer {{\n\t\t{peer}\n\t}}" if self.unicast else ""
        length = 24 if self.family == 4 else 64
        addresses = "\n\t\t".join(f"{address}/{length}" for address in self.addresses)
        return f"""
vrrp_instance {self.name} {{
	interface eth0
	version {self.version}
	virtual_router_id {self.vrid}
	priority {priority}
	advert_int {self.interval}
	{self.statements}
	{peers}
	virtual_ipaddress {{
		{addresses}
	}}
}}
"""


# With whole seconds one missing advert must be enough, or the tests would take minutes; that needs no other program's consent.
V2 = "down_timer_adverts 1\n\t"
PASS = V2 + "authentication {\n\t\tauth_type PASS\n\t\tauth_pass 12345678\n\t}"
AH = V2 + "authentication {\n\t\tauth_type AH\n\t\tauth_pass 12345678\n\t}"
KINDS = [
    Kind(1, "v2_pass", 2, 1, PASS),
    Kind(2, "v2_ah", 2, 1, AH),
    Kind(3, "v2_unicast", 2, 1, V2, unicast=True),
    Kind(4, "v2_ah_unicast", 2, 1, AH, unicast=True),
    Kind(5, "v3", 3, 0.3),
    Kind(6, "v3_unicast", 3, 0.3, unicast=True),
    Kind(7, "v3_six", 3, 0.3, family=6),
    Kind(8, "v3_six_unicast", 3, 0.3, family=6, unicast=True),
]


def configuration(host, priority, kinds):
    return "".join(kind.instance(host, priority) for kind in kinds)


def where(kinds, *hosts):
    """Which hosts have the addresses of each kind: {"v3": ["one"], …}."""
    found = {host.host: {address.split("/")[0] for address in host.addresses()} for host in hosts}
    return {kind.name: [name for name, there in found.items() if there.issuperset(kind.addresses)] for kind in kinds}


def wait_all_at(kinds, name, *hosts, timeout=10):
    wanted = {kind.name: [name] for kind in kinds}
    wait_until(lambda: where(kinds, *hosts) == wanted, timeout, f"all addresses at {name} alone (now {where(kinds, *hosts)})")


class Tcpdump:
    """Records an interface, and reads the record with tcpdump's own decoder."""

    def __init__(self, host, file, expression):
        self.file = file
        with host.inside():
            self.process = subprocess.Popen(["tcpdump", "-i", "eth0", "-U", "-w", str(file), "-Z", "root", expression],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = self.process.stderr.readline()
        assert "listening" in said, said

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(5)
        self.process.stderr.close()

    def packets(self):
        """One text for each packet, with all that tcpdump finds."""
        self.close()
        done = subprocess.run(["tcpdump", "-vv", "-n", "-t", "-r", str(self.file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0, done.stderr
        return [re.sub(r"\s+", " ", text) for text in re.split(r"\n(?=\S)", done.stdout.strip())]


FAULTS = re.compile(r"\bbad\b|wrong|invalid|truncated|\[\||incorrect|unknown", re.IGNORECASE)


class Frr:
    """zebra and vrrpd on a host, in folders of their own. The macvlan interfaces that vrrpd wants are made here."""

    def __init__(self, host):
        self.host = host
        # FRR runs as its own user, who cannot look into the folders of a test.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="frr-"))
        shutil.chown(self.folder, "frr", "frr")
        self.processes = {}

    def add_macvlan(self, name, vrid, family, *addresses):
        mac = f"00:00:5e:00:0{1 if family == 4 else 2}:{vrid:02x}"
        self.host.ip(f"link add {name} link eth0 type macvlan mode bridge")
        self.host.ip(f"link set {name} addrgenmode {'none' if family == 4 else 'random'}")
        self.host.ip(f"link set {name} address {mac}")
        for address in addresses:
            self.host.ip(f"address add {address} dev {name}")
        self.host.ip(f"link set {name} up")

    def start(self, config):
        for name, text in (("zebra", ""), ("vrrpd", config)):
            if name in self.processes:
                continue
            file = self.folder / f"{name}.conf"
            file.write_text(text)
            shutil.chown(file, "frr", "frr")
            command = [f"/usr/lib/frr/{name}", "-f", str(self.folder / f"{name}.conf"), "-i", str(self.folder / f"{name}.pid"),
                       "-z", str(self.folder / "zserv"), "--vty_socket", str(self.folder), "-A", "127.0.0.1", "-P", "0",
                       "--log", f"file:{self.folder}/{name}.log", "--log-level", "debug"]
            with self.host.inside(), open(self.folder / f"{name}.output", "ab") as output:
                self.processes[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
            wait_until(lambda: (self.folder / f"{name}.vty").exists(), 5, f"{name} of FRR")
        return self

    def show(self):
        return self.host.run(["vtysh", "--vty_socket", str(self.folder), "-d", "vrrpd", "-c", "show vrrp"]).stdout

    def states(self):
        """{(vrid, 4 or 6): "Master"}"""
        found, vrid = {}, None
        for line in self.show().splitlines():
            words = line.split()
            if "Virtual Router ID" in line:
                vrid = int(words[-1])
            elif line.strip().startswith("Status ("):
                found[vrid, 4 if "v4" in words[1] else 6] = words[-1]
        return found

    def kill(self, name="vrrpd", number=signal.SIGKILL):
        process = self.processes.pop(name)
        process.send_signal(number)
        process.wait(10)
        (self.folder / f"{name}.vty").unlink(missing_ok=True)

    def close(self):
        for name in list(self.processes):
            self.kill(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def report(self):
        return "\n".join(f"--- FRR {file.name}\n{file.read_text(errors='replace')[-4000:]}"
                         for file in sorted(self.folder.glob("*.log")) + sorted(self.folder.glob("*.output")))
