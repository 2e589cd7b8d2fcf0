# SPDX-License-Identifier: GPL-2.0-or-later
"""What all the helpers share: waiting, namespaces, mounts. All times are time.monotonic() seconds."""
import ctypes
import os
import threading
import time

SANITIZED = os.environ.get("KA_SANITIZED") == "1"
IN_VM = os.environ.get("LAB_VM") == "1"
# Time bounds of the protocol are asserted only where the program runs at its own speed.
TIMED = not SANITIZED
# Waiting for an event that is sure to come may take longer on a slow machine; a bound that is asserted never uses this.
PATIENCE = (3 if IN_VM else 1) * (2 if SANITIZED else 1)

CLONE_FS, CLONE_NEWNS, CLONE_NEWNET = 0x200, 0x20000, 0x40000000
MS_REMOUNT, MS_BIND, MS_REC, MS_SLAVE, MNT_DETACH = 0x20, 0x1000, 0x4000, 0x80000, 2

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def setns(fd, kind):
    _check(_libc.setns(fd, kind), "setns")


def unshare(flags):
    _check(_libc.unshare(flags), "unshare")


def mount(source, target, kind=None, flags=0, data=None):
    text = [value.encode() if value is not None else None for value in (source, target, kind, data)]
    _check(_libc.mount(text[0], text[1], text[2], ctypes.c_ulong(flags), text[3]), f"mount {target}")


def umount(target):
    _check(_libc.umount2(target.encode(), MNT_DETACH), f"umount {target}")


def in_thread(function, *args, **kwargs):
    """Calls the function in a thread of its own, which may enter namespaces and take them with it, and returns its result."""
    outcome = {}

    def body():
        try:
            outcome["value"] = function(*args, **kwargs)
        except BaseException as error:  # handed to the caller
            outcome["error"] = error

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


def wait_until(predicate, timeout=5, what=None, every=0.01):
    """Polls until predicate() is true and returns its value; AssertionError when it does not come within the timeout."""
    deadline = time.monotonic() + timeout * PATIENCE
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout * PATIENCE:g} s: {what or predicate}")
        time.sleep(every)


class Events:
    """A list that a thread fills and a test waits on. Each item has a .time."""

    def __init__(self):
        self.items = []
        self._changed = threading.Condition()

    def append(self, item):
        with self._changed:
            self.items.append(item)
            self._changed.notify_all()

    def __iter__(self):
        return iter(list(self.items))

    def __len__(self):
        return len(self.items)

    def wait(self, wanted, timeout=5, since=0.0, what=None):
        """The first item for which wanted(item) holds and whose time is not before since; waits for it to come."""
        deadline = time.monotonic() + timeout * PATIENCE
        seen = 0
        with self._changed:
            while True:
                for item in self.items[seen:]:
                    if item.time >= since and wanted(item):
                        return item
                seen = len(self.items)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {timeout * PATIENCE:g} s: {what or wanted}")
                self._changed.wait(left)
