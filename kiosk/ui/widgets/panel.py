"""Quiet boxes, and the bar that fills."""

from kivy.properties import ColorProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.ui.widgets.buttons import Touch


class Panel(BoxLayout):
    """A rounded box with a hairline around it."""

    fill = ColorProperty()
    edge = ColorProperty()
    radius = NumericProperty(28)
    border = NumericProperty(2)


class TouchNotice(Touch, Panel):
    """One plain sentence that can be touched for more, while it is not disabled."""

    text = StringProperty("")
    icon = StringProperty("")


class Progress(Widget):
    """How far it is, from 0 to 1. The words above it say the same."""

    value = NumericProperty(0)
    fill = ColorProperty()
    rest = ColorProperty()
