"""The bench: powerlake's bulk work timed against engines and against bare numpy, on the same files, in one run.

`site` makes the files and holds the session, each module of `works` declares contests, `contest` runs them in
alternating rounds, `clocking` takes the time, `page` writes docs/performance.md.
"""
