"""What is kept of the person, and what they can do about it."""

from kiosk.screens import MyData, MyDataDeed
from kiosk.ui.text import LANGUAGES
from kiosk.ui.views.listed import ListedView


class MyDataView(ListedView):
    """Masked, for somebody may look over a shoulder; each row does what it says."""

    def show(self, screen: MyData) -> None:
        """See `View.show`."""
        w = self.w
        self.columns = 1 if self.look.portrait else 2
        self.title = w.t("My data")
        self.info = screen.first_name
        self.finish = w.t("Finish")
        self.about = " · ".join(filter(None, (screen.email, screen.phone)))
        rows = [
            self.choice(
                MyDataDeed.NEWS,
                name="news",
                icon="mail",
                what=w.t("Offers by e-mail"),
                detail=w.t("Touch to change"),
                value=w.t("Yes") if screen.news else w.t("No"),
                good=screen.news,
            )
        ]
        if screen.language != w.language:
            language = LANGUAGES.get(w.language, w.language)
            rows.append(
                self.choice(
                    MyDataDeed.LANGUAGE,
                    name="my-language",
                    icon="globe",
                    what=w.t("Write to me in {language}", language=language),
                )
            )
        rows += [
            self.choice(
                MyDataDeed.EXPORT, name="export", icon="smartphone", what=w.t("Get all my data")
            ),
            self.choice(
                MyDataDeed.REMOVE_CARD,
                name="remove-card",
                icon="card",
                what=w.t("Remove this card"),
                detail=w.tn("{count} card in use", "{count} cards in use", screen.cards),
            ),
            self.choice(MyDataDeed.ERASE, name="erase", icon="close", what=w.t("Forget me")),
        ]
        self.list(rows)
