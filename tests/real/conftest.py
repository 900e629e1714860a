"""The shared real data, where they are there."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("POWERLAKE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")


@pytest.fixture(scope="session")
def sgsc() -> Path:
    """Half-hourly readings of 79 households; without them the test is skipped, and says so."""
    folder = SHARED / "sgsc_households"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; POWERLAKE_SHARED_DATA names another place")
    return folder


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """The folder of a public set by its name; without it the test is skipped, and says so."""

    def folder_of(name: str) -> Path:
        folder = SHARED / name
        if not folder.is_dir():
            pytest.skip(f"no real data at {folder}; POWERLAKE_SHARED_DATA names another place")
        return folder

    return folder_of
