# SPDX-License-Identifier: GPL-2.0-or-later
#
# scribe.py SCRIBE-RUN - called by scribe.sh. Each part runs scribe_run.c anew, with a folder, a file and a socket of its
# own, and has it do what its commands say.

import concurrent.futures
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

PROGRAM = sys.argv[1]
HEADER = re.compile(r"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|-) ([!-~]{1,255}) relaywall (\d{1,10}) ([!-~]{1,32}) - ([ -~]*)")
results = threading.local()	# of the part that this thread runs


def check(name, good, got=""):
    results.passed += bool(good)
    results.failed += not good
    results.lines.append("ok   " + name if good else f"FAIL {name}: {got!s:.600}")


def until(condition, seconds=5):
    """Wait for it; whether it came. PATIENCE is that of tests/wait.sh."""
    end = time.monotonic() + seconds * int(os.environ.get("PATIENCE", "1"))
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


class Syslogd:
    """A socket as a syslogd has it, and what came."""

    def __init__(self, path, reads=True):
        self.path = path
        self.messages = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(0.05)
        self.socket.bind(path)
        self.ends = False
        self.thread = threading.Thread(target=self.read, daemon=True)
        if reads:
            self.thread.start()

    def read(self):
        while not self.ends:
            try:
                self.messages.append(self.socket.recv(1 << 17))
            except TimeoutError:
                pass

    def close(self):
        self.ends = True
        if self.thread.is_alive():
            self.thread.join()
        self.socket.close()
        os.unlink(self.path)

    def matches(self):
        return [HEADER.fullmatch(m.decode("latin-1")) for m in self.messages]

    def numbers(self):
        return [int(json.loads(m[6])["text"]) for m in self.matches()]


class Run:
    """The program, with a folder that is gone when it ends."""

    def __init__(self, file=True, syslog=False, required=False):
        self.base = tempfile.mkdtemp()
        self.folder = os.path.join(self.base, "log")
        os.mkdir(self.folder)
        self.file = os.path.join(self.folder, "journal")
        self.socket = os.path.join(self.base, "socket")
        self.words = ["none" if not file else self.file, self.socket if syslog else "none", "yes" if required else "no"]
        self.errors = open(os.path.join(self.base, "errors"), "w+")
        self.program = None

    def __enter__(self):
        return self

    def begin(self):
        self.program = subprocess.Popen([PROGRAM] + self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        line = self.program.stdout.readline()
        self.scribe = int(line) if line else 0
        return self

    def __exit__(self, *_):
        if self.program is not None:
            self.program.stdin.close()
            self.program.stdout.close()
            self.program.wait()
            until(lambda: not alive(self.scribe), 3)
        self.errors.close()
        while os.path.ismount(self.folder):
            subprocess.run(["umount", "-l", self.folder], check=True)
        shutil.rmtree(self.base)

    def send(self, command):
        self.program.stdin.write(command + "\n")
        self.program.stdin.flush()

    def say(self, command):
        self.send(command)
        return self.program.stdout.readline().rstrip("\n")

    def put(self, n):
        """Put n lines; how many there were in all."""
        return int(self.say(f"put {n}"))

    def another(self):
        """Wait for the one that takes the place of who was killed."""
        old = self.scribe
        until(lambda: self.count("scribe") not in (0, old))
        self.scribe = self.count("scribe")

    def count(self, name):
        return int(dict(word.split("=") for word in self.say("counters").split())[name])

    def told(self, words=""):
        """Lines with these words. That a ring was full for a moment is said when put() is faster than the scribe: asked for or not here."""
        self.errors.seek(0)
        return [line for line in self.errors.read().splitlines() if words in line and (words or "the scribe is behind" not in line)]

    def reopen(self):
        self.program.send_signal(signal.SIGUSR1)

    def full_disk(self):
        """Make the folder a disk that is nearly full; what fills it can be removed."""
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", self.folder], check=True)
        with open(os.path.join(self.folder, "filler"), "wb") as f:
            f.write(b"x" * ((4 << 20) - (64 << 10)))

    def free_disk(self):
        os.unlink(os.path.join(self.folder, "filler"))


def status(pid, name):
    with open(f"/proc/{pid}/status") as f:
        return next(line.split()[1] for line in f if line.startswith(name + ":"))


def opener_of(scribe):
    """The process that opens what this scribe writes to, as soon as it is there; or None."""
    found = []

    def find():
        with open(f"/proc/{scribe}/task/{scribe}/children") as f:
            found[:] = [int(pid) for pid in f.read().split() if status(pid, "Name") == "relaywall-open"]
        return found
    return found[0] if until(find) else None


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().split(")")[-1].split()[0] != "Z"
    except OSError:
        return False


def lines_of(*paths):
    """Numbers of the lines in these files, and what is no line."""
    numbers, rest = [], []
    for path in paths:
        with open(path, "rb") as f:
            for line in f.read().splitlines(keepends=True):
                try:
                    o = json.loads(line)
                    assert line.endswith(b"\n") and o["v"] == 1 and o["event"] == "service", line
                    numbers.append(int(o["text"]))
                except ValueError:
                    rest.append(line)
    return numbers, rest


def both_outputs():
    with Run(syslog=True) as r:
        d = Syslogd(r.socket)
        r.begin()
        n = r.put(5000)
        check("all lines are in the file", until(lambda: r.count("scribe_written") == n) and sorted(lines_of(r.file)[0]) == list(range(n)))
        check("... in the order of each writer", [x for x in lines_of(r.file)[0] if x % 2] == list(range(1, n, 2)))
        check("... and at syslog", until(lambda: len(d.messages) == n) and sorted(d.numbers()) == list(range(n)), len(d.messages))
        check("... which has counted them", r.count("scribe_syslog_sent") == n)
        with open(r.file) as f:
            check("each message is its line behind a header of RFC 5424", sorted(m[6] for m in d.matches()) == sorted(f.read().splitlines()))
        check("... with facility mail, the severity of what happened, the keeper's pid and the event", {(m[1], m[4], m[5], json.loads(m[6])["what"]) for m in d.matches()} ==
              {("20", str(r.program.pid), "service", "worker-died"), ("22", str(r.program.pid), "service", "start")})
        check("... and the time of the line", all(m[2] == json.loads(m[6])["time"] for m in d.matches()))
        check("the file is for its owner and group", os.stat(r.file).st_mode & 0o777 & ~0o640 == 0)
        beats = r.count("beats")
        check("the scribe's heart beats", until(lambda: r.count("beats") >= beats + 3, 2))
        check("nothing was to be told", r.told() == [], r.told())
        d.close()


def rotation():
    with Run() as r:
        r.begin()
        files = []
        r.send("put 60000")
        for i in range(6):
            files.append(f"{r.file}.{i}")
            os.rename(r.file, files[-1])
            r.reopen()
            if not until(lambda: os.path.exists(r.file)):
                break
            time.sleep(0.02)
        n = int(r.program.stdout.readline())
        until(lambda: r.count("scribe_written") == n)
        numbers, rest = lines_of(*files, r.file)
        check("rotation loses no line and doubles none", sorted(numbers) == list(range(n)) and rest == [], (len(numbers), rest))
        check("... and every file has some", sum(os.path.getsize(f) > 0 for f in files) >= 3, [os.path.getsize(f) for f in files])
        os.rename(r.folder, r.folder + ".old")
        r.reopen()
        check("a reopening that fails is told", until(lambda: len(r.told("No such file or directory; what was open stays in use")) == 1), r.told())
        m = r.put(10)
        check("... and the old file stays in use", until(lambda: m - 1 in lines_of(os.path.join(r.folder + ".old", "journal"))[0]))
        os.rename(r.folder + ".old", r.folder)


def full_disk():
    with Run(syslog=True) as r:
        r.full_disk()
        d = Syslogd(r.socket)
        r.begin()
        for _ in range(10):		# no faster than this syslogd reads
            n = r.put(2000)
            until(lambda: len(d.messages) == n)
        check("a full disk drops the oldest of what waits", until(lambda: r.count("scribe_dropped") > 0) and 0 < r.count("scribe_written") < n)
        check("... while syslog gets all", until(lambda: len(d.messages) == n), len(d.messages))
        check("... no mail is refused for it", r.count("failing") == 0 and r.count("unrecorded") == 0)
        time.sleep(1.1)
        r.free_disk()
        check("... and what still waited is written when there is room", until(lambda: r.count("scribe_written") + r.count("scribe_dropped") == n))
        numbers, rest = lines_of(r.file)
        check("... which are the last ones", numbers[-1] >= n - 2 and len(numbers) == r.count("scribe_written"), (len(numbers), r.count("scribe_written")))
        check("... and at most one half line", len(rest) <= 1, rest)
        check("it was told once", len(r.told("No space left")) == 1, r.told())
        check("... and that it is over", until(lambda: len(r.told("works again")) == 1), r.told())
        d.close()


def required():
    with Run(required=True) as r:
        r.full_disk()
        r.begin()
        found = int(r.say("try 30000").split()[1])
        check("a full disk with journal-required: mail is to be refused", until(lambda: r.count("failing") == 1) and r.count("unrecorded") == 1)
        time.sleep(1.2)
        check("... also at the next attempt", r.count("failing") == 1 and r.count("unrecorded") == 1)
        check("... nothing is dropped", r.count("scribe_dropped") == 0)
        r.free_disk()
        check("... all that found room is written in the end", until(lambda: r.count("scribe_written") == found), (found, r.count("scribe_written")))
        check("... and mail flows again", until(lambda: r.count("failing") == 0 and r.count("unrecorded") == 0))
        numbers, rest = lines_of(r.file)
        check("... without a gap", sorted(numbers) == list(range(found)) and len(rest) <= 1, rest)
    with Run(file=False, syslog=True, required=True) as r:
        r.begin()
        r.put(1)
        check("syslog alone, required and not there: mail is to be refused", until(lambda: r.count("failing") == 1))
        d = Syslogd(r.socket)
        check("... until it is there", until(lambda: r.count("failing") == 0) and until(lambda: d.numbers() == [0]))
        d.close()


def lost_folder():
    with Run() as r:
        r.begin()
        first = r.put(10)
        until(lambda: r.count("scribe_written") == first)
        shutil.rmtree(r.folder)
        n = r.put(100)
        check("a folder that is gone is told once", until(lambda: len(r.told()) == 1 and "No such file" in r.told()[0]), r.told())
        time.sleep(1.2)
        os.mkdir(r.folder)
        check("... and when it is back, what waited is written", until(lambda: os.path.exists(r.file) and sorted(lines_of(r.file)[0]) == list(range(10, n))))
        check("... but was told no second time", len(r.told("No such file")) == 1, r.told())


def fifo():
    with Run() as r:
        os.mkfifo(r.file)
        r.begin()
        check("a FIFO without a reader: the start fails", r.program.wait(5) == 1 and len(r.told("No such device or address")) == 1, r.told())
    with Run() as r:
        os.mkfifo(r.file)
        reader = os.open(r.file, os.O_RDONLY | os.O_NONBLOCK)
        r.begin()
        r.put(10)
        until(lambda: r.count("scribe_written") == 10)
        check("a FIFO with a reader is written to", len(os.read(reader, 1 << 16).splitlines()) == 10)
        n = r.put(3000)
        check("... as far as it has room", until(lambda: len(r.told("Resource temporarily unavailable")) == 1), r.told())
        got = b""
        while got.count(b"\n") < n - 10:
            try:
                got += os.read(reader, 4096)
            except BlockingIOError:
                time.sleep(0.005)
        check("... and later the rest, in whole lines", sorted(int(json.loads(line)["text"]) for line in got.splitlines()) == list(range(10, n)))
        until(lambda: r.told("works again"))
        os.close(reader)
        m = r.put(10)
        check("its reader goes", until(lambda: len(r.told("Broken pipe") + r.told("No such device")) == 1), r.told())
        reader = os.open(r.file, os.O_RDONLY | os.O_NONBLOCK)
        check("... and comes again", until(lambda: r.count("scribe_written") == m) and len(os.read(reader, 1 << 16).splitlines()) == 10)
        os.close(reader)


def stuck_syslog():
    with Run(syslog=True) as r:
        d = Syslogd(r.socket, reads=False)
        r.begin()
        n = r.put(20000)
        check("a syslogd that does not read keeps nothing from the file", until(lambda: r.count("scribe_written") == n) and r.count("scribe_dropped") == 0)
        check("... loses lines", until(lambda: r.count("scribe_syslog_dropped") > 0))
        check("... which is told once", until(lambda: len(r.told("Resource temporarily unavailable")) == 1) and len(r.told()) == 1, r.told())
        d.thread.start()
        check("... and when it reads, it gets the last ones", until(lambda: len(d.messages) + r.count("scribe_syslog_dropped") == n))
        check("... in whole messages", max(d.numbers()) == n - 1 and len(d.messages) == r.count("scribe_syslog_sent"))
        d.close()


def restarted_syslog():
    with Run(syslog=True) as r:
        r.begin()
        n = r.put(10)
        check("a syslogd that is not there is told once", until(lambda: len(r.told()) == 1 and "syslog" in r.told()[0]), r.told())
        check("... and the file goes on", until(lambda: r.count("scribe_written") == n))
        d = Syslogd(r.socket)
        check("... it is found when it comes", until(lambda: sorted(d.numbers()) == list(range(n))))
        d.close()
        m = r.put(100)
        time.sleep(0.1)
        d = Syslogd(r.socket)
        check("... found again after a restart, and gets what it missed", until(lambda: sorted(d.numbers()) == list(range(n, m))), len(d.messages))
        check("... nothing was lost", r.count("scribe_syslog_dropped") == 0 and r.count("scribe_syslog_sent") == m)
        d.close()


def stopped_scribe():
    with Run(required=True) as r:
        r.begin()
        os.kill(r.scribe, signal.SIGSTOP)
        ms, found = map(int, r.say("try 30000").split())
        check("a scribe that is stopped keeps no writer waiting", 0 < found < 30000 and ms < 3000, (ms, found))
        check("... and the writers know that lines are lost", r.count("unrecorded") == 1 and len(r.told("the scribe is behind")) >= 1)
        os.kill(r.scribe, signal.SIGCONT)
        check("... until it goes on", until(lambda: r.count("unrecorded") == 0 and r.count("scribe_written") == found))
        check("... what had found room is there", sorted(lines_of(r.file)[0]) == list(range(found)))
        n = r.put(1000)
        os.kill(r.scribe, signal.SIGSTOP)
        n = r.put(500)
        check("one that stays so is killed", until(lambda: len(r.told("the scribe hangs: it is killed")) == 1, 8), r.told())
        r.another()
        check("... and the next one writes what waited", until(lambda: set(lines_of(r.file)[0]) == set(range(n))), n - len(set(lines_of(r.file)[0])))


def killed_scribe():
    with Run() as r:
        r.begin()
        kills = 6
        n = 0
        for _ in range(kills):
            n = r.put(4000)
            os.kill(r.scribe, signal.SIGKILL)
            n = r.put(500)
            r.another()
        until(lambda: n - 1 in lines_of(r.file)[0] and n - 2 in lines_of(r.file)[0])
        numbers, rest = lines_of(r.file)
        check("a scribe that is killed loses no line", set(numbers) == set(range(n)), n - len(set(numbers)))
        check("... and leaves at most a half one", len(rest) <= kills, rest)
    with Run() as r:
        with open(r.file, "w") as f:
            f.write('{"v":1,"half')
        r.begin()
        n = r.put(10)
        until(lambda: r.count("scribe_written") == n)
        numbers, rest = lines_of(r.file)
        check("a half line that was there is ended first", sorted(numbers) == list(range(n)) and rest == [b'{"v":1,"half\n'], (numbers, rest))


def opener():
    with Run(syslog=True) as r:
        d = Syslogd(r.socket)
        r.begin()
        first = opener_of(r.scribe)
        check("what reads the rings has no right", [status(r.scribe, name) for name in ("Uid", "CapPrm", "CapBnd", "NoNewPrivs", "Seccomp")] ==
              ["65534", "0" * 16, "0" * 16, "1", "2"] and os.readlink(f"/proc/{r.scribe}/root") == "/run/relaywall/empty")
        check("... what opens files for it has no descriptor but 0, 1, 2 and an end of a wire", len(os.listdir(f"/proc/{first}/fd")) == 4)
        r.put(1000)
        os.kill(first, signal.SIGKILL)
        r.another()
        check("if that is killed, it is told, and both are started anew", len(r.told("the process that opens its files has ended")) == 1 and opener_of(r.scribe) not in (None, first))
        n = r.put(1000)
        check("... without a line lost", until(lambda: set(lines_of(r.file)[0]) == set(range(n))), n - len(set(lines_of(r.file)[0])))
        first, scribe = opener_of(r.scribe), r.scribe
        os.kill(scribe, signal.SIGKILL)
        check("it ends with its scribe", until(lambda: not alive(first), 2))
        r.another()
        first = opener_of(r.scribe)
        os.kill(first, signal.SIGSTOP)
        os.rename(r.file, r.file + ".0")
        r.reopen()
        check("an opening that hangs hangs the scribe alone, which is killed", until(lambda: len(r.told("the scribe hangs: it is killed")) == 1, 8), r.told())
        r.another()
        m = r.put(10)
        check("... and the next one has the new file", until(lambda: os.path.exists(r.file) and m - 1 in lines_of(r.file)[0]))
        os.kill(first, signal.SIGKILL)
        d.close()
    with Run(syslog=True) as r:
        r.begin()
        n = r.put(10)
        until(lambda: r.told("syslog"))
        d = Syslogd(r.socket)
        r.program.kill()
        check("a scribe whose keeper is killed still finds a syslogd that comes", until(lambda: len(d.messages) == n), len(d.messages))
        d.close()


def ends():
    with Run(syslog=True) as r:
        d = Syslogd(r.socket)
        r.begin()
        n = r.put(3000)
        ms = int(r.say("end"))
        check("at the end all is written, and soon", sorted(lines_of(r.file)[0]) == list(range(n)) and until(lambda: len(d.messages) == n) and ms < 1000, ms)
        d.close()
    with Run() as r:
        r.begin()
        until(lambda: r.count("beats") > 0)
        os.kill(r.scribe, signal.SIGTERM)
        os.kill(r.scribe, signal.SIGUSR1)
        n = r.put(3000)
        r.program.kill()
        check("a scribe whose keeper is killed writes what is there and ends", until(lambda: not alive(r.scribe), 3) and sorted(lines_of(r.file)[0]) == list(range(n)))
    with Run() as r:
        r.begin()
        os.kill(r.scribe, signal.SIGSTOP)
        check("one that hangs is not waited for", 1500 < int(r.say("end")) < 4000 and until(lambda: not alive(r.scribe)))


def hostile_writer():
    with Run(syslog=True) as r:
        d = Syslogd(r.socket)
        r.begin()
        evil = bytes(range(256)) + b"\x1b[2J<0>1 - - x - - -\n\n" + "\u2028é".encode() + b"\n" + b"no end"
        check("octets of a spoilt writer are taken", r.say("raw " + evil.hex()) == "0")
        n = 0
        until(lambda: r.count("scribe_written") == 5)
        with open(r.file, "rb") as f:
            text = f.read()
        check("... and written as printable ASCII in whole lines", re.fullmatch(rb"([ -~]*\n){5}", text) is not None, text)
        check("... each a message of its own with a good header", until(lambda: len(d.messages) == 5) and all(d.matches()), d.messages)
        check("... that says nothing of them", {(m[1], m[2], m[5]) for m in d.matches()} == {("22", "-", "-")})
        for words in (1 << 40, (1 << 64) - 1, 1 << 20):
            r.say(f"spoil {words}")
            before = r.count("scribe_written")
            n = r.put(200)
            check(f"words of a ring that cannot be ({words}) stop no scribe",
                  until(lambda: set(range(n - 200, n - 1, 2)) <= {int(x) for x in re.findall(rb'"text":"(\d+)"', open(r.file, "rb").read())}), r.count("scribe_written") - before)
        n = r.put(10)
        check("... and its ring can be used again", until(lambda: b'"text":"%d"' % (n - 1) in open(r.file, "rb").read() and b'"text":"%d"' % (n - 2) in open(r.file, "rb").read()))
        check("... the scribe is the same", r.count("scribe") == r.scribe)
        d.close()


def no_output():
    with Run(file=False) as r:
        r.begin()
        n = r.put(30000)
        check("without outputs the rings are emptied", n == 30000 and r.count("unrecorded") == 0 and r.told() == [])


def run(part):
    results.passed = results.failed = 0
    results.lines = []
    try:
        part()
    except Exception:
        check(part.__name__, False, traceback.format_exc())
    print("\n".join(results.lines), flush=True)
    return results.passed, results.failed


# Most of the time is waiting for what is tried again every second.
parts = (both_outputs, rotation, full_disk, required, lost_folder, fifo, stuck_syslog, restarted_syslog, stopped_scribe, killed_scribe, opener,
         ends, hostile_writer, no_output)
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    passed, failed = map(sum, zip(*pool.map(run, parts)))
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
