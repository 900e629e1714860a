"""Keys by purpose and version, and the keyring that holds them in a file beside the lake."""

from __future__ import annotations

import base64
import enum
import hmac
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, cast

from powerlake.atomic import write_atomically
from powerlake.errors import ConfigurationError

KEY_BYTES = 32
"""AES-256, and the output length of SHA-256, below which RFC 2104 advises against an HMAC key."""

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Purpose(enum.Enum):
    """What a key is for. The value begins the ids of its keys, such as `f1` and `p1`."""

    FIELD = "f"
    """Encrypts values, to be read again."""
    PSEUDONYM = "p"
    """Makes pseudonyms, from which nothing is read again."""


@dataclass(frozen=True)
class Key:
    """One version of a key. Its secret is in no text made of it."""

    id: str
    secret: bytes = field(repr=False)


class Keyring(Protocol):
    """Where keys come from. It is sent to workers, so what is pickled of it must name the keys and not hold them."""

    def active(self, purpose: Purpose) -> Key:
        """The version that new values are made with."""

    def key(self, key_id: str) -> Key:
        """The version of that id. Raises ConfigurationError."""

    def add(self, purpose: Purpose) -> Key:
        """A fresh version, active from now on; older ones stay readable."""


@dataclass(frozen=True)
class FileKeyring:
    """Keys in a JSON file that only its owner may open: `{"active": {"f": "f1", …}, "keys": {"f1": base64, …}}`.

    Only the path is pickled. A task that carries it into a Spark worker brings no key into a plan, a log or an event
    log; the worker opens the file itself, so the path must be the same on every machine, as the lake's is.
    Every look at the file raises ConfigurationError where it is missing, cannot be read, is open to others, or has
    not what it should: a key cut short would still encrypt, and an empty one make pseudonyms that anyone can guess.
    """

    path: Path

    def create(self) -> FileKeyring:
        """The keyring, made with a fresh key for each purpose where there is none yet."""
        if not self.path.exists():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            ids = {purpose.value: f"{purpose.value}1" for purpose in Purpose}
            self._write({"active": ids, "keys": {key_id: _fresh() for key_id in ids.values()}})
        return self

    def active(self, purpose: Purpose) -> Key:
        """The version that new values are made with."""
        return self.key(self._content["active"][purpose.value])

    def key(self, key_id: str) -> Key:
        """The version of that id. Raises ConfigurationError."""
        secret = self._content["keys"].get(key_id)
        if secret is None:
            raise ConfigurationError(
                f"{self.path} has no key {key_id}", remedy="use the keyring the values were made with"
            )
        return Key(key_id, base64.b64decode(secret))

    def add(self, purpose: Purpose) -> Key:
        """A fresh version, active from now on. One process at a time may add."""
        content = self._content
        versions = [int(key_id[1:]) for key_id in content["keys"] if key_id.startswith(purpose.value)]
        key_id = f"{purpose.value}{max(versions, default=0) + 1}"
        self._write({
            "active": {**content["active"], purpose.value: key_id},
            "keys": {**content["keys"], key_id: _fresh()},
        })  # fmt: skip
        return self.key(key_id)

    def check(self, fingerprint: str) -> None:
        """Raises ConfigurationError where this is not the keyring of that fingerprint."""
        if self.fingerprint != fingerprint:
            raise ConfigurationError(
                f"{self.path} is not the keyring this lake was begun with", remedy="put the first one back"
            )

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that tell this keyring from another, whatever was added to it; they give no key away."""
        return hmac.digest(self.key(f"{Purpose.PSEUDONYM.value}1").secret, b"powerlake keyring", "sha256").hex()[:16]

    def __reduce__(self) -> tuple[type[FileKeyring], tuple[Path]]:
        return FileKeyring, (self.path,)

    @cached_property
    def _content(self) -> Mapping[str, Any]:
        try:
            mode = self.path.stat().st_mode
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"keyring {self.path} cannot be read: {type(error).__name__}",
                remedy="put it back from its backup, or set security.keyring",
            ) from None
        if mode & _FOR_OTHERS:
            raise ConfigurationError(f"keyring {self.path} is open to others", remedy=f"chmod 600 {self.path}")
        if not _is_keyring(content):
            raise ConfigurationError(
                f"{self.path} is no keyring, or a key in it is damaged", remedy="put it back from its backup"
            )
        return cast("Mapping[str, Any]", content)

    def _write(self, content: Mapping[str, Any]) -> None:
        before = os.umask(0o077)
        try:
            write_atomically(self.path, json.dumps(content, indent=1))
        finally:
            os.umask(before)
        self.__dict__.pop("_content", None)


def _is_keyring(content: object) -> bool:
    """Whether it names an active key for each purpose, and every key in it is whole."""
    match content:
        case {"active": dict() as active, "keys": dict() as keys}:
            is_named = all(isinstance(active.get(purpose.value), str) for purpose in Purpose)
            return is_named and all(map(_is_whole, keys.values()))
    return False


def _is_whole(secret: object) -> bool:
    try:
        return isinstance(secret, str) and len(base64.b64decode(secret, validate=True)) == KEY_BYTES
    except ValueError:
        return False


def _fresh() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
