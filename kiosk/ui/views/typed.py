"""What the screens with a keyboard have in common: one question, one field, one keyboard."""

from abc import abstractmethod
from pathlib import Path
from typing import Any

from kivy.core.window import Window
from kivy.lang import Builder
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.screens import Mistake, TypeBirthday, TypeEmail, TypeFirstName, TypePhone
from kiosk.ui.views.base import Glass, View
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.header import Header
from kiosk.ui.widgets.keyboard import as_typed, load_keyboard
from kiosk.ui.widgets.keyboard_plan import typing_plan
from kiosk.ui.widgets.keyboard_typing import without_last
from kiosk.ui.widgets.layouts import Act, Key, Layout, Row
from kiosk.words import Words

KEY_BACKSPACE, KEY_RETURN, KEY_ENTER = 8, 13, 271
"""Kivy's numbers for keys that type no letter."""

Question = TypeFirstName | TypeEmail | TypePhone | TypeBirthday


class TypingView(View):
    """A question answered by typing. What has been typed is in `draft`, and nowhere else."""

    private = True
    keyboard = True

    plan = ObjectProperty()
    picture = StringProperty("")
    title = StringProperty("")
    message = StringProperty("")
    """A quiet sentence in the row above the keys."""
    notice = StringProperty("")
    """A kind word about a mistake, in its place until the next key."""
    hint = StringProperty("")
    """What was probably meant; `offer` applies it."""
    offer = StringProperty("")
    back = StringProperty("")
    go_on = StringProperty("")
    draft = StringProperty("")
    written = StringProperty("")
    """The draft as the field shows it."""
    chosen = StringProperty("")
    """The name of the chip that counts now, where one of them does."""
    ready = BooleanProperty(False)
    """Whether there is something to go on with."""
    capital = BooleanProperty(False)
    layout = ObjectProperty(None, allownone=True)
    chips = ObjectProperty(())

    def __init__(self, glass: Glass, **values: object) -> None:
        load_keyboard()
        load_shapes()
        super().__init__(glass, plan=typing_plan(worn()), **values)
        self._keys: Any = None
        # Kivy's ids do not keep a widget alive while it is out of the tree.
        self._rows = {
            name: self.ids[name].__self__ for name in ("chips", "message", "notice", "hint")
        }
        self._layout_language = ""
        for child in self.children:
            if isinstance(child, Header):
                child.height = self.plan.header
        self.ids.keyboard.bind(on_key=lambda _, key: self.press(key))
        self.ids.chips.bind(on_chip=lambda _, key: self.press(key))
        self.fbind("parent", self._follow_keys)
        for name in ("draft", "chosen"):
            self.fbind(name, self._weigh)
        for name in ("notice", "hint", "chips"):
            self.fbind(name, self._fill_strip)
        self._fill_strip()

    # --- what each of the screens says for itself ---------------------------------------------

    @abstractmethod
    def make_layout(self, language: str) -> Layout:
        """The keyboard for `language`."""

    @abstractmethod
    def type(self, draft: str, key: Key) -> str:
        """What `draft` becomes when `key` is touched."""

    @abstractmethod
    def mistake_words(self, mistake: Mistake) -> str:
        """The kind sentence for `mistake`."""

    def capital_next(self) -> bool:
        """Whether the next letter is a capital."""
        return False

    def as_written(self) -> str:
        """The draft as the field shows it."""
        return str(self.draft)

    def take_draft(self, screen: Question) -> None:
        """Begin with the draft of `screen`."""
        assert isinstance(screen, TypeFirstName | TypeEmail | TypeBirthday)
        if self.fresh or screen.draft:
            self.draft = screen.draft

    def is_ready(self) -> bool:
        """Whether there is something to go on with."""
        return bool(self.draft.strip())

    def meant(self) -> object:
        """The answer, once the customer goes on."""
        return self.draft.strip()

    def drafted(self) -> None:
        """The draft changed."""

    def accept_hint(self) -> None:
        """The customer agrees with the hint."""

    # --- showing ----------------------------------------------------------------------------

    def begin(self, screen: Question) -> None:
        """Take over the draft of `screen`; one that brings none leaves what was typed."""
        self.take_draft(screen)
        self._mistake = screen.mistake
        self.capital = self.capital_next()
        self.drafted()

    def take_over(self, before: View) -> None:
        """The draft, in whatever look it was typed."""
        if isinstance(before, TypingView):
            self.put_draft(before.draft)

    def show(self, screen: Question) -> None:
        """Everything but the draft."""
        self.info = self.w.t("Step {step} of {steps}", step=screen.step, steps=screen.steps)
        self.notice = self.mistake_words(self._mistake) if self._mistake else ""
        self.lay_out()

    def lay_out(self) -> None:
        """The keys in the language of now, and the words beside them."""
        self.back, self.go_on = self.w.t("Back"), self.w.t("Continue")
        self.ids.keyboard.names = key_names(self.w)
        if self._layout_language != self.w.language:
            self._layout_language = self.w.language
            self.layout = self.make_layout(self.w.language)
            domains: Row = self.layout.domains
            self.chips = domains
        self._weigh()
        self.drafted()

    _mistake: Mistake | None = None

    def _weigh(self, *_: object) -> None:
        self.written = self.as_written()
        self.ready = self.is_ready()

    def _fill_strip(self, *_: object) -> None:
        """The one row that matters most now; what is not shown cannot be touched either."""
        if self.notice:
            name = "notice"
        elif self.hint:
            name = "hint"
        else:
            name = "chips" if self.chips else "message"
        strip, row = self.ids.strip, self._rows[name]
        if row.parent is not strip:
            strip.clear_widgets()
            strip.add_widget(row)

    # --- typing -----------------------------------------------------------------------------

    def press(self, key: Key) -> None:
        """One touch of a key."""
        if key.act is Act.BACKSPACE:
            self.put_draft(without_last(self.draft))
        elif key.act is Act.TYPE:
            self.put_draft(self.type(self.draft, capitalised(key, capital=self.capital)))
        else:
            self.put_draft(self.type(self.draft, key))

    def put_draft(self, draft: str) -> None:
        """Show what is typed now, and forget what was wrong before."""
        self.draft = draft
        self.glass.typed(self, draft)
        self._mistake, self.notice = None, ""
        self.capital = self.capital_next()
        self.drafted()

    def complain(self, mistake: Mistake) -> None:
        """Say what is wrong, and wait."""
        self._mistake = mistake
        self.notice = self.mistake_words(mistake)

    def go(self) -> None:
        """Continue, unless nothing was typed."""
        if self.ready:
            self.answer(self.meant())
        else:
            self.complain(Mistake.EMPTY)

    # --- a real keyboard --------------------------------------------------------------------

    def _follow_keys(self, *_: object) -> None:
        """Listen to a real keyboard while on the glass, and not a moment longer."""
        if self.parent is not None and self._keys is None:
            self._keys = Window.request_keyboard(self._keys_taken, self, "text")
            self._keys.bind(on_textinput=self._text_typed, on_key_down=self._key_down)
        elif self.parent is None:
            self._release_keys()

    def _keys_taken(self) -> None:
        self._keys = None

    def _release_keys(self) -> None:
        if self._keys is not None:
            keys, self._keys = self._keys, None
            keys.unbind(on_textinput=self._text_typed, on_key_down=self._key_down)
            keys.release()

    def _uncovered(self) -> bool:
        """Whether nothing lies over this view: what is not seen is not typed into."""
        return self.parent is not None and self.parent.children[0] is self

    def _text_typed(self, _: object, text: str) -> None:
        if self._uncovered():
            for letter in text:
                key = Key(act=Act.TYPE, name=f"key:{letter}", text=letter)
                self.put_draft(self.type(self.draft, key))

    def _key_down(self, _: object, key: tuple[int, str], *__: object) -> bool:
        """True for every key: none of them reaches the window's own shortcuts."""
        if self._uncovered():
            if key[0] == KEY_BACKSPACE:
                self.put_draft(without_last(self.draft))
            elif key[0] in {KEY_RETURN, KEY_ENTER}:
                self.go()
        return True

    def wipe(self) -> None:
        """Drop what was typed too."""
        self._release_keys()
        self.draft = self.hint = self.offer = self.notice = ""
        for row in self._rows.values():
            row.text = ""
        super().wipe()


def key_names(w: Words) -> dict[str, str]:
    """What the keys are called aloud whose sign does not say it."""
    return {
        "key:backspace": w.t("Delete"),
        "key:shift": w.t("Capital letter"),
        "key:space": w.t("Space"),
        "key:accents": w.t("Letters with accents"),
        "key:more": w.t("More letters"),
        "key:letters": w.t("Letters"),
        "key:digits": w.t("Digits"),
        "key:latin": w.t("Latin letters"),
        "key:hamzas": w.t("Letters with hamza"),
        "key:-": w.t("Hyphen"),
        "key:_": w.t("Underscore"),
        "key:.": w.t("Dot"),
        "key:@": w.t("At sign"),
        "key:'": w.t("Apostrophe"),
        "key:+": w.t("Plus sign"),
        "key:/": w.t("Slash"),
        "key::": w.t("Colon"),
    }


def capitalised(key: Key, *, capital: bool) -> Key:
    """`key` as it types now."""
    return Key(act=key.act, name=key.name, text=as_typed(key.text, capital=capital))


class Medallion(Widget):
    """A pictogram on a disc."""

    icon = StringProperty("")


def load_shapes() -> None:
    """Define the layout that these views start from, once per process."""
    layout = str(Path(__file__).with_name("typed.kv"))
    if layout not in Builder.files:
        Builder.load_file(layout)
