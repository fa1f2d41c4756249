# SPDX-License-Identifier: GPL-2.0-or-later
"""A week of two companies' mail in some seconds: what comes from outside, what their own machines send out, and who abuses their open relays.

    mail.py talk BOOK                           from addresses of this machine; BOOK is written: of each recipient whether it is mail or a relay
    mail.py addresses | domains                 what talk() wants to be there: clients, a line each; hosts with their domains
    mail.py judge BOOK EXCHANGES [inside]       what a policy would have done: "N mails refused of N, N relays passed of N". Mail of the machines inside
                                                is a relay, but with "inside"
"""

import asyncio
import collections
import itertools
import json
import sys

import smtp

HOSTS = {
    "198.51.100.25": ["mail.alpha.example", "alpha.example", "sales.alpha.example", "beta.example", "gamma.example", "delta.example"],
    "198.51.100.26": ["mx.zeta.example", "zeta.example", "eta.example", "theta.example", "iota.example", "kappa.example"],
}
STRICT = "198.51.100.25"	# it knows its mailboxes
# Companies that write to these domains; who else they write to is not seen here.
OUTSIDE = {
    "192.0.2.10": ("mail.partner.example", ["alpha.example", "sales.alpha.example", "zeta.example"]),
    "192.0.2.77": ("mx.bank.example", ["alpha.example", "beta.example", "eta.example", "theta.example"]),
    "203.0.113.101": ("smtp.supplier.example", ["sales.alpha.example", "gamma.example", "iota.example"]),
    "203.0.113.102": ("out.university.example", ["beta.example", "gamma.example", "delta.example", "kappa.example"]),
    "203.0.113.103": ("relay.isp.example", [d for names in HOSTS.values() for d in names]),
    "203.0.113.104": ("mail.club.example", ["delta.example", "zeta.example", "theta.example"]),
    "203.0.113.105": ("news.paper.example", ["eta.example", "iota.example", "kappa.example", "zeta.example"]),
}
# Their own machines, which send out; in whose name, and where to.
INSIDE = {
    "10.1.0.5": ("198.51.100.25", "beta.example", ["partner.example", "bank.example", "customer.example"]),
    "10.1.0.6": ("198.51.100.25", "alpha.example", ["supplier.example", "customer.example", "freemail.example"]),
    "198.51.100.40": ("198.51.100.26", "zeta.example", ["university.example", "bank.example", "gamma.example"]),
}
PROBER, SPAMMER, OTHER_SPAMMER = "203.0.113.200", "203.0.113.201", "192.0.2.202"
FORMS = ["{u}@{v}", "{u}%{v}@{d}", "{u}%{v}@[{h}]", "{u}%{v}", "{v}!{u}", "{v}!{u}@{d}", "\"{u}@{v}\"", "\"{u}%{v}\"", "\"{u}@{v}\"@{d}", "{u}@{v}@{d}",
         "@{d}:{u}@{v}", "@[{h}]:{u}@{v}", "{u}@{d}@{v}", "{v}!{u}@[{h}]"]
USERS = ["info", "Anna.Berg", "j.doe", "postmaster", "abuse+spam", "o'neil", "x_y", "root"]

Mail = collections.namedtuple("Mail", "client host name sender recipients kind")


def from_outside():
    users = itertools.cycle(USERS)
    for turn in range(4):
        for client, (name, domains) in OUTSIDE.items():
            sender = "" if turn == 2 else f"bob@{name.partition('.')[2]}"
            for host, names in HOSTS.items():
                mine = [d for d in domains if d in names]
                if not mine:
                    continue
                if turn == 1:	# one to several, written otherwise
                    yield Mail(client, host, name, sender, [f"{next(users)}@{d.title()}" for d in mine], "mail")
                for domain in mine if turn != 1 else []:
                    unknown = [f"nobody@{domain}"] if host == STRICT else []
                    yield Mail(client, host, name, sender, [f"{next(users)}@{domain}", *unknown], "mail")
                yield Mail(client, host, name, sender, ["postmaster"], "mail")


def from_inside():
    for turn in range(3):
        for client, (host, own, others) in INSIDE.items():
            for other in others:
                kind = "mail" if other in HOSTS[host] else "inside"
                yield Mail(client, host, f"pc{turn}.{own}", f"user{turn}@{own}", [f"friend@{other}"], kind)
            yield Mail(client, host, f"pc{turn}.{own}", f"user{turn}@{own}", [f"boss@{own}"], "mail")


def abuse():
    for host, names in HOSTS.items():
        for form in FORMS:
            path = form.format(u="probe", v="victim.example", d=names[1], h=host)
            yield Mail(PROBER, host, "probe.spam.example", "probe@spam.example", [path], "relay")
        for n in range(30):
            victims = [f"user{n}@victim{(n + k) % 12}.example" for k in range(5)]
            yield Mail(SPAMMER if n % 3 else OTHER_SPAMMER, host, "dsl.spam.example", f"offer{n}@freemail.example", victims, "relay")


async def deliver(book, mail):
    client = await book.connect(mail.client, mail.host)
    await client.reply()
    await client.say(b"EHLO " + mail.name.encode())
    await client.say(f"MAIL FROM:<{mail.sender}>".encode())
    for path in mail.recipients:
        code = await client.say(f"RCPT TO:<{path}>".encode())
        kind = "unknown" if path.startswith("nobody") else mail.kind
        if (code == 250) != (kind != "unknown"):
            sys.exit(f"mail.py: {path}: {code}")
        print(json.dumps({"client": mail.client, "port": client.port, "line": f"RCPT TO:<{path}>", "kind": kind}), file=book.file, flush=True)
    if await client.say(b"DATA") != 354 or await client.say(b"Subject: x\r\n\r\ntext\r\n.") != 250:
        sys.exit(f"mail.py: {mail}: no message")
    await client.bye()


async def talk(path):
    book = smtp.Book(path)
    todo = itertools.chain(*itertools.zip_longest(from_outside(), from_inside(), abuse()))

    async def worker():
        for mail in todo:
            if mail is not None:
                await deliver(book, mail)

    await asyncio.gather(*(worker() for _ in range(8)))
    client = await book.connect(PROBER, next(iter(HOSTS)))
    await client.reply()
    await client.say(smtp.END)
    await client.bye()


def lines_of(path):
    with open(path, encoding="ascii") as file:
        return [json.loads(line) for line in file]


def judge(book, exchanges, inside="no"):
    would = {(e["client"], e["client_port"], e["line"].replace("\\\\", "\\")): (e.get("would"), e.get("mode"), e.get("reason"))
             for e in lines_of(exchanges) if e.get("verb") == "RCPT"}
    mails, relays = [], []
    for entry in lines_of(book):
        kind = entry["kind"]
        verdict = would[entry["client"], entry["port"], entry["line"]]
        passes = verdict[0] == "pass" and verdict[1] != "count"
        if kind in ("mail", "unknown") or (kind == "inside" and inside == "inside"):
            mails.append((passes, entry, verdict))
        else:
            relays.append((passes, entry, verdict))
    wrong = [each for each in mails if not each[0]] + [each for each in relays if each[0]]
    for _, entry, verdict in wrong[:10]:
        print(entry, verdict)
    print(f"{sum(not each[0] for each in mails)} mails refused of {len(mails)}, {sum(each[0] for each in relays)} relays passed of {len(relays)}")


if sys.argv[1:2] == ["talk"] and len(sys.argv) == 3:
    asyncio.run(talk(sys.argv[2]))
elif sys.argv[1:2] == ["judge"] and len(sys.argv) in (4, 5):
    judge(*sys.argv[2:])
elif sys.argv[1:] == ["addresses"]:
    print(*OUTSIDE, *INSIDE, PROBER, SPAMMER, OTHER_SPAMMER, sep="\n")
elif sys.argv[1:] == ["domains"]:
    print(*(f"{host}={','.join(names)}" for host, names in HOSTS.items()), sep="\n")
else:
    sys.exit(__doc__)
