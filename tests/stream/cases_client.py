# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that behave badly."""

import time

from cases_path import HELLO, TEXT, big_text, sum_of
from harness import case, until


@case()
def strange_octets_are_refused_and_go_nowhere(world):
    strange = [b"NOOP\x00", b"\x00", b"RCPT TO:<a\x00b@local.example>", b"NOOP \xff\xfe", b"RCPT TO:<\xe4@local.example>",
               b"NO\rOP", b"RSET\rQUIT", b"\x1b[2J", b"RCPT TO:<a\r@local.example>", b"QUIT\r", b"\xff" * 400]
    with world.client() as c:
        c.expect(c.reply(), 220)
        for line in strange:
            code = int(c.ask(line)[:3])
            assert 500 <= code < 600, (line, code)
        c.expect(c.ask(b"NOOP"), 250)
        c.send(b"NOOP\nNOOP\n")
        assert all(500 <= code < 600 for code in c.codes(2))
        c.quit()
    assert world.host.sessions[0].lines == [b"NOOP\r\n", b"QUIT\r\n"], world.host.sessions[0].lines


@case()
def a_line_of_100_kb_has_one_answer(world):
    for family in (4, 6):
        with world.client(family) as c:
            c.expect(c.reply(), 220)
            c.expect(c.ask(b"MAIL FROM:<" + b"a" * 100_000 + b"@client.example>"), 500)
            c.expect(c.ask(b"NOOP"), 250)
            c.quit()


@case(refused=100000, errors=100000)
def ten_thousand_recipients(world):
    n = 10_000
    with world.client() as c:
        c.expect(c.reply(), 220)
        c.expect(c.ask(b"EHLO client.example"), 250)
        c.expect(c.ask(b"MAIL FROM:<>"), 250)
        done = 0
        while done < n:
            row = range(done, min(done + 500, n))
            c.send(b"".join(b"RCPT TO:<u%d@local.example>\r\n" % i for i in row))
            want = [250 if i < 1000 else 452 for i in row]
            assert c.codes(len(row)) == want, f"at {done}"
            done += len(row)
        c.expect(c.ask(b"DATA"), 354)
        c.send(TEXT)
        c.expect(c.reply(), 250)
        c.quit()
    heard = [l for l in world.host.sessions[0].lines if l.startswith(b"RCPT")]
    assert len(heard) == 1000
    assert world.host.messages() == [sum_of(TEXT)]


@case()
def ten_thousand_foreign_recipients_end_the_session(world):
    with world.client() as c:
        c.expect(c.reply(), 220)
        c.send(b"EHLO client.example\r\nMAIL FROM:<>\r\n")
        assert c.codes(2) == [250, 250]
        try:
            c.send(b"".join(b"RCPT TO:<u%d@far.example>\r\n" % i for i in range(10_000)))
        except OSError:
            pass    # the box reads no more
        try:
            replies = c.rest().split(b"\r\n")
        except ConnectionResetError:
            replies = []
    assert not replies or replies[-2].startswith(b"421"), replies[-3:]
    assert not any(b"RCPT" in l for l in world.host.sessions[0].lines)


@case()
def commands_before_the_banner_wait_for_it(world):
    world.host.begin({"banner": lambda s: (time.sleep(0.3), s.say(b"220 late\r\n"))})
    with world.client() as c:
        c.send(HELLO + TEXT + b"QUIT\r\n")
        assert c.codes(7) == [220, 250, 250, 250, 354, 250, 221]
    assert world.host.messages() == [sum_of(TEXT)]


def disconnect_everywhere(world, family, end):
    """Cut a whole dialogue behind each octet; complete messages at the host only if the dot was sent."""
    dialogue = HELLO + TEXT + b"QUIT\r\n"
    dot = len(HELLO + TEXT)
    for k in range(len(dialogue) + 1):
        with world.client(family) as c:
            c.send(dialogue[:k])
            end(c)
    world.box.idle(8)
    world.host.settle()
    assert len(world.host.messages()) <= len(dialogue) + 1 - dot
    assert all(m == sum_of(TEXT) for m in world.host.messages())


@case()
def a_client_that_closes_at_every_octet(world):
    disconnect_everywhere(world, 4, lambda c: c.sock.close())


@case()
def a_client_that_resets_at_every_octet(world):
    disconnect_everywhere(world, 6, lambda c: c.reset())


@case()
def a_client_that_closes_at_every_octet_after_the_replies(world):
    def end(c):
        c.half_close()
        c.rest()
    disconnect_everywhere(world, 6, end)
    complete = len(HELLO + TEXT + b"QUIT\r\n") + 1 - len(HELLO + TEXT)
    assert len(world.host.messages()) == complete, len(world.host.messages())


@case()
def a_client_that_resets_in_step(world):
    """Behind each reply, and in the middle of each command and of the text."""
    steps = [l + b"\r\n" for l in HELLO.split(b"\r\n")[:-1]] + [TEXT, b"QUIT\r\n"]
    for n in range(len(steps) + 1):
        for part in (0, 3):
            with world.client() as c:
                c.code()
                for step in steps[:n]:
                    c.send(step)
                    c.code()
                c.send(steps[n][:part] if n < len(steps) else b"")
                c.reset()
    world.box.idle()
    assert world.box.counters()["client_reset"] > 0
    assert len(world.host.messages()) == 2 * 2 + 0, len(world.host.messages())


@case()
def a_message_without_its_end_is_none(world):
    for end in (lambda c: c.sock.close(), lambda c: c.reset(), lambda c: c.half_close()):
        with world.client() as c:
            c.begin()
            c.send(b"Subject: cut\r\n\r\n" + b"x" * 70 + b"\r\n.")
            end(c)
            world.box.idle()
    world.host.settle()
    assert world.host.messages() == []
    assert [s.end for s in world.host.sessions] == ["reset"] * 3, [s.end for s in world.host.sessions]


@case()
def stray_line_ends_in_a_message_reset_the_host(world):
    for text in (b"a\nb\r\n.\r\n", b"a\rb\r\n.\r\n", b"a\r\n.\n\r\n.\r\n", b"a\x00\r\n.\r\n", b"x" * 1200 + b"\r\n.\r\n"):
        with world.client() as c:
            c.begin()
            c.send(big_text(200_000)[:-3] + text)
            c.expect(c.reply(), 554)
            c.expect(c.ask(b"QUIT"), 221)
    assert world.host.messages() == []
    world.host.settle()
    assert all(s.end == "reset" for s in world.host.sessions), [s.end for s in world.host.sessions]


@case()
def the_last_reply_survives_input_that_nobody_reads(world):
    for family in (4, 6):
        with world.client(family) as c:
            c.send(b"QUIT\r\n" + b"x" * 60_000)
            time.sleep(0.1)
            c.send(b"y" * 60_000)
            replies = c.rest().split(b"\r\n")
            assert [r[:3] for r in replies] == [b"220", b"221", b""], replies


@case(idle=10000000)
def a_client_that_never_reads_is_held_back(world):
    before = world.box.kilobytes()
    with world.client(receive_buffer=4096) as c:
        c.sock.settimeout(0.5)
        row = b"HELP\r\n" * 10_000
        sent = 0
        try:
            while sent < 100 << 20:
                sent += c.sock.send(row[sent % 6:])
        except TimeoutError:
            pass
        assert sent < 16 << 20, f"{sent} octets were taken"
        assert world.box.counters()["sessions"] == 1
        if not world.sanitized:
            assert world.box.kilobytes() - before < 1000
        c.sock.settimeout(8)
        c.half_close()      # and it is served when it reads after all, order kept
        lines = c.rest().split(b"\r\n")
    assert lines[0].startswith(b"220") and lines[-1] == b""
    assert all(l.startswith(b"214 ") for l in lines[1:-1])
    assert len(lines) - 2 == sent // 6, (len(lines) - 2, sent // 6)


@case(idle=10000000, command_ms=300)
def a_client_that_never_reads_is_given_up(world):
    with world.client(receive_buffer=4096) as c:
        c.sock.settimeout(0.3)
        try:
            while True:
                c.sock.send(b"HELP\r\n" * 10_000)
        except TimeoutError:
            pass
        world.box.event("client-timeout")
        until(lambda: world.box.counters()["given_up"] == 1, 15)


@case(command_ms=300, body_ms=300)
def a_silent_client_gets_421(world):
    with world.client() as c:
        c.expect(c.reply(), 220)
        c.expect(c.reply(), 421)
        assert c.rest() == b""
    with world.client(6) as c:
        c.begin()
        c.send(b"half a mess")
        c.expect(c.reply(), 421)
        assert c.rest() == b""
    assert world.host.messages() == []
