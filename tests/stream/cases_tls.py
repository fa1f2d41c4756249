# SPDX-License-Identifier: GPL-2.0-or-later
"""STARTTLS: ended at the box, or passed to the host and not read."""

import os
import shutil
import signal
import ssl
import subprocess
import threading
import time

import secure
from cases_path import HELLO, TEXT, big_text, sum_of
from harness import case, until
from host import V4
from secure import TERMINATE, VERSIONS


@case(**TERMINATE)
def mail_over_tls_1_2_and_1_3(world):
    for version in VERSIONS:
        for family in (4, 6):
            with world.client(family) as c:
                secure.secure(c, version)
                assert c.sock.getpeercert(True) == secure.FIRST
                assert world.host.sessions[-1].peer == c.name(), (world.host.sessions[-1].peer, c.name())
                offer = c.ask(b"EHLO client.example")
                assert b"STARTTLS" not in offer, offer
                c.send(HELLO[HELLO.index(b"MAIL"):])
                assert c.codes(3) == [250, 250, 354]
                c.send(TEXT)
                c.expect(c.reply(), 250)
                c.quit()
            assert world.host.messages()[-1] == sum_of(TEXT)
    assert not any(b"STARTTLS" in l for s in world.host.sessions for l in s.lines)
    world.box.wait_line("what=TLS1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 ")
    world.box.wait_line("what=TLS1.3 TLS_AES_256_GCM_SHA384 ")
    assert world.box.counters()["tls_sessions"] == 4


@case(**TERMINATE)
def tls_1_1_is_refused(world):
    with world.client() as c:
        try:
            secure.secure(c, ssl.TLSVersion.TLSv1_1)
            raise AssertionError("the handshake was done")
        except ssl.SSLError as e:
            assert "ALERT_PROTOCOL_VERSION" in str(e), e
    world.box.event("tls-handshake")
    world.box.idle()
    assert world.box.counters()["tls_failed"] == 1


@case(starttls=3)
def without_a_certificate_starttls_is_not_offered(world):
    with world.client() as c:
        c.expect(c.reply(), 220)
        assert b"STARTTLS" not in c.ask(b"EHLO client.example")
        c.expect(c.ask(b"STARTTLS"), 454)
        c.quit()


@case()
def bad_certificates_are_named(world):
    secure.make("other")
    secure.make("old", days=-1)
    with open(secure.path("text"), "w", encoding="ascii") as file:
        file.write("not PEM\n")

    def load(chain, key):
        router = world.names.name("router")
        program = subprocess.Popen(
            ["ip", "netns", "exec", router, os.readlink(f"/proc/{world.box.pid}/exe"), "2526",
             f"certificate={secure.path(chain)}", f"key={secure.path(key)}"],
            stdout=subprocess.PIPE, text=True)
        line = program.stdout.readline()
        assert program.stdout.readline() == "ready\n"
        program.terminate()
        assert program.wait(10) == 0
        program.stdout.close()
        return line.replace(secure.FOLDER + "/", "").strip()

    for chain, key, want in (
            ("first.pem", "first.key", "loaded"),
            ("none.pem", "first.key", "none.pem: No such file or directory"),
            ("first.pem", "none.key", "none.key: No such file or directory"),
            ("text", "first.key", "text: not a chain of PEM certificates: "),
            ("first.key", "first.key", "first.key: not a chain of PEM certificates: "),
            ("first.pem", "text", "text: not a PEM private key without a password: "),
            ("first.pem", "other.key", "other.key: not the key of the certificate in first.pem"),
            ("old.pem", "old.key", "old.pem: the certificate has expired")):
        line = load(chain, key)
        assert line.startswith("credentials " + want), (line, want)


@case(**TERMINATE)
def big_messages_in_big_and_small_records(world):
    big, small = big_text(10 << 20), big_text(200_000)
    for version in VERSIONS:
        with world.client() as c:
            secure.secure(c, version)
            c.send(HELLO)
            assert c.codes(4) == [250, 250, 250, 354]
            c.send(big)
            c.expect(c.reply(), 250)
            c.send(HELLO)
            assert c.codes(4) == [250, 250, 250, 354]
            for at in range(0, len(small), 37):
                c.send(small[at:at + 37])
            c.expect(c.reply(), 250)
            c.quit()
    assert world.host.messages() == [sum_of(big), sum_of(small)] * 2


@case(**TERMINATE)
def a_dialogue_in_single_octet_records(world):
    with world.client() as c:
        secure.secure(c)
        for octet in HELLO + TEXT + b"QUIT\r\n":
            c.send(bytes([octet]))
        assert c.codes(6) == [250, 250, 250, 354, 250, 221]
        assert c.rest() == b""
    assert world.host.messages() == [sum_of(TEXT)]


@case(**TERMINATE)
def everything_in_one_record_is_answered_in_order(world):
    text = big_text(14_000)
    with world.client() as c:
        secure.secure(c)
        c.send(HELLO + TEXT + HELLO[HELLO.index(b"MAIL"):] + text + b"QUIT\r\n")
        assert c.codes(10) == [250, 250, 250, 354, 250, 250, 250, 354, 250, 221]
        assert c.rest() == b""
    assert world.host.messages() == [sum_of(TEXT), sum_of(text)]


@case(idle=10000000, **TERMINATE)
def a_client_that_reads_late_gets_every_reply(world):
    """Meanwhile the box cannot write and holds the client back."""
    replies = 300_000
    for version in VERSIONS:
        with world.client(receive_buffer=4096) as c:
            c.expect(c.reply(), 220)
            c.expect(c.ask(b"STARTTLS"), 220)
            hello = secure.Hello(c, version)
            hello.handshake()
            hello.tls.write(b"HELP\r\n" * replies + b"QUIT\r\n")
            writer = threading.Thread(target=c.send, args=(hello.to_send.read(),))
            writer.start()
            time.sleep(0.5)
            assert writer.is_alive(), "nothing held the client back"
            lines = hello.rest().split(b"\r\n")
            writer.join()
            assert [l[:4] for l in lines[-2:]] == [b"221 ", b""]
            assert len(lines) == replies + 2 and all(l.startswith(b"214 ") for l in lines[:-2])


@case(**TERMINATE)
def plain_text_behind_starttls_is_refused(world):
    evil = b"MAIL FROM:<evil@client.example>\r\n"
    for family in (4, 6):
        with world.client(family) as c:
            c.expect(c.reply(), 220)
            c.expect(c.ask(b"EHLO client.example"), 250)
            c.send(b"STARTTLS\r\n" + evil)
            reply = c.reply()
            c.expect(reply, 421)
            assert b"starttls-injection" in reply, reply
            assert c.rest() == b""
        with world.client(family) as c:
            c.expect(c.reply(), 220)
            c.expect(c.ask(b"EHLO client.example"), 250)
            try:
                for octet in b"STARTTLS\r\n" + evil:
                    c.send(bytes([octet]))
                    time.sleep(0.001)
            except OSError:
                pass    # it is over before all is said
            c.expect(c.reply(), 220)
            world.box.idle()
    assert not any(b"evil" in l for s in world.host.sessions for l in s.lines)
    assert world.box.counters()["tls_sessions"] == 0


@case(**TERMINATE)
def plain_text_while_the_box_sleeps_is_not_smtp(world):
    """STARTTLS, what is injected, and the ClientHello are all there when the box looks."""
    with world.client() as c:
        c.expect(c.reply(), 220)
        c.expect(c.ask(b"EHLO client.example"), 250)
        hello = secure.Hello(c)
        world.box.process.send_signal(signal.SIGSTOP)
        c.send(b"STARTTLS\r\n")
        c.send(b"RSET\r\n")
        c.send(hello.step(hello.tls.do_handshake))
        world.box.process.send_signal(signal.SIGCONT)
        c.expect(c.reply(), 421)
        assert c.rest() == b""
    assert world.box.counters()["tls_sessions"] == 0
    assert not any(b"RSET" in l for l in world.host.sessions[0].lines)


@case(**TERMINATE)
def no_message_ends_with_tls_or_with_the_stream(world):
    def close_notify(c):
        raw = c.sock.unwrap()   # waits for the box's own
        assert raw.recv(100) == b""
        raw.close()

    def reset(c):
        c.reset()

    ends = (close_notify, lambda c: c.half_close(), reset)
    for version in VERSIONS:
        for end in ends:
            with world.client() as c:
                secure.secure(c, version)
                c.send(HELLO)
                assert c.codes(4) == [250, 250, 250, 354]
                c.send(b"Subject: cut\r\n\r\n" + b"x" * 70 + b"\r\n.")
                end(c)
                world.box.idle()
    world.host.settle()
    assert world.host.messages() == []
    assert [s.end for s in world.host.sessions] == ["reset"] * 6, [s.end for s in world.host.sessions]


@case(**TERMINATE)
def plain_text_behind_close_notify_is_nothing(world):
    for rest in (b".\r\n", b"\r\n.\r\nQUIT\r\n", b"x" * 100_000):
        with world.client() as c:
            c.expect(c.reply(), 220)
            c.expect(c.ask(b"STARTTLS"), 220)
            hello = secure.Hello(c)
            hello.handshake()
            hello.tls.write(HELLO)
            c.send(hello.to_send.read())
            until(lambda: world.host.sessions[-1].lines[-1:] == [b"DATA\r\n"])
            hello.tls.write(TEXT[:-3])
            c.send(hello.to_send.read() + hello.step(hello.tls.unwrap) + rest)
            world.box.idle()
    world.host.settle()
    assert world.host.messages() == []
    assert [s.end for s in world.host.sessions] == ["reset"] * 3, [s.end for s in world.host.sessions]


@case(**TERMINATE)
def a_half_closed_tls_client_gets_every_reply(world):
    with world.client() as c:
        c.expect(c.reply(), 220)
        c.expect(c.ask(b"STARTTLS"), 220)
        hello = secure.Hello(c)
        hello.handshake()
        hello.tls.write(HELLO + TEXT)
        c.send(hello.to_send.read() + hello.step(hello.tls.unwrap))
        said = hello.rest()
        assert [l[:4] for l in said.split(b"\r\n")][-4:] == [b"250 ", b"354 ", b"250 ", b""], said
    assert world.host.messages() == [sum_of(TEXT)]


@case(**TERMINATE)
def renegotiation_ends_the_session(world):
    with world.names.inside("client"):
        program = subprocess.Popen(["openssl", "s_client", "-connect", f"{V4}:25", "-starttls", "smtp", "-tls1_2"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    world.box.wait_line("what=TLS1.2 ")
    program.stdin.write(b"R\n")
    program.stdin.flush()
    said = program.communicate(timeout=8)[0]
    assert b"RENEGOTIATING" in said and b"no renegotiation" in said, said[-300:]
    assert program.returncode != 0
    world.box.idle()
    assert world.box.counters()["tls_sessions"] == 1


@case(command_ms=400, **TERMINATE)
def a_slow_handshake_is_given_up(world):
    for family in (4, 6):
        with world.client(family) as c:
            c.expect(c.reply(), 220)
            c.expect(c.ask(b"STARTTLS"), 220)
            start = time.monotonic()
            assert c.rest() == b"", "something in plain text behind 220"
            assert time.monotonic() - start < 3
        with world.client(family) as c:
            c.expect(c.reply(), 220)
            c.expect(c.ask(b"STARTTLS"), 220)
            hello = secure.Hello(c)
            octets = hello.step(hello.tls.do_handshake)
            start = time.monotonic()
            try:
                for octet in octets:
                    c.send(bytes([octet]))
                    time.sleep(0.01)
            except OSError:
                pass
            assert time.monotonic() - start < 3
    world.box.event("client-timeout")
    world.box.idle()
    assert world.box.counters()["tls_failed"] == 4


@case(**TERMINATE)
def handshakes_that_are_none(world):
    """Nothing of them is SMTP, and the box lives."""
    for family in (4, 6):
        for octets in (b"EHLO again\r\n", b"\x00" * 100, b"\x16\x03\x01\xff\xff" + b"x" * 70_000, b"\x15\x03\x01\x00\x02\x02\x28",
                       b"\x80\x2e\x01\x00\x02", os.urandom(1000)):
            with world.client(family) as c:
                c.expect(c.reply(), 220)
                c.expect(c.ask(b"STARTTLS"), 220)
                try:
                    c.send(octets)
                    c.half_close()
                    c.rest()
                except OSError:
                    pass
    world.box.idle()
    assert world.box.counters()["tls_failed"] == 12
    assert not any(s.lines for s in world.host.sessions)


@case(**TERMINATE)
def a_handshake_cut_anywhere(world):
    for version in VERSIONS:
        for end in (lambda c: c.sock.close(), lambda c: c.reset(), lambda c: c.half_close()):
            with world.client() as c:
                hello = secure.Hello(c, version)
                octets = hello.step(hello.tls.do_handshake)
            for k in range(0, len(octets), 40):
                with world.client() as c:
                    c.expect(c.reply(), 220)
                    c.expect(c.ask(b"STARTTLS"), 220)
                    c.send(octets[:k])
                    end(c)
    world.box.idle(8)
    assert world.box.counters()["tls_sessions"] == 0


@case(**TERMINATE)
def a_new_certificate_disturbs_nobody(world):
    folder = secure.FOLDER
    for end in (".pem", ".key"):
        shutil.copy(f"{folder}/first{end}", f"{folder}/kept{end}")
    second = secure.make("second")
    try:
        with world.client() as running, world.client(6) as begun:
            secure.secure(running)
            begun.expect(begun.reply(), 220)
            for end in (".pem", ".key"):
                shutil.copy(f"{folder}/second{end}", f"{folder}/first{end}")
            before = len(world.box.lines)
            world.box.process.send_signal(signal.SIGHUP)
            until(lambda: "credentials loaded" in world.box.lines[before:])
            running.expect(running.ask(b"NOOP"), 250)
            begun.expect(begun.ask(b"STARTTLS"), 220)
            secure.wrap(begun)
            assert begun.sock.getpeercert(True) == secure.FIRST
            with world.client() as late:
                secure.secure(late)
                assert late.sock.getpeercert(True) == second
                late.quit()
            begun.quit()
            running.quit()
    finally:
        for end in (".pem", ".key"):
            shutil.copy(f"{folder}/kept{end}", f"{folder}/first{end}")


@case(**TERMINATE)
def a_session_is_resumed_with_a_ticket(world):
    for version in VERSIONS:
        with world.client() as c:
            secure.secure(c, version)
            c.expect(c.ask(b"NOOP"), 250)
            ticket, same = c.sock.session, c.sock.context
            c.quit()
        with world.client() as c:
            c.expect(c.reply(), 220)
            c.expect(c.ask(b"STARTTLS"), 220)
            c.sock = same.wrap_socket(c.sock, session=ticket, suppress_ragged_eofs=False)
            assert c.sock.session_reused
            c.expect(c.ask(b"NOOP"), 250)
            c.quit()


@case(**TERMINATE)
def two_hundred_sessions_leave_nothing_behind(world):
    def some(n):
        for i in range(n):
            with world.client(4 + i % 2 * 2) as c:
                secure.secure(c, VERSIONS[i % 2])
                c.send(HELLO + TEXT)
                assert c.codes(5) == [250, 250, 250, 354, 250]
                if i % 3 == 0:
                    c.quit()
                elif i % 3 == 1:
                    c.reset()
        world.box.idle()

    some(50)
    before = world.box.kilobytes()
    some(200)
    more = world.box.kilobytes() - before
    assert world.box.descriptors() == world.box.descriptors_at_start
    assert world.sanitized or more < 300, f"{more} KiB more"


@case(**TERMINATE)
def an_idle_tls_session_costs_this_much(world):
    def open_all(n):
        clients = [world.client() for _ in range(n)]
        for c in clients:
            secure.secure(c)
            c.expect(c.ask(b"NOOP"), 250)
        return clients

    for c in open_all(10):
        c.sock.close()
    before = world.box.kilobytes()
    clients = open_all(200)
    each = (world.box.kilobytes() - before) / len(clients)
    for c in clients:
        c.quit()
        c.sock.close()
    print(f"     {each:.1f} KiB an idle session over TLS")
    assert world.sanitized or each < 40, each


@case(**TERMINATE)
def the_end_of_the_program_within_tls(world):
    with world.client() as done, world.client() as midway:
        secure.secure(done)
        midway.expect(midway.reply(), 220)
        midway.expect(midway.ask(b"STARTTLS"), 220)
        hello = secure.Hello(midway)
        midway.send(hello.step(hello.tls.do_handshake)[:50])
        until(lambda: world.box.counters()["tls_sessions"] == 1)
        world.box.process.terminate()
        assert world.box.process.wait(10) == 0
        done.expect(done.reply(), 421)
        assert done.rest() == b""
        assert midway.rest() == b""


OFFER = {"EHLO": lambda s: s.say(b"250-mail.local.example\r\n250 STARTTLS\r\n")}


def pass_starttls(world, c):
    c.expect(c.reply(), 220)
    assert b"STARTTLS" in c.ask(b"EHLO client.example")
    c.expect(c.ask(b"STARTTLS"), 220)


def behind_starttls(act):
    """A host that says 220, and then something that is not the box's to read."""
    def start(s):
        assert s.lines.pop() == b"STARTTLS\r\n"    # no stray line here
        s.say(b"220 go\r\n")
        act(s)
        s.close()
    return OFFER | {"STAR": start}


@case(**secure.PASS)
def tls_between_client_and_host(world):
    def talk(s):
        s.sock = secure.host_context().wrap_socket(s.sock, server_side=True)
        assert s.sock.recv(100) == b"RCPT TO:<victim@far.example>\r\n"
        s.say(b"250 as the operator wishes\r\n")
        s.sock.unwrap()

    world.host.begin(behind_starttls(talk))
    for family in (4, 6):
        with world.client(family) as c:
            pass_starttls(world, c)
            secure.wrap(c)
            assert c.sock.getpeercert(True) == secure.FIRST
            c.expect(c.ask(b"RCPT TO:<victim@far.example>"), 250)
            assert c.rest() == b""


@case(**secure.PASS)
def a_blind_session_carries_much_both_ways(world):
    up, down = os.urandom(8 << 20), os.urandom(8 << 20)

    def exchange(sock, out, octets, heard=b""):
        writer = threading.Thread(target=sock.sendall, args=(out,))
        writer.start()
        got = bytearray(heard)
        while len(got) < octets:
            piece = sock.recv(65536)
            assert piece, f"{len(got)} of {octets} octets came"
            got += piece
        writer.join()
        return bytes(got)

    world.host.begin(behind_starttls(lambda s: s.messages.append(sum_of(exchange(s.sock, down, len(up), s.sock.recv(1))))))
    for family in (4, 6):
        with world.client(family) as c:
            pass_starttls(world, c)
            assert exchange(c.sock, up, len(down)) == down
            assert c.rest() == b""
    assert world.host.messages() == [sum_of(up)] * 2


@case(**secure.PASS)
def the_end_of_either_side_ends_a_blind_session(world):
    host_ends = (lambda s: None, lambda s: s.reset(), lambda s: s.sock.recv(65536))
    client_ends = (lambda c: c.rest(), lambda c: c.reset(), lambda c: (c.send(b"x" * 100_000), c.half_close()))
    for host_end in host_ends:
        for client_end in client_ends:
            world.host.begin(behind_starttls(host_end))
            with world.client() as c:
                pass_starttls(world, c)
                c.sock.settimeout(1)
                try:
                    client_end(c)
                except OSError:
                    pass    # both wait, or it is over before all is said
            world.box.idle()
            world.host.settle()


@case(**TERMINATE)
def a_flood_of_records_leaves_the_others_their_turn(world):
    """Records of 16,001 octets always leave some in GnuTLS, which no socket tells of."""
    with world.client() as flood, world.client() as other:
        other.expect(other.reply(), 220)
        secure.secure(flood)
        flood.send(HELLO)
        assert flood.codes(4) == [250, 250, 250, 354]
        flood.send(b"a\0b\r\n")     # refused: the rest is thrown away as fast as it comes
        end = time.monotonic() + 1.5

        def pour():
            while time.monotonic() < end:
                flood.sock.sendall(b"x" * 16001)

        thread = threading.Thread(target=pour)
        thread.start()
        turns = 0
        while thread.is_alive():
            other.expect(other.ask(b"HELP"), 214)
            turns += 1
            time.sleep(0.01)
        thread.join()
        assert turns >= 15, f"{turns} turns"    # one that is starved has two or three
        flood.send(b"\r\n.\r\n")
        flood.expect(flood.reply(), 554)
        other.quit()
