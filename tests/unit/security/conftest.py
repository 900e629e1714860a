"""A keyring of the test's own."""

from pathlib import Path

import pytest

from powerlake.security.keys import FileKeyring


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileKeyring:
    monkeypatch.setattr("os.fsync", lambda handle: None)
    return FileKeyring(tmp_path / "keys" / "keyring.json").create()
