# SPDX-License-Identifier: GPL-2.0-or-later
"""A browser looks at the page, and what it did.

    page.py URL FOLDER NAME WIDTH HEIGHT SCHEME [SECONDS]
                        load it in headless Chromium, "light" or "dark"; its picture is FOLDER/NAME.png, the document as it is
                        after so many seconds (1) FOLDER/NAME.html. One line of what it said on its console, "quiet" if nothing; then
                        each request that the page made, a line each
"""

import json
import pathlib
import subprocess
import sys
import tempfile

SCHEMES = {"dark": "0", "light": "1"}
# What a browser says of the box that it runs on is no matter of the page.
CONSOLE = ":CONSOLE"


def browse(url, log, profile, scheme, *options):
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
               "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
               f"--user-data-dir={profile}", f"--log-net-log={log}", "--enable-logging=stderr", f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
               *options, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def requests(log, url):
    """All that went out for the sake of the page, by what the browser noted of its network."""
    notes = json.loads(pathlib.Path(log).read_text(encoding="utf-8"))
    for event in notes["events"]:
        what = event.get("params", {})
        if "method" in what and what.get("url", "").startswith(("http", "ws")) and (what["url"] == url or what.get("initiator") != "not an origin"):
            yield what["url"]


def main(url, folder, name, width, height, scheme, seconds="1"):
    with tempfile.TemporaryDirectory() as profile:
        log = f"{profile}/net.json"
        options = [f"--window-size={width},{height}", f"--virtual-time-budget={int(seconds) * 1000}"]
        browse(url, log, profile, scheme, *options, f"--screenshot={folder}/{name}.png")
        seen = browse(url, log, profile, scheme, *options, "--dump-dom")
        pathlib.Path(folder, f"{name}.html").write_text(seen.stdout, encoding="utf-8")
        said = [line for line in seen.stderr.splitlines() if CONSOLE in line]
        print(" ".join(said) or "quiet")
        print("\n".join(sorted(set(requests(log, url)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
