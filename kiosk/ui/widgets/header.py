"""The top of every screen: whose shop it is, how far one is, the language, and the way out."""

from kivy.clock import Clock
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.ui.text import LANGUAGES
from kiosk.ui.theme import ASSETS
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.art import Logo
from kiosk.ui.widgets.buttons import TouchButton
from kiosk.ui.widgets.text import Text


class Header(Widget):
    """Brand on the left; `info`, the language pill and "finish" on the right."""

    view = ObjectProperty(None, rebind=True)
    info = StringProperty("")
    finish = StringProperty("")
    """The words of the way out; none when the screen has its own below."""
    aside = StringProperty("")
    """The words of what can be done beside the screen's own question; none for most."""
    language = StringProperty("")
    """The language that the pill offers; none when there is no other."""

    def __init__(self, **values: object) -> None:
        # Not at once: Kivy caches `right` and tells of a new width before it forgets the old one.
        self._place = Clock.create_trigger(self._arrange, -1)
        super().__init__(**values)
        look = worn()
        self._brand: Widget
        if look.theme.logo:
            self._brand = Logo(ASSETS / "images" / look.theme.logo)
        else:
            self._brand = Text(
                text=look.theme.name, size_px=30, weight="bold", colour=look.colours.brand, lines=1
            )
        self._info = Text(size_px=22, weight="semibold", colour=look.colours.soft, halign="right")
        self._info.lines = 2
        self._language = _pill("globe")
        self._finish = _pill("close")
        self._finish.icon_after = True
        self._finish.name = "finish"
        self._aside = _pill("user")
        self._aside.name = "aside"
        self._aside.bind(on_release=lambda _: self.view.do_aside())
        self._language.bind(on_release=self._speak)
        self._finish.bind(on_release=self._leave)
        for widget in (self._brand, self._info):
            self.add_widget(widget)
        for name in ("pos", "size", "info", "finish", "aside", "language"):
            self.fbind(name, self._place)
        self.fbind("view", self._follow)
        self._follow()
        self._place()

    def _follow(self, *_: object) -> None:
        if self.view is None:
            return
        for name in ("info", "finish", "aside", "language"):
            self.view.fbind(name, self._copy)
        self._copy()

    def _copy(self, *_: object) -> None:
        self.info, self.finish = self.view.info, self.view.finish
        self.language, self.aside = self.view.language, self.view.aside

    def _speak(self, *_: object) -> None:
        self.view.glass.speak(self.language)

    def _leave(self, *_: object) -> None:
        self.view.answer(None)

    def _arrange(self, *_: object) -> None:
        look = worn()
        middle = self.y + self.height / 2
        right = self.right - look.px(48)
        for pill, words in (
            (self._finish, self.finish),
            (self._language, self.language),
            (self._aside, self.aside),
        ):
            if bool(words) != (pill.parent is self):
                (self.add_widget if words else self.remove_widget)(pill)
            if not words:
                continue
            pill.text = LANGUAGES.get(words, words) if pill is self._language else words
            if pill is self._language:
                pill.name = f"language:{words}"
            if pill is self._aside:
                # Upright there is no room for three pills with words and the shop's name.
                pill.spoken, pill.text = words, "" if look.portrait else words
            pill.size = (max(pill.width_needed(), look.action), look.px(60))
            pill.pos = (round(right - pill.width), round(middle - pill.height / 2))
            right -= pill.width + look.px(20)
        left = self.x + look.px(48)
        room = max(right - left, 0)
        brand = self._brand.width_at() + 2 if isinstance(self._brand, Text) else room * 0.45
        self._brand.size = (min(brand, room * (0.6 if self.info else 1)), self.height * 0.5)
        self._brand.pos = (left, round(middle - self._brand.height / 2))
        start = left + self._brand.width + look.px(24)
        self._info.text = self.info
        self._info.size = (max(right - start, 0), self.height * 0.7)
        self._info.pos = (start, round(middle - self._info.height / 2))


def _pill(icon: str) -> TouchButton:
    return TouchButton(kind="pill", icon=icon, size_px=24, size_hint=(None, None), padding_px=26)
