"""The settings of one machine: what is read, and what a mistake is answered."""

import os
from pathlib import Path

import pytest

from kiosk.config import (
    ConfigError,
    Credentials,
    load_config,
    load_credentials,
    save_credentials,
)

MINIMAL = '[backend]\nurl = "https://fid.example"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "kiosk.toml"
    path.write_text(text)
    return path


def test_a_minimal_file_is_enough(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, MINIMAL))
    assert config.reader.target == "pcsc:"
    assert config.session.warning_s == 20


def test_an_unknown_key_is_an_error_with_the_key_that_was_meant(tmp_path: Path) -> None:
    path = written(tmp_path, MINIMAL + "[session]\nidle_timout_s = 20\n")
    meant = r"'session\.idle_timout_s'; did you mean 'idle_timeout_s'"
    with pytest.raises(ConfigError, match=meant):
        load_config(path)


def test_an_unknown_section_names_the_sections(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown key 'zzz'; one of backend, reader"):
        load_config(written(tmp_path, MINIMAL + "[zzz]\n"))


@pytest.mark.parametrize("url", ["fid.example", "ftp://fid.example", "http://"])
def test_a_wrong_backend_url_names_the_key(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match=r"backend\.url"):
        load_config(written(tmp_path, f'[backend]\nurl = "{url}"\n'))


def test_a_missing_file_says_where_to_find_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load_config(tmp_path / "kiosk.toml")


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(written(tmp_path, "backend: url"))


def test_a_warning_shorter_than_the_rule_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="warning_s"):
        load_config(written(tmp_path, MINIMAL + "[session]\nwarning_s = 5\n"))


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    environment = {
        "KIOSK_BACKEND_URL": "http://127.0.0.1:8000",
        "KIOSK_SESSION_IDLE_TIMEOUT_S": "45",
        "KIOSK_SCREEN_FULLSCREEN": "false",
        "KIOSK": "x",
        "HOME": "/nowhere",
    }
    config = load_config(written(tmp_path, MINIMAL), environment)
    assert config.backend.url == "http://127.0.0.1:8000"
    assert config.session.idle_timeout_s == 45
    assert not config.screen.fullscreen


def credentials() -> Credentials:
    return Credentials(
        terminal="t1", name="Angers-1", token="x", card_secret="00", store="s1", program="p1"
    )


def test_credentials_are_written_for_their_owner_alone(tmp_path: Path) -> None:
    path = save_credentials(tmp_path / "new", credentials())
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_credentials(tmp_path / "new") == credentials()


def test_an_unclaimed_machine_has_none(tmp_path: Path) -> None:
    assert load_credentials(tmp_path) is None


def test_torn_credentials_are_an_error_and_not_a_fresh_start(tmp_path: Path) -> None:
    (tmp_path / "terminal.json").write_text('{"terminal": ')
    with pytest.raises(ConfigError, match="claim the kiosk again"):
        load_credentials(tmp_path)


def test_systemd_credentials_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = tmp_path / "given"
    save_credentials(given, credentials())
    monkeypatch.setitem(os.environ, "CREDENTIALS_DIRECTORY", str(given))
    assert load_credentials(tmp_path / "elsewhere") == credentials()
