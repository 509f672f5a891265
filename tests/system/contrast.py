#!/usr/bin/env python3
"""Measure the contrast of every text/background pair the design allows.

Reads the sRGB values in tokens.css (the oklch values are the same colours),
prints a Markdown table, and exits 1 when a pair is below what is promised.

    python3 contrast.py            # table on standard output
    python3 contrast.py --check    # only failures; for the test suite
"""

import pathlib
import re
import sys

CSS = pathlib.Path(__file__).with_name("tokens.css").read_text(encoding="utf-8")

# (text or drawn thing, background, least ratio, where it is used)
TEXT = 7.0  # WCAG 2.2 AAA, normal-size text
DRAWN = 3.0  # WCAG 2.2 AA, boundaries of controls, icons, focus ring
PAIRS = [
    ("ink", "bg", TEXT, "body text on the page"),
    ("ink", "surface", TEXT, "body text on cards"),
    ("ink", "sunken", TEXT, "text in wells, code, quoted messages"),
    ("ink", "raised", TEXT, "menus and dialogs"),
    ("ink", "bubble", TEXT, "other people's messages"),
    ("ink-2", "bubble", TEXT, "captions in messages, quoted message"),
    ("tide-ink", "bubble", TEXT, "links in messages"),
    ("night-ink", "night-1", TEXT, "landing headline, top of the sky"),
    ("night-ink", "night-2", TEXT, "landing headline, night card"),
    ("night-ink-2", "night-2", TEXT, "landing lead, text on the night card"),
    ("night-ink", "night-3", TEXT, "night card, its lightest corner"),
    ("night-ink-2", "night-3", TEXT, "night card, small text in its lightest corner"),
    ("night-1", "night-ink", TEXT, "main button on the night sky"),
    ("ink", "tide-soft", TEXT, "your own messages"),
    ("ink", "lamp-soft", TEXT, "support panel, live-chat banner"),
    ("ink", "dusk-soft", TEXT, "host's notes, quotations"),
    ("ink", "leaf-soft", TEXT, "reviewed box, success notes"),
    ("ink", "brick-soft", TEXT, "form error summary, top band of the queue"),
    ("ink-2", "bg", TEXT, "times, captions, placeholders on the page"),
    ("ink-2", "surface", TEXT, "times, captions on cards"),
    ("ink-2", "sunken", TEXT, "captions in wells"),
    ("ink-2", "raised", TEXT, "captions in menus"),
    ("ink-2", "tide-soft", TEXT, "time on your own message"),
    ("ink-2", "lamp-soft", TEXT, "small print in the support panel"),
    ("ink-2", "dusk-soft", TEXT, "captions on dusk"),
    ("ink-2", "leaf-soft", TEXT, "captions on leaf"),
    ("ink-2", "brick-soft", TEXT, "captions on brick"),
    ("tide-ink", "bg", TEXT, "links on the page"),
    ("tide-ink", "surface", TEXT, "links on cards"),
    ("tide-ink", "sunken", TEXT, "links in wells"),
    ("tide-ink", "raised", TEXT, "links in menus"),
    ("tide-ink", "tide-soft", TEXT, "chosen navigation item, links in your own message"),
    ("tide-ink", "lamp-soft", TEXT, "links in the support panel"),
    ("tide-ink", "dusk-soft", TEXT, "links on dusk"),
    ("tide-ink", "leaf-soft", TEXT, "links on leaf"),
    ("tide-on", "tide", TEXT, "main button"),
    ("tide-on", "tide-hover", TEXT, "main button, pointed at"),
    ("lamp-on", "lamp", TEXT, "'Need help now' button"),
    ("lamp-on", "lamp-hover", TEXT, "'Need help now', pointed at"),
    ("lamp-ink", "bg", TEXT, "lamp label on the page"),
    ("lamp-ink", "surface", TEXT, "lamp label on cards"),
    ("lamp-ink", "lamp-soft", TEXT, "lamp label on its own tint"),
    ("dusk-ink", "surface", TEXT, "dusk label on cards"),
    ("dusk-ink", "bg", TEXT, "dusk label on the page"),
    ("dusk-ink", "dusk-soft", TEXT, "host badge"),
    ("leaf-ink", "surface", TEXT, "saved, reviewed, on cards"),
    ("leaf-ink", "bg", TEXT, "saved, reviewed, on the page"),
    ("leaf-ink", "leaf-soft", TEXT, "reviewed badge"),
    ("brick-ink", "surface", TEXT, "error text on cards"),
    ("brick-ink", "bg", TEXT, "error text on the page"),
    ("brick-ink", "brick-soft", TEXT, "error text on its own tint"),
    ("brick-on", "brick", TEXT, "button for what cannot be undone"),
    *[(f"p{i}-on", f"p{i}", TEXT, f"initial on pebble {i}") for i in range(1, 9)],
    ("line-strong", "bg", DRAWN, "edge of inputs on the page"),
    ("line-strong", "surface", DRAWN, "edge of inputs on cards"),
    ("line-strong", "sunken", DRAWN, "edge of inputs in wells"),
    ("line-strong", "raised", DRAWN, "edge of inputs in dialogs"),
    ("focus", "bg", DRAWN, "focus ring on the page"),
    ("focus", "surface", DRAWN, "focus ring on cards"),
    ("focus", "sunken", DRAWN, "focus ring in wells"),
    ("focus", "raised", DRAWN, "focus ring in dialogs"),
    ("focus", "tide-soft", DRAWN, "focus ring on tide tint"),
    ("focus", "lamp-soft", DRAWN, "focus ring on lamp tint"),
    ("focus", "dusk-soft", DRAWN, "focus ring on dusk tint"),
    ("focus", "leaf-soft", DRAWN, "focus ring on leaf tint"),
    ("focus", "brick-soft", DRAWN, "focus ring on brick tint"),
    ("tide", "bg", DRAWN, "main button against the page"),
    ("tide", "surface", DRAWN, "main button against cards; switch that is on"),
]


def blocks(selector):
    """All declarations, in order, of the blocks that begin with selector."""
    found = {}
    for match in re.finditer(re.escape(selector) + r"\s*\{([^}]*)\}", CSS):
        for name, value in re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", match.group(1)):
            found[name] = value
    return found


def first_block():
    body = re.search(r"^:root\s*\{([^}]*)\}", CSS, re.M).group(1)
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", body))


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    lin = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]


def ratio(one, two):
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def themes():
    light = first_block()
    dark_body = re.search(r'^:root\[data-theme="dark"\]\s*\{([^}]*)\}', CSS, re.M).group(1)
    dark = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", dark_body))
    light_more = light | blocks(':root[data-contrast="more"]')
    dark_more = dark | blocks(':root[data-contrast="more"][data-theme="dark"]')
    return {"light": light, "dark": dark, "light, more": light_more, "dark, more": dark_more}


def main():
    check = "--check" in sys.argv
    failures = []
    rows = []
    table = themes()
    for front, back, least, use in PAIRS:
        cells = []
        for name, theme in table.items():
            value = ratio(theme[front], theme[back])
            cells.append(f"{value:.2f}")
            if value < least:
                failures.append(f"{name}: {front} on {back} is {value:.2f}, needs {least:.0f}")
        rows.append(f"| {front} | {back} | {least:.0f}:1 | " + " | ".join(cells) + f" | {use} |")
    if not check:
        print("| text or drawn | on | least | " + " | ".join(table) + " | used for |")
        print("| --- | --- | --- | " + " | ".join("---:" for _ in table) + " | --- |")
        print("\n".join(rows))
    for line in failures:
        print("FAIL", line, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
