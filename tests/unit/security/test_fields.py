"""Sealed values open where they were sealed, and nowhere else."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from powerlake.errors import ConfigurationError
from powerlake.security.fields import SealBroken, seal, unseal
from powerlake.security.keys import FileKeyring, Purpose

PLACE = ("phone", "bronze.customers")
ROWS = pa.array(["abc:1", "abc:2", "abc:3"])
VALUES = pa.array(["13800000001", None, "13800000001"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.none() | st.text(), max_size=5))
def test_what_is_sealed_opens_again(keyring, values: list[str | None]) -> None:
    rows = pa.array([f"abc:{number}" for number in range(len(values))], pa.string())
    sealed = seal(pa.array(values, pa.string()), *PLACE, rows, keyring)
    assert unseal(sealed, *PLACE, rows, keyring).to_pylist() == values


def test_the_form_has_the_key_id_and_nothing_of_the_value(keyring) -> None:
    sealed = seal(VALUES, *PLACE, ROWS, keyring).to_pylist()
    assert sealed[1] is None
    assert sealed[0].startswith("v1:f1:")
    assert sealed[0] != sealed[2], "equal values must not look equal"
    assert len(sealed[0]) == len("v1:f1:") + 4 * -(-(12 + 11 + 16) // 3)


@pytest.mark.parametrize(
    ("column", "table", "rows"),
    [
        ("email", "bronze.customers", ROWS),
        ("phone", "bronze.tickets", ROWS),
        ("phone", "bronze.customers", pa.array(["abc:2", "abc:1", "abc:3"])),
    ],
    ids=["another column", "another table", "another row"],
)
def test_a_value_that_was_moved_does_not_open(keyring, column: str, table: str, rows: pa.Array) -> None:
    sealed = seal(VALUES, *PLACE, ROWS, keyring)
    with pytest.raises(SealBroken) as broken:
        unseal(sealed, column, table, rows, keyring)
    assert broken.value.facts["row"] == rows[0].as_py()
    assert sealed[0].as_py() not in str(broken.value)


def test_an_altered_value_does_not_open(keyring) -> None:
    (sealed,) = seal(VALUES[:1], *PLACE, ROWS[:1], keyring).to_pylist()
    head, key_id, text = sealed.split(":")
    other = "A" if text[20] != "A" else "B"
    for altered in (f"{head}:{key_id}:{text[:20]}{other}{text[21:]}", f"v2:{key_id}:{text}", sealed[:-4], "x", ""):
        with pytest.raises(SealBroken):
            unseal(pa.array([altered]), *PLACE, ROWS[:1], keyring)


def test_values_of_an_older_key_still_open_and_another_keyring_opens_none(keyring, tmp_path) -> None:
    sealed = seal(VALUES, *PLACE, ROWS, keyring)
    keyring.add(Purpose.FIELD)
    assert unseal(sealed, *PLACE, ROWS, keyring) == VALUES
    newer = seal(VALUES, *PLACE, ROWS, keyring)
    assert newer[0].as_py().startswith("v1:f2:")
    other = FileKeyring(tmp_path / "other.json").create()
    with pytest.raises(SealBroken):
        unseal(sealed, *PLACE, ROWS, other)
    with pytest.raises(ConfigurationError, match="has no key f2"):
        unseal(newer, *PLACE, ROWS, other)


def test_no_two_values_share_a_nonce(keyring) -> None:
    many = pa.array(["x"] * 500)
    rows = pa.array([str(number) for number in range(500)])
    assert len({text.split(":")[2][:16] for text in seal(many, *PLACE, rows, keyring).to_pylist()}) == 500
