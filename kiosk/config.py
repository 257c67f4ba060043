"""This machine's settings: `kiosk.toml`, checked as a whole, and the terminal's credentials.

Programs, rewards and limits are not here: the merchant writes them in the back office.
"""

import difflib
import json
import os
import tempfile
import tomllib
from datetime import time
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class ConfigError(Exception):
    """The settings cannot be used; the text names the key and the remedy."""


class _Section(BaseModel):
    # Without the input: the text of an error is printed and logged, and a token is an input.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Backend(_Section):
    """Where the backend answers."""

    url: Annotated[str, Field(pattern=r"^(https?://[^\s/]+(/.*)?)?$")] = ""
    """Empty: whoever installs the kiosk types it on the glass, with the code."""


class Reader(_Section):
    """Which card reader: ``pcsc:`` is the first one found."""

    target: str = "pcsc:"


class PrinterSection(_Section):
    """Which printer; an empty target for none."""

    target: str = ""


LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class ScreenSection(_Section):
    """The panel."""

    width: Annotated[int, Field(ge=320, le=7680)] = 1280
    height: Annotated[int, Field(ge=320, le=7680)] = 800
    fullscreen: bool = True
    rotation: Annotated[int, Field(ge=0, le=270, multiple_of=90)] = 0
    mm_per_px: Annotated[float, Field(gt=0.02, lt=1)] = 0.17
    languages: Annotated[tuple[LanguageCode, ...], Field(min_length=1)] = ("fr", "en")
    """The shop's languages; every visit begins in the first."""
    reader_side: Annotated[str, Field(pattern="^(below|right|left|above)$")] = "below"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "FR"
    """Where the shop is (ISO 3166): how telephone numbers are written and read."""


class Night(_Section):
    """When the glass is dimmed while nobody stands there, by the shop's clock."""

    dim_from: time | None = None
    """Such as 20:00:00; with `dim_until`. Neither: never."""
    dim_until: time | None = None
    dim_percent: Annotated[int, Field(ge=5, le=100)] = 25
    """How bright it is then."""
    backlight: Path | None = None
    """The panel's own light, such as /sys/class/backlight/10-0045: dims it too, and saves power."""


class Session(_Section):
    """How long silence lasts before the kiosk asks, and then forgets."""

    idle_timeout_s: Annotated[int, Field(ge=10, le=600)] = 30
    warning_s: Annotated[int, Field(ge=20, le=120)] = 20
    """WCAG 2.2.1 wants at least 20 s of warning."""


class Speech(_Section):
    """The voice and the short sounds."""

    output: Annotated[str, Field(pattern="^(|alsa:.*|file:.+|none:)$")] = ""
    """Where sound goes, such as ``alsa:default``; empty for a kiosk without sound."""
    headset: str = "USB-Audio"
    """The driver of the sound card whose arrival switches the voice on; empty for none."""


class Storage(_Section):
    """Where the database and the credentials live."""

    folder: Path = Path("/var/lib/loyalty-kiosk")

    @property
    def pictures(self) -> Path:
        """Where the merchant's pictures are kept."""
        return self.folder / "pictures"


class Config(_Section):
    """All of `kiosk.toml`."""

    backend: Backend
    reader: Reader = Reader()
    printer: PrinterSection = PrinterSection()
    screen: ScreenSection = ScreenSection()
    night: Night = Night()
    session: Session = Session()
    speech: Speech = Speech()
    storage: Storage = Storage()


def load_config(path: Path, environment: dict[str, str] | None = None) -> Config:
    """The settings in `path`, with ``KIOSK_SECTION_KEY`` from the environment over them.

    Raises ConfigError, naming the key; for an unknown one, the key that was probably meant.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist; copy deploy/raspberrypi/kiosk.toml") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    for name, value in (environment or {}).items():
        section, _, key = name.removeprefix("KIOSK_").lower().partition("_")
        if name.startswith("KIOSK_") and section in Config.model_fields and key:
            keys = settings.setdefault(section, {})
            if isinstance(keys, dict):
                keys[key] = _as_toml(value)
    try:
        return Config.model_validate(settings)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigError(f"{path}: {_explained(first)}") from error


def _as_toml(value: str) -> object:
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _explained(error: Any) -> str:  # noqa: ANN401 - pydantic's own dict
    place = [str(part) for part in error["loc"]]
    key = ".".join(place)
    if error["type"] != "extra_forbidden":
        return f"{key}: {error['msg']}"
    known = _keys_of(place[:-1])
    close = difflib.get_close_matches(place[-1], known, n=1)
    remedy = f"did you mean {close[0]!r}?" if close else f"one of {', '.join(known)}"
    return f"unknown key {key!r}; {remedy}"


def _keys_of(section: list[str]) -> list[str]:
    model: type[BaseModel] = Config
    for name in section:
        annotation = model.model_fields[name].annotation
        assert isinstance(annotation, type)
        assert issubclass(annotation, BaseModel)
        model = annotation
    return list(model.model_fields)


class Credentials(_Section):
    """What a claim gave this terminal; readable by the kiosk's user alone."""

    terminal: str
    name: str
    token: str
    card_secret: str
    store: str
    program: str
    backend: str = ""
    """The backend's address as it was typed on the glass; empty where kiosk.toml says it."""

    def address(self, config: Config) -> str:
        """Where this terminal's backend answers."""
        return self.backend or config.backend.url


_FILE = "terminal.json"


def load_credentials(folder: Path) -> Credentials | None:
    """The terminal's credentials: systemd's, else the file of the claim; None when unclaimed.

    Raises ConfigError when the file is there but cannot be used.
    """
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    places = [Path(given) / _FILE] if given else []
    for path in [*places, folder / _FILE]:
        try:
            return Credentials.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ConfigError(f"{path} cannot be read by this user: {error.strerror}") from error
        except ValidationError as error:
            raise ConfigError(f"{path} cannot be used; claim the kiosk again") from error
    return None


def writable(folder: Path) -> None:
    """Make the folder, and raise OSError unless a file can be written there."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".trial-") as trial:
        trial.write(b"x")


def save_credentials(folder: Path, credentials: Credentials) -> Path:
    """Write the credentials with mode 0600, whole or not at all; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _FILE
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        if os.geteuid() == 0:
            # Claimed by root, read by the kiosk's own user: the file is for whose folder it is.
            owner = folder.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        json.dump(credentials.model_dump(), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return path
