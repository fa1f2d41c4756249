# SPDX-License-Identifier: GPL-2.0-or-later
"""Do what docs/QUICKSTART.md says, and compare what it says is printed.

    quickstart.py DOCUMENT WAY ROUTER CLIENT [SKIP...]

ROUTER and CLIENT are what a shell is begun with there, as one argument each. The document has fenced blocks: "sh", commands
on the router, with words behind it, and "text", what the block before it prints. The words: "client", on the client;
"terminal", a command that goes on, whose text is awaited; "systemd" and "foreground", ways to start of which WAY is taken.
Blocks with a word of SKIP are left out.

In a text a line "..." stands for any lines, also none; times, ages, ids, process numbers and the like for others of their
kind. Last line: "N passed, N failed".
"""

import re
import shlex
import subprocess
import sys
import tempfile
import time

FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KINDS = [
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\b\d\d:\d\d:\d\d\.\d{3}\b", "TIME"),
    (r"\b[0-9a-f]{64}\b", "SHA256"),
    (r"\b[0-9a-f]{8}\b", "ID"),
    (r"\bprocess \d+", "process N"),
    (r"\(\d+ (s|min)\)", "(AGE)"),
    (r"\bversion \d[\w.]*", "version N"),
    (r"\b(\d+) of \1 serve", "all serve"),
]
HEADING = re.compile(r"^\*\*\d+\. ", re.MULTILINE)
WAYS = {"systemd", "foreground"}
SECONDS = 30
BETWEEN_S = 0.3  # two steps: nobody types faster, and the journal is written a moment after a reply
STEPS_MAX = 10  # a newcomer's patience


def plain(text):
    """Without what is another one each time."""
    for pattern, name in KINDS:
        text = re.sub(pattern, name, text)
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def says(document, printed):
    lines = plain(document).splitlines()
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in lines)
    return re.fullmatch(pattern, plain(printed)) is not None


class Block:
    def __init__(self, words, commands):
        self.words, self.commands, self.text = words, commands, None


def read(document):
    blocks = []
    for language, words, content in FENCE.findall(document):
        if language == "sh":
            blocks.append(Block(set(words.split()), content))
        elif language == "text":
            blocks[-1].text = content
    return blocks


def run(shell, commands):
    """What they print on both outputs, which what they leave running may hold open; and if all went well."""
    with tempfile.TemporaryFile("w+") as out:
        status = subprocess.run(shell + ["-e", "-c", commands], stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=SECONDS, check=False)
        out.seek(0)
        return out.read(), status.returncode == 0


def begin(shell, commands, text):
    """The same of one that goes on: as soon as it has printed the text."""
    with tempfile.NamedTemporaryFile("w+") as out:
        process = subprocess.Popen(shell + ["-c", "exec " + commands], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        end = time.monotonic() + SECONDS
        while True:
            with open(out.name, encoding="utf-8") as printed:
                said = printed.read()
            if says(text, said) or process.poll() is not None or time.monotonic() > end:
                return said, process.poll() is None
            time.sleep(0.05)


def follow(block, router, client):
    """Does it lead where the document says? If not, what was printed is shown."""
    time.sleep(BETWEEN_S)
    shell = shlex.split(client if "client" in block.words else router)
    if "terminal" in block.words:
        printed, done = begin(shell, block.commands, block.text)
    else:
        printed, done = run(shell, block.commands)
    good = done and (block.text is None or says(block.text, printed))
    print("ok  " if good else "FAIL", block.commands.splitlines()[0])
    if not good:
        print(f"printed:\n{printed}wanted:\n{block.text}")
    return good


def main(path, way, router, client, *skip):
    with open(path, encoding="utf-8") as file:
        document = file.read()
    left_out = WAYS - {way} | set(skip)
    results = [follow(b, router, client) for b in read(document) if not b.words & left_out]
    results.append(0 < len(HEADING.findall(document)) <= STEPS_MAX)
    if not results[-1]:
        print(f"FAIL there are no steps, or more than {STEPS_MAX}")
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


sys.exit(main(*sys.argv[1:]))
