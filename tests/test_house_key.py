"""The house's key: from the setting, else from a file that only its owner reads and that is made once."""

import base64
import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from valvomo.channels.telegram.provider import TelegramSecrets
from valvomo.channels.vault import UnopenableError, Vault
from valvomo.db.sealing import Sealer
from valvomo.house_key import FILE, HouseKey, UnreadableKeyError, house_key, keys_of
from valvomo.settings import BadSettingsError, load

ONE, OTHER = bytes(range(32)), bytes(range(32, 64))
KEY = base64.b64encode(ONE).decode()


def test_the_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: house_key("", folder), range(16)))
    assert len(found) == 1
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert [one.name for one in folder.iterdir()] == [FILE]
    assert house_key("", folder) in found


def test_the_setting_wins_and_may_name_several(tmp_path: Path) -> None:
    both = f"{KEY}, {base64.b64encode(OTHER).decode()}"
    assert house_key(both, tmp_path).keys == (ONE, OTHER)
    assert list(tmp_path.iterdir()) == []


def test_purposes_have_keys_of_their_own() -> None:
    key = HouseKey((ONE,))
    assert len({key.derived("links"), key.derived("secrets"), ONE}) == 3
    assert key.derived("links") == HouseKey((ONE, OTHER)).derived("links")
    assert KEY not in repr(key)


@pytest.mark.parametrize("bad", ["x", "AAAA", f"{KEY},", f"{KEY},AAAA", "!" * 44])
def test_what_is_no_key_stops_the_start_and_is_not_repeated(bad: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        keys_of(bad)
    with pytest.raises(BadSettingsError) as error:
        load({"VALVOMO_SECRET_KEY": bad})
    assert "VALVOMO_SECRET_KEY" in str(error.value)
    assert KEY not in str(error.value)


def test_a_file_that_holds_no_key_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("nothing")
    with pytest.raises(ValueError, match="base64"):
        house_key("", tmp_path)


def test_a_key_that_cannot_be_read_opens_nothing_and_says_why(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("nothing")
    vault = Vault(lambda: house_key("", tmp_path))
    assert not vault.usable
    with pytest.raises(UnopenableError, match=str(tmp_path)):
        vault.open(b"\x01" + bytes(40), ("house", "account"), TelegramSecrets)
    with pytest.raises(UnreadableKeyError, match="holds no key"):
        vault.seal(TelegramSecrets(bot_token="123:" + "a" * 30), ("house", "account"))
    (tmp_path / FILE).unlink()
    sealed = vault.seal(TelegramSecrets(bot_token="123:" + "a" * 30), ("house", "account"))
    assert vault.open(sealed, ("house", "account"), TelegramSecrets).bot_token.startswith("123:")


def test_what_was_sealed_before_opens_still() -> None:
    """As releases before this one have sealed it: the form has not changed."""
    vault, sealer = Vault(lambda: HouseKey((ONE,))), Sealer(lambda: HouseKey((ONE,)))
    for word, purpose, sealed in (
        (b"valvomo vault ", "channel secrets", vault.seal(TelegramSecrets(bot_token="1234:" + "a" * 30), ("h", "a"))),
        (b"valvomo sealing ", "kept secrets", sealer.seal("secret", "h", "a")),
    ):  # fmt: skip
        key = HouseKey((ONE,)).derived(purpose)
        assert sealed[:9] == b"\x01" + hashlib.sha256(word + key).digest()[:8]
        assert AESGCM(key).decrypt(sealed[9:21], sealed[21:], b"h\x1fa")
