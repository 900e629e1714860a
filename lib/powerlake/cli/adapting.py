"""`powerlake adapt`: a public data set in the contract's form."""

from __future__ import annotations

from pathlib import Path

from powerlake.cli.output import columns
from powerlake.landing.adapters import adapt


def run(name: str, source: Path, out: Path) -> str:
    """Writes the set below `out`; returns its feeds with their rows, where landing is, and the clock to run it by."""
    written = adapt(name, source, out)
    rows = columns([(feed, f"{count:,}") for feed, count in written.rows.items()], ("feed", "rows"))
    where = f"{len(written.files)} files in {out}; landing is {out / 'landing'}"
    call = f"POWERLAKE_HOME={out} POWERLAKE_UTILITY_CLOCK={written.clock} powerlake run daily"
    return f"{rows}\n\n{where}\nto take it to gold: {call}"
