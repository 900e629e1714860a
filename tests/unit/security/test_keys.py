"""The keyring in a file: closed to others, versions by id, and no secret in what travels or is printed."""

import base64
import json
import pickle

import pytest

from powerlake.errors import ConfigurationError
from powerlake.security.keys import FileKeyring, Key, Purpose


def test_a_fresh_keyring_has_a_key_of_256_bits_for_each_purpose(keyring) -> None:
    keys = [keyring.active(purpose) for purpose in Purpose]
    assert [key.id for key in keys] == ["f1", "p1"]
    assert {len(key.secret) for key in keys} == {32}
    assert keys[0].secret != keys[1].secret


def test_only_the_owner_may_open_file_and_folder(keyring) -> None:
    assert keyring.path.stat().st_mode & 0o777 == 0o600
    assert keyring.path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_open_to_others_is_refused(keyring, mode: int) -> None:
    keyring.path.chmod(mode)
    with pytest.raises(ConfigurationError, match="open to others; chmod 600"):
        FileKeyring(keyring.path).active(Purpose.FIELD)


def test_creating_twice_keeps_the_keys(keyring) -> None:
    before = keyring.path.read_bytes()
    FileKeyring(keyring.path).create()
    assert keyring.path.read_bytes() == before


def test_an_added_version_is_active_and_the_older_one_still_there(keyring) -> None:
    first, fingerprint = keyring.active(Purpose.FIELD), keyring.fingerprint
    added = keyring.add(Purpose.FIELD)
    again = FileKeyring(keyring.path)
    assert (added.id, again.active(Purpose.FIELD), again.key("f1")) == ("f2", added, first)
    assert again.active(Purpose.PSEUDONYM).id == "p1"
    assert again.fingerprint == fingerprint


def test_keyrings_differ_by_fingerprint(keyring, tmp_path) -> None:
    assert FileKeyring(tmp_path / "another.json").create().fingerprint != keyring.fingerprint


def test_what_is_pickled_names_the_file_and_holds_no_key(keyring) -> None:
    secret = keyring.active(Purpose.FIELD).secret
    pickled = pickle.dumps(keyring)
    assert secret not in pickled
    assert base64.b64encode(secret) not in pickled
    assert pickle.loads(pickled).active(Purpose.FIELD).secret == secret


def test_a_key_shows_its_id_only() -> None:
    assert repr(Key("f1", b"secret")) == "Key(id='f1')"


@pytest.mark.parametrize("content", [None, "", "{", "\udcff"], ids=["missing", "empty", "cut", "no text"])
def test_a_keyring_that_cannot_be_read_is_said_so(keyring, content: str | None) -> None:
    if content is None:
        keyring.path.unlink()
    else:
        keyring.path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(ConfigurationError, match="cannot be read"):
        FileKeyring(keyring.path).active(Purpose.FIELD)


def test_a_key_it_does_not_have_is_named(keyring) -> None:
    with pytest.raises(ConfigurationError, match="has no key f7"):
        keyring.key("f7")


def test_the_secret_is_what_the_file_says(keyring) -> None:
    assert base64.b64encode(keyring.key("p1").secret).decode() == json.loads(keyring.path.read_text())["keys"]["p1"]


WHOLE, SHORT = (base64.b64encode(bytes(size)).decode() for size in (32, 16))


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"active": [], "keys": []},
        {"active": {"f": "f1"}, "keys": {"f1": WHOLE}},
        {"active": {"f": "f1", "p": "p1"}, "keys": {"f1": WHOLE, "p1": SHORT}},
        {"active": {"f": "f1", "p": "p1"}, "keys": {"f1": WHOLE, "p1": ""}},
        {"active": {"f": "f1", "p": "p1"}, "keys": {"f1": WHOLE, "p1": "!" + WHOLE}},
        {"active": {"f": "f1", "p": "p1"}, "keys": {"f1": WHOLE, "p1": 7}},
    ],
    ids=["list", "nothing", "lists", "one purpose", "cut", "empty", "no base64", "number"],
)
def test_a_keyring_with_a_damaged_key_is_refused(keyring, content: object) -> None:
    keyring.path.write_text(json.dumps(content))
    with pytest.raises(ConfigurationError, match="no keyring, or a key in it is damaged"):
        FileKeyring(keyring.path).active(Purpose.FIELD)
