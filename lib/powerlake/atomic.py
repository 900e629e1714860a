"""Files replaced in one step, so that a reader, or a run after a kill, meets the old content or the new."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(file: Path, text: str) -> None:
    """Replaces the file's content in one step that survives a kill or a power cut."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    with unfinished.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    unfinished.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
