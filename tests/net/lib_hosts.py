# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts: network namespaces, each with eth0 and more on request, joined by bridges in a namespace of their own."""
import contextlib
import ipaddress
import itertools
import os
import shlex
import socket
import subprocess

from lib_netlink import RTM_DELADDR, RTM_NEWADDR, Netlink
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
        with self.inside():
            self.netlink = Netlink()
        self._ipr = None
        self.sysctl("net.ipv6.conf.default.accept_dad", 0)
        self.link_set("lo", up=True)

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
            from pyroute2 import IPRoute  # slow to load, so only where it is wanted
            with self.inside():
                self._ipr = IPRoute()
        return self._ipr

    def close(self):
        if self._ipr is not None:
            self._ipr.close()
        self.netlink.close()
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
        with self.inside():
            return socket.if_nametoindex(ifname)

    def link_set(self, ifname, up=None, master=None):
        self.netlink.set_link(self.index(ifname), up, master)

    def addresses(self, ifname=None):
        """All addresses, as "10.0.0.1/24", of one interface or of all but lo."""
        index = self.index(ifname) if ifname else None
        return [found.text for found in self.netlink.addresses()
                if found.index == index or (index is None and found.index != 1)]

    def has_address(self, address, ifname=None):
        """Whether the address (with or without a prefix length) is there."""
        return any(address in (found, found.split("/")[0]) for found in self.addresses(ifname))

    def add_address(self, address, ifname="eth0"):
        self.netlink.change_address(RTM_NEWADDR, self.index(ifname), ipaddress.ip_interface(address))

    def del_address(self, address, ifname="eth0"):
        self.netlink.change_address(RTM_DELADDR, self.index(ifname), ipaddress.ip_interface(address))


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
        self.netlink.add_veth(ifname, port, self.network.fd)
        self._ports[ifname] = port
        self.network.plug_port(port, switch)
        self.link_set(ifname, up=True)
        for address in addresses:
            self.add_address(address, ifname)
        wait_until(lambda: self.has_carrier(ifname), what=f"carrier on {ifname} of {self.host}")

    def has_carrier(self, ifname="eth0"):
        return self.netlink.operational(self.index(ifname))

    def link_down(self, ifname="eth0"):
        self.link_set(ifname, up=False)

    def link_up(self, ifname="eth0"):
        self.link_set(ifname, up=True)

    def unplug(self, ifname="eth0"):
        self.network.link_set(self._ports[ifname], up=False)

    def plug(self, ifname="eth0"):
        self.network.link_set(self._ports[ifname], up=True)


class Network(Namespace):
    """The namespace with the switches. Multicast is flooded, as by a switch without snooping."""

    def __init__(self):
        self.prefix = f"ka{os.getpid()}-{next(_serial)}"
        super().__init__(f"{self.prefix}-switch")
        self._ports = itertools.count(1)
        self._bridges = {}

    def new_port(self, switch):
        if switch not in self._bridges:
            self.netlink.add_bridge(switch)
            self.link_set(switch, up=True)
            self._bridges[switch] = self.index(switch)
        return f"port{next(self._ports)}"

    def plug_port(self, port, switch):
        self.link_set(port, master=self._bridges[switch])
        self.link_set(port, up=True)
