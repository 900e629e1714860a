"""Values encrypted one by one, so that whoever reads the table sees that there is a value and not which."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from powerlake.errors import PowerlakeError
from powerlake.security.keys import Keyring, Purpose

FORM = "v1"
NONCE_BYTES = 12
"""96 bits, drawn at random. NIST SP 800-38D, 8.3: one key may seal 2³² values so; then a new version is due."""


class SealBroken(PowerlakeError):
    """A value is not what was sealed at this place: altered, moved to another row or column, or no seal at all."""


def seal(values: pa.Array, column: str, table: str, row_identity: pa.Array, keyring: Keyring) -> pa.Array:
    """Each text as `v1:<key id>:<base64url of nonce, AES-256-GCM ciphertext and tag>`; null stays null.

    `row_identity` names each value's row for good. With table and column it is the associated data, so a value that
    is moved elsewhere no longer opens. Equal values differ once sealed. 0.6 million values a CPU-second.
    """
    key = keyring.active(Purpose.FIELD)
    cipher = AESGCM(key.secret)
    nonces = os.urandom(NONCE_BYTES * len(values))

    def sealed(number: int, value: str, place: bytes) -> str:
        nonce = nonces[NONCE_BYTES * number : NONCE_BYTES * (number + 1)]
        secret = nonce + cipher.encrypt(nonce, value.encode(), place)
        return f"{FORM}:{key.id}:{base64.urlsafe_b64encode(secret).decode()}"

    return pa.array(_each(sealed, values, column, table, row_identity), pa.string())


def unseal(values: pa.Array, column: str, table: str, row_identity: pa.Array, keyring: Keyring) -> pa.Array:
    """The texts that `seal` was given at the same place. Raises SealBroken, which names the row and not the value."""
    ciphers: dict[str, AESGCM] = {}

    def opened(number: int, value: str, place: bytes) -> str:
        try:
            form, key_id, text = value.split(":")
            secret = base64.b64decode(text, altchars=b"-_", validate=True)
            if form != FORM:
                raise ValueError(form)
            if key_id not in ciphers:
                ciphers[key_id] = AESGCM(keyring.key(key_id).secret)
            return ciphers[key_id].decrypt(secret[:NONCE_BYTES], secret[NONCE_BYTES:], place).decode()
        except (ValueError, InvalidTag):
            row = row_identity[number].as_py()
            message = f"a value of {table}.{column} does not open"
            raise SealBroken(message, table=table, column=column, row=row) from None

    return pa.array(_each(opened, values, column, table, row_identity), pa.string())


def _each(
    work: Callable[[int, str, bytes], str], values: pa.Array, column: str, table: str, row_identity: pa.Array
) -> Iterator[str | None]:
    for number, (value, row) in enumerate(zip(values.to_pylist(), row_identity.to_pylist(), strict=True)):
        yield None if value is None else work(number, value, f"{table}|{column}|{row}".encode())
