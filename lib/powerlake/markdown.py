"""Markdown that generated pages are made of."""

from collections.abc import Iterable


def grid(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table, with its last line end."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
