# SPDX-License-Identifier: GPL-2.0-or-later
"""Sessions in which something is refused, and whether tshark sees in their evidence what the journal says.

    evidence.py host ADDRESS...             a mail host that pipelines, knows AUTH, and repeats what it is told, also passwords; "ready" when it can
    evidence.py talk NAME SOURCE ADDRESS    one session of this name (TALKS), or "all" of them; or "flood" N, sessions of some 50 kB
    evidence.py compare JOURNAL FOLDER      all files there against the journal: "N sessions, N commands equal", or what is not; status 1
    evidence.py wire CAPTURE FOLDER         all files there against what was on the wire: "N connections, N octets equal", or what is not; status 1
    evidence.py files FOLDER                all of them read by tshark: "N files, N sessions", or what it says
"""

import base64
import glob
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading

SECRET = b"correct horse battery"
SECRETS = [SECRET, base64.b64encode(SECRET), base64.b64encode(b"\0user\0" + SECRET)]


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


# --- the host -------------------------------------------------------------------


def answer(s):
    with s, s.makefile("rb") as lines:
        s.sendall(b"220 mail.local.example ESMTP\r\n")
        exchange = 0
        for line in lines:
            verb, rest = line[:4].upper(), line.strip()
            if exchange:
                exchange -= 1
                s.sendall(b"334 " + rest + b"\r\n" if exchange else b"535 5.7.8 not you: " + rest + b"\r\n")
            elif verb == b"AUTH":
                exchange = 2 if b"LOGIN" in line.upper() else 0
                s.sendall(b"334 " + rest + b"\r\n" if exchange else b"535 5.7.8 not you: " + rest + b"\r\n")
            elif verb == b"EHLO":
                s.sendall(b"250-mail.local.example\r\n250-PIPELINING\r\n250 AUTH LOGIN PLAIN\r\n")
            elif verb == b"RCPT" and b"nobody" in line:
                s.sendall(b"550 5.1.1 no such user\r\n")
            elif verb == b"DATA":
                s.sendall(b"354 go on\r\n")
                if b"" in iter(lines.readline, b".\r\n"):
                    return
                s.sendall(b"250 2.0.0 taken\r\n")
            else:
                s.sendall({b"QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n"))


def serve(address):
    listener = socket.create_server((address, 25), family=family(address), backlog=1000)

    def one(s):
        try:
            answer(s)
        except OSError:
            pass
    while True:
        s, _ = listener.accept()
        threading.Thread(target=one, args=(s,), daemon=True).start()


def host(*addresses):
    for address in addresses:
        threading.Thread(target=serve, args=[address]).start()
    # a listener is there when somebody can connect
    for address in addresses:
        while True:
            try:
                socket.create_connection((address, 25), 5).close()
                break
            except OSError:
                pass
    print("ready", flush=True)


# --- the client -----------------------------------------------------------------


class Session:
    def __init__(self, source, address):
        s = socket.socket(family(address))
        s.settimeout(20)
        s.bind((source, 0))
        s.connect((address, 25))
        self.use(s)

    def use(self, s):
        self.s, self.lines = s, s.makefile("rb")

    def replies(self, n=1):
        got = []
        while len(got) < n:
            line = self.lines.readline()
            if not line:
                break
            if line[3:4] != b"-":
                got.append(line.decode("latin-1").strip())
        return got

    def say(self, text, n=1):
        self.s.sendall(text if isinstance(text, bytes) else text.encode())
        return self.replies(n)

    def end(self):
        self.say("QUIT\r\n")
        self.lines.read()
        self.s.close()


def one_by_one(s):
    s.say("EHLO client.example\r\n")
    s.say("MAIL FROM:<a@client.example>\r\n")
    for to in ("user%victim.example@local.example", "victim.example!user@local.example", "user@local.example", "user@victim.example", "nobody@local.example"):
        s.say(f"RCPT TO:<{to}>\r\n")
    s.say("RSET\r\n")
    s.end()


def pipelined(s):
    s.say("EHLO client.example\r\n")
    s.say("MAIL FROM:<a@client.example>\r\nRCPT TO:<user@local.example>\r\nRCPT TO:<x%victim.example@local.example>\r\nRCPT TO:<nobody@local.example>\r\n"
          "RCPT TO:<@local.example:x@victim.example>\r\nDATA\r\n", 6)
    s.say("Subject: hello\r\n\r\nRCPT TO:<no@command.example>\r\n.\r\n")    # tshark takes for text what is behind it in the same segment
    s.say("RSET\r\nMAIL FROM:<b@client.example>\r\nRCPT TO:<w@victim.example>\r\nQUIT\r\n", 4)
    s.s.close()


def in_small_pieces(s):
    s.say("EHLO client.example\r\n")
    for line in ("MAIL FROM:<a@client.example>\r\n", "RCPT TO:<x@victim.example>\r\n"):
        for c in line[:-1]:
            s.s.sendall(c.encode())
        s.say(line[-1])
    s.end()


def long_message(s):
    s.say("EHLO client.example\r\n")
    s.say("MAIL FROM:<a@client.example>\r\nRCPT TO:<user@local.example>\r\nRCPT TO:<x@victim.example>\r\nDATA\r\n", 4)
    s.say("Subject: long\r\n\r\n" + "text of a long message\r\n" * 40000 + ".\r\n")
    s.say("MAIL FROM:<a@client.example>\r\nRCPT TO:<y@victim.example>\r\n", 2)
    s.end()


def login(s):
    s.say("EHLO client.example\r\n")
    s.say("AUTH LOGIN\r\n")
    s.say(base64.b64encode(b"user") + b"\r\n")
    s.say(SECRETS[1] + b"\r\n")
    s.say(b"AUTH PLAIN " + SECRETS[2] + b"\r\n")
    s.say("MAIL FROM:<a@client.example>\r\nRCPT TO:<x@victim.example>\r\n", 2)
    s.end()


def login_ahead(s):
    s.say("EHLO client.example\r\n")
    s.say(b"AUTH LOGIN\r\ndXNlcg==\r\n" + SECRETS[1] + b"\r\n", 3)
    s.say("MAIL FROM:<a@client.example>\r\nRCPT TO:<x@victim.example>\r\nQUIT\r\n", 3)
    s.s.close()


def login_unasked(s):
    s.say("HELO client.example\r\n")
    s.say(b"AUTH LOGIN\r\n" + SECRETS[1] + b"\r\n" + SECRETS[2] + b"\r\n", 3)
    s.end()


def browser(s):
    s.say(b"POST / HTTP/1.1\r\nAuthorization: Basic " + SECRETS[1] + b"\r\n\r\n")
    s.lines.read()
    s.s.close()


def goes_away(s):
    s.say("EHLO client.example\r\n")
    s.say("MAIL FROM:<a@client.example>\r\nRCPT TO:<x@victim.example>\r\n", 2)
    s.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    s.lines.close()
    s.s.close()


def half_closed(s):
    s.say("EHLO client.example\r\n")
    s.s.sendall(b"MAIL FROM:<a@client.example>\r\nRCPT TO:<x@victim.example>\r\n")
    s.s.shutdown(socket.SHUT_WR)
    s.lines.read()
    s.s.close()


def inside_of_tls(s):
    s.say("EHLO client.example\r\n")
    s.say("STARTTLS\r\n")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    s.use(context.wrap_socket(s.s))
    s.say("EHLO client.example\r\n")
    s.say(b"AUTH PLAIN " + SECRETS[2] + b"\r\n")
    s.say("MAIL FROM:<a@client.example>\r\nRCPT TO:<x@victim.example>\r\nRCPT TO:<user@local.example>\r\n", 3)
    s.end()


def nonsense(s):
    s.say("EHLO client.example\r\n")
    for line in (b"NONSENSE \xff\x00\x1b[2J\r\n", b"RCPT TO:<early@local.example>\r\n", b"VRFY root\r\n", b"EXPN root\r\n", b"NOOP\n", b"X" * 3000 + b"\r\n"):
        s.say(line)
    s.end()


def good(s):
    s.say("EHLO client.example\r\n")
    s.say("MAIL FROM:<a@client.example>\r\nRCPT TO:<user@local.example>\r\nDATA\r\n", 3)
    s.say("Subject: good\r\n\r\n.\r\n")
    s.end()


TALKS = {f.__name__: f for f in (one_by_one, pipelined, in_small_pieces, long_message, login, login_ahead, login_unasked, browser, goes_away, half_closed,
                                 inside_of_tls, nonsense, good)}


def talk(name, source, address, count=1):
    if name == "flood":
        flood(source, address, int(count))
        return
    for f in TALKS.values() if name == "all" else [TALKS[name]]:
        s = Session(source, address)
        s.replies()
        f(s)


def flood(source, address, count):
    for _ in range(count):
        s = Session(source, address)
        s.replies()
        s.say("EHLO client.example\r\n")
        s.say("MAIL FROM:<a@client.example>\r\n")
        s.say("".join(f"RCPT TO:<{'x' * 50}{i}@{'.'.join(['v' * 60] * 3)}.example>\r\n" for i in range(90)), 90)
        s.end()


# --- the journal ----------------------------------------------------------------


def journal_lines(path):
    with open(path, encoding="ascii") as f:
        for line in f:
            try:
                yield json.loads(line)
            except ValueError:
                pass


def unescape(text):
    return re.sub(r"\\(x[0-9a-f]{2}|.)", lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "x" else {"t": "\t", "r": "\r", "n": "\n"}.get(m[1], m[1]), text)


def is_refusal(o):
    if o["event"] in ("hello", "sender", "recipient"):
        return o["verdict"] != "pass"
    return o["event"] in ("reply", "message", "command", "rate") and (o["code"] or 0) >= 400


class Told:
    """What the journal says of each session: who was refused, and what became of MAIL and RCPT, in order."""

    def __init__(self, path):
        self.refused, self.commands, self.evidence = set(), {}, {}
        seen = set()
        for o in journal_lines(path):
            key = json.dumps(o)
            if o["event"] == "service" or key in seen:     # a scribe that was killed writes some twice
                continue
            seen.add(key)
            if is_refusal(o):
                self.refused.add(o["session"])
            if o["event"] == "evidence":
                self.evidence.setdefault(o["session"], o)
            if o["event"] in ("sender", "recipient"):
                verb = "MAIL" if o["event"] == "sender" else "RCPT"
                self.commands.setdefault(o["session"], []).append([verb + " " + unescape(o["argument"]), o["code"]])
            if o["event"] == "reply" and o["what"] in ("MAIL", "RCPT"):
                # of the first that waits for it: the host answers in order
                next(c for c in self.commands[o["session"]] if c[1] is None and c[0].startswith(o["what"]) and self.may_be(c, o))[1] = o["code"]
        for commands in self.commands.values():
            for c in commands:
                c[1] = c[1] or 250

    @staticmethod
    def may_be(command, _):
        return "nobody" in command[0]      # whom our host does not know


# --- the files ------------------------------------------------------------------


DIALOGUE = ["tcp.stream", "tcp.flags.syn", "tcp.flags.ack", "frame.comment", "smtp.command_line", "smtp.response.code", "tcp.checksum.status", "ip.checksum.status"]
OCTETS = ["tcp.stream", "ip.version", "tcp.srcport", "tcp.dstport", "tcp.seq", "tcp.payload", "frame.time_epoch"]


def tshark(path, fields):
    """These fields of each packet of TCP."""
    run = subprocess.run(["tshark", "-r", path, "-Y", "tcp", "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields",
                          "-E", "occurrence=a", "-E", "aggregator=\x1f", "-E", "separator=\x1e"] + [w for f in fields for w in ("-e", f)],
                         capture_output=True, check=False)
    errors = [line for line in run.stderr.decode().splitlines() if "Running as user" not in line]
    if run.returncode != 0 or errors:
        raise ValueError(f"{path}: {run.returncode}: {' '.join(errors)}")
    for line in run.stdout.decode("utf-8", "replace").split("\n")[:-1]:
        yield dict(zip(fields, line.split("\x1e")))


class Streams:
    """What tshark sees in a file: for each session the commands and codes."""

    def __init__(self, path):
        self.commands, self.comments, self.pending, self.names = {}, {}, {}, {}
        for p in tshark(path, DIALOGUE):
            if "0" in (p["tcp.checksum.status"] + p["ip.checksum.status"]).replace("1", ""):
                raise ValueError(f"{path}: a checksum is wrong: {p}")
            self.take(p)

    def take(self, p):
        stream = p["tcp.stream"]
        if p["tcp.flags.syn"] in ("1", "True") and p["tcp.flags.ack"] in ("0", "False"):
            name = re.match(r"relaywall session ([0-9a-f]{8})", p["frame.comment"])[1]
            self.names[stream] = name
            self.comments.setdefault(name, p["frame.comment"])
            self.commands.setdefault(name, [])
            # inside of TLS nobody greets again
            self.pending[stream] = [] if "inside of TLS" in p["frame.comment"] else [None]
        for line in filter(None, p["smtp.command_line"].split("\x1f")):
            command = [line.replace("\\r\\n", "").replace("\\n", ""), None]
            self.pending[stream].append(command)
            self.commands[self.names[stream]].append(command)
        for code in filter(None, p["smtp.response.code"].split("\x1f")):
            waiting = self.pending[stream]
            if waiting and waiting[0] is not None:
                waiting[0][1] = int(code)
            if waiting:
                waiting.pop(0)
            if code in ("334", "354"):     # one more reply belongs to this command
                waiting.insert(0, None)


def paths_of(folder):
    return sorted(glob.glob(os.path.join(folder, "evidence-*.pcapng")))


def files(folder):
    sessions, paths = set(), paths_of(folder)
    for path in paths:
        sessions |= set(Streams(path).comments)
    print(len(paths), "files,", len(sessions), "sessions")


def differences(told, seen, file):
    """For each session of a file what is not as the journal says."""
    for name, commands in seen.commands.items():
        judged = [c for c in commands if c[0][:4].upper() in ("MAIL", "RCPT") and (c[1] or 0) != 503]
        want = told.commands.get(name, [])
        if judged != want:
            yield f"{file}: {name}: {judged}, the journal says {want}"
        if told.evidence.get(name, {}).get("file") != file:
            yield f"{file}: {name}: the journal says {told.evidence.get(name)}"


def compare(journal, folder):
    told, wrong, commands, sessions = Told(journal), [], 0, set()
    for path in paths_of(folder):
        with open(path, "rb") as f:
            octets = f.read()
        wrong += [f"{path}: a password" for s in SECRETS if s in octets]
        seen = Streams(path)
        wrong += differences(told, seen, os.path.basename(path))
        sessions |= set(seen.commands)
        commands += sum(len(told.commands.get(name, [])) for name in seen.commands)
    wrong += [f"{name} was refused something and has no evidence" for name in told.refused - sessions]
    wrong += [f"{name} has evidence and nothing was refused" for name in sessions - told.refused]
    print("\n".join(wrong[:20]) if wrong else f"{len(sessions)} sessions, {commands} commands equal")
    sys.exit(1 if wrong else 0)


class Wire:
    """The octets of each connection, by the client's port and whose they are: by position, with the time at which they were seen."""

    def __init__(self, *paths):
        self.octets = {}
        for path in paths:
            known = set()      # connections with this port: what is inside of TLS is one more, and is not on the wire
            for p in tshark(path, OCTETS):
                client = p["tcp.dstport"] == "25"
                port = p["ip.version"] + ":" + p["tcp.srcport" if client else "tcp.dstport"]
                if (port, p["tcp.stream"]) not in known and port in {k[0] for k in known}:
                    continue
                known.add((port, p["tcp.stream"]))
                seen = self.octets.setdefault((port, client), {})
                for i, c in enumerate(bytes.fromhex(p["tcp.payload"].replace(":", ""))):
                    seen.setdefault(int(p["tcp.seq"]) + i, (c, float(p["frame.time_epoch"])))


def wire(capture, folder):
    real, kept, wrong = Wire(capture).octets, Wire(*paths_of(folder)).octets, []
    for key, octets in kept.items():
        seen = real.get(key, {})
        missing = sum(i not in seen for i in octets)
        other = [i for i, (c, _) in octets.items() if i in seen and c != seen[i][0] and c != ord("*")]
        late = [octets[i][1] - seen[i][1] for i in octets if i in seen and abs(octets[i][1] - seen[i][1]) > 0.2]
        if missing or other or late:
            wrong.append(f"{key}: {missing} octets were not on the wire, {len(other)} are others, {len(late)} of another time: {late[:1]}")
    count = sum(map(len, kept.values()))
    print("\n".join(wrong[:20]) if wrong else f"{len(kept) // 2} connections, {count} octets equal")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    {"host": host, "talk": talk, "compare": compare, "wire": wire, "files": files}[sys.argv[1]](*sys.argv[2:])
