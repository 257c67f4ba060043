"""The widget kit. There is one window per process, so there is one look, worn by every widget."""

from pathlib import Path

from kivy.lang import Builder, global_idmap

from kiosk.ui.theme import Look

KIT = Path(__file__).with_name("kit.kv")


def wear(look: Look) -> None:
    """Give every widget made from now on this look; in .kv files it is called ``look``."""
    global_idmap["look"] = look
    global_idmap["ui"] = look.colours


def worn() -> Look:
    """The look that `wear` gave."""
    look = global_idmap["look"]
    assert isinstance(look, Look)
    return look


def load_kit() -> None:
    """Define every widget of the kit, once per process."""
    if str(KIT) not in Builder.files:
        from kiosk.ui.widgets import (  # noqa: F401 — kit.kv and the views' layouts name their classes
            art,
            buttons,
            facts,
            gift_card,
            header,
            hero,
            pages,
            panel,
            qr,
            row,
            stack,
            stamps,
            text,
        )

        Builder.load_file(str(KIT))
