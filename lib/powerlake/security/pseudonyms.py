"""Keyed pseudonyms: rows of two feeds that name one person get one number, which names nobody.

Without the key a list of all telephone numbers tells nothing, which a plain hash would give away.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.security.keys import Keyring, Purpose

PSEUDONYM_BYTES = 16
"""128 bits: among a billion values two share a pseudonym with a chance of 10⁻²¹."""


def pseudonyms(values: pa.Array, field: str, keyring: Keyring) -> pa.Array:
    """`<key id>:<32 hex digits>` of each text, by HMAC-SHA-256 of its normal form; null where that is empty.

    Deterministic under one key. Fields of one domain (the accounts a customer has and a payment came from) share
    their pseudonyms; the same text in another domain has another one. A distinct value is hashed once.
    """
    key = keyring.active(Purpose.PSEUDONYM)
    domain, normal_form = _DOMAINS.get(field, (field, _words))
    distinct = normal_form(pc.utf8_normalize(values, "NFKC")).dictionary_encode()

    def pseudonym(value: str) -> str:
        return f"{key.id}:{keyed_hash(key.secret, f'{domain}|{value}'.encode())[:PSEUDONYM_BYTES].hex()}"

    made = [pseudonym(value) if value else None for value in distinct.dictionary.to_pylist()]
    return pa.array(made, pa.string()).take(distinct.indices)


def keyed_hash(secret: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104)."""
    return hmac.digest(secret, message, "sha256")


def _words(values: pa.Array) -> pa.Array:
    """Lower case, one blank between words."""
    return pc.utf8_lower(pc.utf8_trim_whitespace(pc.replace_substring_regex(values, r"\s+", " ")))


def _unparted(values: pa.Array) -> pa.Array:
    """Lower case, without the blanks and hyphens that part groups of digits."""
    return pc.utf8_lower(pc.replace_substring_regex(values, r"[\s\-]+", ""))


def _telephone(values: pa.Array) -> pa.Array:
    """Digits without what parts them, and without the country's code +86 or 0086."""
    return pc.replace_substring_regex(pc.replace_substring_regex(values, r"[\s\-().]+", ""), r"^(\+|00)86", "")


_DOMAINS: dict[str, tuple[str, Callable[[pa.Array], pa.Array]]] = {
    "phone": ("phone", _telephone),
    "id_number": ("id_number", _unparted),
    "bank_account": ("account", _unparted),
    "payer_account": ("account", _unparted),
}
"""Domain and normal form by field; any other field is a domain of its own, of words."""
