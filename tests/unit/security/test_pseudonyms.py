"""Pseudonyms: equal for one person however written, different by field and key, and HMAC-SHA-256 beneath."""

import pyarrow as pa
import pytest

from powerlake.security.keys import FileKeyring, Purpose
from powerlake.security.pseudonyms import keyed_hash, pseudonyms


@pytest.mark.parametrize(
    ("secret", "message", "expected"),
    [
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    ],
)  # fmt: skip
def test_the_hash_is_that_of_rfc_4231(secret: bytes, message: bytes, expected: str) -> None:
    """Section 4, test cases 1, 2, 3 and 6."""
    assert keyed_hash(secret, message).hex() == expected


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (
            "phone",
            ["13800000001", " 138 0000 0001", "138-0000-0001", "+86 13800000001", "008613800000001", "1３8００000001"],
        ),
        ("id_number", ["11010119900307123X", "110101 19900307 123x", "１１０１０１１９９００３０７１２３Ｘ"]),
        ("bank_account", ["6222021234567890123", "6222 0212 3456 7890 123"]),
        ("email", ["Li.Lei@Example.cn", " li.lei@example.cn "]),
        ("name", ["Li  Lei", "li lei", "LI\u3000LEI"]),
    ],
)
def test_one_value_has_one_pseudonym_however_it_is_written(keyring, field: str, written: list[str]) -> None:
    (one,) = set(pseudonyms(pa.array(written), field, keyring).to_pylist())
    assert one.startswith("p1:")
    assert len(one) == len("p1:") + 32
    (other,) = pseudonyms(pa.array(["another"]), field, keyring).to_pylist()
    assert other != one


def test_nothing_has_no_pseudonym(keyring) -> None:
    given = pa.array([None, "", "  ", "x"])
    assert [value is None for value in pseudonyms(given, "name", keyring).to_pylist()] == [True, True, True, False]
    assert pseudonyms(pa.array([], pa.string()), "name", keyring).to_pylist() == []


def test_accounts_are_joined_and_other_fields_are_not(keyring) -> None:
    value = pa.array(["6222021234567890123"])
    made = {name: pseudonyms(value, name, keyring)[0].as_py() for name in
            ("bank_account", "payer_account", "phone", "id_number", "name")}  # fmt: skip
    assert made["bank_account"] == made["payer_account"]
    assert len(set(made.values())) == 4


def test_another_key_gives_other_pseudonyms_and_the_same_key_the_same(keyring, tmp_path) -> None:
    value = pa.array(["13800000001"])
    here = pseudonyms(value, "phone", keyring)
    assert pseudonyms(value, "phone", FileKeyring(keyring.path)) == here
    assert pseudonyms(value, "phone", FileKeyring(tmp_path / "o.json").create()) != here
    keyring.add(Purpose.PSEUDONYM)
    assert pseudonyms(value, "phone", keyring)[0].as_py().startswith("p2:")


def test_a_distinct_value_is_hashed_once(keyring, monkeypatch) -> None:
    calls = []
    monkeypatch.setattr(
        "powerlake.security.pseudonyms.keyed_hash", lambda *given: calls.append(given) or keyed_hash(*given)
    )
    assert len(set(pseudonyms(pa.array(["a", "b", "a", "A"] * 10), "name", keyring).to_pylist())) == 2
    assert len(calls) == 2
