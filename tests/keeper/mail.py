# SPDX-License-Identifier: GPL-2.0-or-later
"""Mail through a box, and what became of it.

    mail.py host FILE ADDRESS...        a mail host; the first line of each message that it took is appended to FILE, and each
                                        recipient at VICTIM that was named to it, with the address and port of its client;
                                        "ready" when it can
    mail.py load FILE THREADS FROM TO [FROM TO]
                                        mail after mail, until standard input ends or 20,000 were sent; the first line of
                                        each that was taken goes to FILE. At the end one line of numbers, see Load.
    mail.py one PORT FROM TO            one mail from this port: "PORT delivered", or what was said instead
    mail.py hold FROM TO                a session that says a NOOP for each line of its input, and "mail" for "mail": what
                                        is answered, a line each, and "end"
"""

import itertools
import socket
import sys
import threading
import time

MOST = 20000
VICTIM = "victim.example"


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Host:
    """Relays for everybody, and takes everything that ends in CRLF.CRLF."""

    def __init__(self, file):
        self.file = open(file, "a", encoding="ascii")
        self.lock = threading.Lock()

    def take(self, first, peer):
        with self.lock:
            print(first, peer[0], peer[1], file=self.file, flush=True)

    def say(self, s, line):
        s.sendall(line)

    def answer(self, s, peer):
        try:
            with s, s.makefile("rb") as lines:
                self.say(s, b"220 mail.local.example\r\n")
                for line in lines:
                    verb = line[:4].upper()
                    if verb == b"RCPT" and VICTIM.encode() in line:
                        self.take("X-Relayed: " + line.decode("ascii", "replace").split()[-1], peer)
                    self.say(s, {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n"))
                    if verb == b"DATA":
                        text = list(iter(lines.readline, b".\r\n"))
                        if b"" in text:
                            return
                        self.take(text[0].decode().strip(), peer)
                        self.say(s, b"250 taken\r\n")
        except (OSError, MemoryError):
            pass

    def serve(self, address):
        listener = socket.create_server((address, 25), family=family(address), backlog=1000)
        while True:
            s, peer = listener.accept()
            threading.Thread(target=self.answer, args=(s, peer), daemon=True).start()


class Refused(Exception):
    """The box said something else."""


class Client:
    def __init__(self, source, address, port=0, timeout=30):
        s = socket.socket(family(address))
        s.settimeout(timeout)
        if port:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((source, port))
        s.connect((address, 25))
        self.s, self.lines = s, s.makefile("rb")

    def reply(self):
        line = self.lines.readline()
        while line[3:4] == b"-":
            line = self.lines.readline()
        if line == b"":
            raise ConnectionResetError
        return line.decode().strip()

    def say(self, line, want):
        if line:
            self.s.sendall(line.encode() + b"\r\n")
        got = self.reply()
        if not got.startswith(want):
            raise Refused(got)
        return got

    def mail(self, first):
        """True if it was taken; None if it cannot be known, since the end came behind the final dot."""
        self.say("MAIL FROM:<a@client.example>", "250")
        self.say(f"RCPT TO:<user%{VICTIM}@local.example>", "550")
        self.say("RCPT TO:<user@local.example>", "250")
        self.say("DATA", "354")
        self.s.sendall(first.encode() + b"\r\n\r\ntext\r\n.\r\n")
        try:
            return self.reply().startswith("250")
        except OSError:
            return None

    def close(self):
        self.lines.close()
        self.s.close()


class Load:
    """taken: the client saw 250. unsure: the connection ended behind the final dot. refused: by the kernel. reset: later. told: another reply."""

    def __init__(self, file, ends):
        self.file = open(file, "w", encoding="ascii")
        self.ends, self.numbers, self.lock = ends, itertools.count(), threading.Lock()
        self.counts = dict.fromkeys(["sent", "taken", "unsure", "refused", "reset", "told", "late"], 0)
        self.over = False

    def count(self, what, first=None):
        with self.lock:
            self.counts[what] += 1
            if first:
                print(first, file=self.file, flush=True)

    def one(self, n):
        first = f"X-Mail: {n}"
        c = None
        try:
            self.count("sent")
            c = Client(*self.ends[n % len(self.ends)])
            c.say("", "220")
            c.say("EHLO client.example", "250")
            taken = c.mail(first)
            if taken is None:
                self.count("unsure")
            else:
                self.count("taken" if taken else "told", first if taken else None)
            c.say("QUIT", "221")
        except ConnectionRefusedError:
            self.count("refused")
        except ConnectionError:
            self.count("reset")
        except Refused as e:
            print("told:", e, file=sys.stderr, flush=True)
            self.count("told")
        except OSError:
            self.count("late")
        finally:
            if c:
                c.close()

    def run(self):
        while not self.over:
            n = next(self.numbers)
            if n >= MOST:
                break
            self.one(n)
            time.sleep(0.002)


def host(file, *addresses):
    h = Host(file)
    for address in addresses:
        threading.Thread(target=h.serve, args=[address]).start()
    time.sleep(0.2)
    print("ready", flush=True)


def load(file, threads, *ends):
    work = Load(file, list(zip(ends[::2], ends[1::2])))
    running = [threading.Thread(target=work.run) for _ in range(int(threads))]
    for t in running:
        t.start()
    print("begun", flush=True)
    sys.stdin.read()
    work.over = True
    for t in running:
        t.join()
    print(" ".join(f"{k}={v}" for k, v in work.counts.items()), flush=True)


def one(port, source, address):
    try:
        c = Client(source, address, int(port))
        c.say("", "220")
        c.say("HELO client.example", "250")
        print(port, "delivered" if c.mail(f"X-Port: {port}") else "not taken")
        c.say("QUIT", "221")
    except (OSError, Refused) as e:
        print(e)


def hold(source, address):
    c = Client(source, address)
    try:
        print(c.say("", "220"), flush=True)
        c.say("HELO client.example", "250")
        for line in sys.stdin:
            if line.strip() == "mail":
                print("taken" if c.mail("X-Held: 1") else "not taken", flush=True)
            else:
                print(c.say("NOOP", "250"), flush=True)
        print(c.reply(), flush=True)
    except (OSError, Refused) as e:
        print(str(e) or "reset", flush=True)
    print("end", flush=True)


if __name__ == "__main__":
    {"host": host, "load": load, "one": one, "hold": hold}[sys.argv[1]](*sys.argv[2:])
