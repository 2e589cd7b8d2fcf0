# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts: network namespaces, each with eth0 and more on request, joined by bridges in a namespace of their own."""
import contextlib
import ipaddress
import itertools
import os
import shlex
import socket
import subprocess

from pyroute2 import IPRoute

from lib_util import CLONE_NEWNET, MS_BIND, in_thread, mount, setns, umount, unshare, wait_until

_serial = itertools.count(1)


class Namespace:
    """A network namespace known by name in /run/netns. `with namespace.inside():`
    puts the calling thread, and what it starts, inside."""

    def __init__(self, name):
        self.name = name
        self.path = f"/run/netns/{name}"
        os.makedirs("/run/netns", exist_ok=True)
        open(self.path, "x").close()
        in_thread(self._create)
        self.fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        self._ipr = None
        self.sysctl("net.ipv6.conf.default.accept_dad", 0)
        self.link_set("lo", state="up")

    def _create(self):
        unshare(CLONE_NEWNET)
        mount("/proc/thread-self/ns/net", self.path, flags=MS_BIND)

    @contextlib.contextmanager
    def inside(self):
        outer = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            setns(self.fd, CLONE_NEWNET)
            try:
                yield self
            finally:
                setns(outer, CLONE_NEWNET)
        finally:
            os.close(outer)

    @property
    def ipr(self):
        """pyroute2's IPRoute of this namespace, for the test's own thread."""
        if self._ipr is None:
            with self.inside():
                self._ipr = IPRoute()
        return self._ipr

    def close(self):
        if self._ipr is not None:
            self._ipr.close()
        os.close(self.fd)
        umount(self.path)
        os.unlink(self.path)

    def run(self, command, check=True, timeout=60, **kwargs):
        """Runs a command (a list, or a string split like a shell's) inside; returns CompletedProcess with text output."""
        if isinstance(command, str):
            command = shlex.split(command)
        with self.inside():
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True, timeout=timeout, **kwargs)
        if check and done.returncode != 0:
            raise AssertionError(f"{self.name}: {command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def ip(self, arguments):
        """The output of `ip ARGUMENTS` inside."""
        return self.run(["ip", *shlex.split(arguments)]).stdout

    def sysctl(self, name, value=None):
        """Sets a net.* value, or reads it. Dots separate: interfaces with dots in their names need a path with slashes."""
        path = "/proc/sys/" + (name if "/" in name else name.replace(".", "/"))
        with self.inside():
            if value is None:
                with open(path) as file:
                    return file.read().strip()
            with open(path, "w") as file:
                file.write(f"{value}\n")
        return str(value)

    def index(self, ifname):
        found = self.ipr.link_lookup(ifname=ifname)
        assert found, f"{self.name}: no interface {ifname}"
        return found[0]

    def link_set(self, ifname, **attributes):
        self.ipr.link("set", index=self.index(ifname), **attributes)

    def addresses(self, ifname=None):
        """All addresses, as "10.0.0.1/24", of one interface or of all but lo."""
        index = self.index(ifname) if ifname else None
        return [f"{message.get_attr('IFA_LOCAL') or message.get_attr('IFA_ADDRESS')}/{message['prefixlen']}"
                for message in self.ipr.get_addr()
                if message["index"] == index or (index is None and message["index"] != 1)]

    def has_address(self, address, ifname=None):
        """Whether the address (with or without a prefix length) is there."""
        return any(address in (found, found.split("/")[0]) for found in self.addresses(ifname))

    def add_address(self, address, ifname="eth0"):
        interface = ipaddress.ip_interface(address)
        network = interface.network
        broadcast = {}
        if network.version == 4 and network.prefixlen < 31:
            broadcast["broadcast"] = str(network.broadcast_address)
        self._change_address("add", interface, ifname, **broadcast)

    def del_address(self, address, ifname="eth0"):
        self._change_address("del", ipaddress.ip_interface(address), ifname)

    def _change_address(self, command, interface, ifname, **attributes):
        self.ipr.addr(command, index=self.index(ifname), address=str(interface.ip), prefixlen=interface.network.prefixlen,
                      family=socket.AF_INET if interface.version == 4 else socket.AF_INET6, **attributes)


class Host(Namespace):
    """A machine of the test. Its cable can be pulled (unplug: it loses the carrier) and its link set down."""

    def __init__(self, name, network):
        super().__init__(f"{network.prefix}-{name}")
        self.host = name
        self.network = network
        self._ports = {}

    def add_interface(self, ifname, *addresses, switch="lan"):
        """Another interface, on the switch of that name (made when it is new)."""
        port = self.network.new_port(switch)
        with IPRoute() as ipr:
            ipr.link("add", ifname=ifname, kind="veth", net_ns_fd=self.name,
                     peer={"ifname": port, "net_ns_fd": self.network.name})
        self._ports[ifname] = port
        self.network.plug_port(port, switch)
        self.link_set(ifname, state="up")
        for address in addresses:
            self.add_address(address, ifname)
        wait_until(lambda: self.has_carrier(ifname), what=f"carrier on {ifname} of {self.host}")

    def has_carrier(self, ifname="eth0"):
        return self.ipr.get_links(self.index(ifname))[0].get_attr("IFLA_OPERSTATE") == "UP"

    def link_down(self, ifname="eth0"):
        self.link_set(ifname, state="down")

    def link_up(self, ifname="eth0"):
        self.link_set(ifname, state="up")

    def unplug(self, ifname="eth0"):
        self.network.link_set(self._ports[ifname], state="down")

    def plug(self, ifname="eth0"):
        self.network.link_set(self._ports[ifname], state="up")


class Network(Namespace):
    """The namespace with the switches. Multicast is flooded, as by a switch without snooping."""

    def __init__(self):
        self.prefix = f"ka{os.getpid()}-{next(_serial)}"
        super().__init__(f"{self.prefix}-switch")
        self._ports = itertools.count(1)
        self._bridges = {}

    def new_port(self, switch):
        if switch not in self._bridges:
            self.ipr.link("add", ifname=switch, kind="bridge", br_stp_state=0, br_forward_delay=0, br_mcast_snooping=0)
            self.link_set(switch, state="up")
            self._bridges[switch] = self.index(switch)
        return f"port{next(self._ports)}"

    def plug_port(self, port, switch):
        self.link_set(port, master=self._bridges[switch])
        self.link_set(port, state="up")
