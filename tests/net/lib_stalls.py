# SPDX-License-Identifier: GPL-2.0-or-later
"""When the machine itself stood still: an emulated processor that had to wait for a real one, say.

A process of the highest priority wakes up every few milliseconds and notes when it came late. Whatever is measured meanwhile can have been
late for as long through no fault of its own; a time bound is widened by that, and by nothing else."""
import os
import signal
import struct
import time

from lib_util import TIMED

_EVERY, _NOTED = 0.01, 0.004
_RECORD = struct.Struct("dd")
_PR_SET_PDEATHSIG = 1


def _tick(pipe, parent):
    import ctypes
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    due = time.monotonic()
    while os.getppid() == parent:
        due += _EVERY
        time.sleep(max(0.0, due - time.monotonic()))
        now = time.monotonic()
        if now - due > _NOTED:
            os.write(pipe, _RECORD.pack(due, now))
            due = now


class Stalls:
    def __init__(self):
        self._spells = []
        self._pipe, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                _tick(write, parent)
            finally:
                os._exit(1)
        os.close(write)

    def close(self):
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._pipe)

    def between(self, since, until):
        """How many seconds of this time the machine stood still."""
        time.sleep(2 * _EVERY)
        try:
            while data := os.read(self._pipe, 4096 // _RECORD.size * _RECORD.size):
                self._spells += _RECORD.iter_unpack(data)
        except BlockingIOError:
            pass
        return sum(max(0.0, min(end, until) - max(begin, since)) for begin, end in self._spells)

    def check(self, what, since, moment, earliest, latest):
        """Asserts that the moment came between earliest and latest seconds after since. Sanitizer builds are not held to it."""
        taken, stood = moment - since, self.between(since + earliest, moment)
        text = f"{what} after {taken:.4f} s, allowed {earliest:.4f} to {latest:.4f} s"
        if stood:
            text += f" and {stood:.4f} s in which the machine stood still"
        print(text)
        assert not TIMED or earliest <= taken <= latest + stood, text
