"""What can be touched. Every touchable has a stable `name`, by which tests and demos find it."""

from kivy.clock import Clock
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget

from kiosk.ui.widgets import worn
from kiosk.ui.widgets.text import Icon, Text

ICON = 1.15
"""A pictogram is drawn this much larger than the letters beside it."""

Box = tuple[float, float, float, float]


class Touch(ButtonBehavior, Widget):
    """Something to touch, with a `name`. What is drawn may be smaller than what can be hit."""

    name = StringProperty("")
    key = BooleanProperty(False)
    """A key of a keyboard, for which 12 mm are enough."""
    spoken = StringProperty("")
    """What it is called where its own words do not say it."""
    private = BooleanProperty(False)
    """Its words are not to be said through a loudspeaker."""
    shown = BooleanProperty(True)
    """False takes it off the screen; in a `Row` its room goes to its neighbours."""

    def __init__(self, **values: object) -> None:
        # Kivy would keep the pressed state for 35 ms more than the finger; the answer goes first.
        values.setdefault("min_state_time", 0)
        super().__init__(**values)
        self.fbind("shown", self._come_and_go)
        self._come_and_go()

    def _come_and_go(self, *_: object) -> None:
        self.opacity = 1 if self.shown else 0

    @property
    def target(self) -> Box:
        """The box that can be hit (x, y, width, height), at least 20 mm by 20 mm, 12 for keys."""
        look = worn()
        least = look.key if self.key else look.action
        width, height = max(self.width, least), max(self.height, least)
        x = min(max(self.center_x - width / 2, 0), max(0, look.width - width))
        y = min(max(self.center_y - height / 2, 0), max(0, look.height - height))
        return (x, y, width, height)

    def collide_point(self, x: float, y: float) -> bool:
        """Whether a touch there hits, which is more than what is drawn."""
        if not self.shown:
            return False
        left, bottom, width, height = self.target
        return left <= x < left + width and bottom <= y < bottom + height


class TouchButton(Touch):
    """A filled or outlined box with a pictogram and words, which shrink to fit.

    `kind` is "primary" (one per screen: "do it"), "secondary" (outlined), "pill" (small and round),
    "pill_on" (the chosen one of several pills), "key" or "key_soft" (keyboards).
    """

    text = StringProperty("")
    icon = StringProperty("")
    kind = OptionProperty(
        "secondary", options=["primary", "secondary", "pill", "pill_on", "key", "key_soft"]
    )
    size_px = NumericProperty(32)
    icon_after = BooleanProperty(False)
    """The pictogram stands behind the words, as the cross of "Finish" does."""
    padding_px = NumericProperty(28)
    hug = BooleanProperty(False)
    """As wide as its words."""
    fill = ColorProperty()
    edge = ColorProperty()
    corner = NumericProperty(1)
    hair = NumericProperty(1)

    def __init__(self, **values: object) -> None:
        self._place = Clock.create_trigger(self._arrange, -1)
        self._label = Text(halign="center", weight="bold", lines=1)
        self._icon = Icon()
        super().__init__(**values)
        self.add_widget(self._icon)
        self.add_widget(self._label)
        for name in ("text", "icon", "size_px", "size", "pos", "hug", "padding_px", "icon_after"):
            self.fbind(name, self._place)
        for name in ("kind", "state", "disabled"):
            self.fbind(name, self._paint)
        self._paint()
        self._arrange()

    def width_needed(self) -> float:
        """How wide the button is when it hugs its words."""
        look = worn()
        self._label.text, self._label.size_px = self.text, self.size_px
        icon = look.letters(self.size_px * ICON) if self.icon else 0
        gap = look.px(14) if icon and self.text else 0
        return self._label.width_at() + icon + gap + 2 * look.px(self.padding_px) + 2

    def _paint(self, *_: object) -> None:
        ui = worn().colours
        down = self.state == "down"
        letters = {"primary": ui.on_brand, "pill_on": ui.on_ink}.get(self.kind, ui.ink)
        if self.disabled:
            letters = ui.soft
        self._label.colour = self._icon.colour = letters
        self.fill = {
            "primary": ui.brand_dark if down else ui.brand,
            "secondary": ui.line if down else ui.card,
            "pill": ui.line if down else ui.card,
            "pill_on": ui.ink,
            "key": ui.line if down else ui.card,
            "key_soft": ui.gold_soft if down else ui.muted,
        }[self.kind]
        if self.disabled:
            self.fill = ui.muted
        self.edge = {"primary": self.fill, "secondary": ui.ink, "pill_on": ui.ink}.get(
            self.kind, ui.line
        )
        if self.disabled and self.kind == "primary":
            self.edge = ui.line  # in colours where a muted ground is the paper itself

    def _arrange(self, *_: object) -> None:
        look = worn()
        if self.hug:
            self.width = self.width_needed()
        label, picture = self._label, self._icon
        label.text, picture.icon = self.text, self.icon
        label.size_px = picture.size_px = self.size_px
        label.lines = 2 if self.kind in {"primary", "secondary"} else 1
        side = min(look.letters(self.size_px * ICON), self.height) if self.icon else 0
        gap = look.px(14) if side and self.text else 0
        room = self.width - 2 * look.px(min(self.padding_px, self.width / look.scale / 8))
        if self.text and label.width_at() > room - side - gap:
            side = gap = 0  # words say more than the pictogram
            picture.icon = ""
        wide = min(label.width_at(), max(room, 0))
        left = self.center_x - (side + gap + wide) / 2
        picture.size = (side, side)
        label.size = (wide + 1, self.height * 0.86)
        first, second = (label, picture) if self.icon_after else (picture, label)
        first.pos = (round(left), round(self.center_y - first.height / 2))
        second.pos = (
            round(left + first.width + gap),
            round(self.center_y - second.height / 2),
        )


def touch(touched: Touch) -> None:
    """Have it pressed and let go, as a finger does."""
    touched.dispatch("on_press")
    touched.dispatch("on_release")
