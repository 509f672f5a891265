"""Measures what the community costs on this machine, beside a bare server and the usual pattern.

`python -m bench` prints a table and keeps the figures in `var/bench/`. `docs/performance.md` says how to read them.
"""
