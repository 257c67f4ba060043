"""Pictures of the pages of a demo shop: python -m tests.pages --out FOLDER [PATH …]

Every page of `tests.pages.every`, unless some are named; a path may hold {member}, who is somebody
of the shop, and the like. Each is taken at a desk's and a phone's width, once its parts are there,
in French, and in English with --language en. With --long, everything has the longest name there is.
"""

import argparse
import re
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.pages.every import PAGES, complete, stretch
from tests.pages.shop import furnished
from tests.pages.visit import CHROMIUM, DESK, PHONE, Visit
from tests.support.server import company, serving


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="tests.pages", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--language", default="fr")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("paths", nargs="*", default=PAGES)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        company(f"sqlite:///{folder}/loyalty.db") as shop,
        sync_playwright() as play,
    ):
        names = furnished(shop)
        if asked.long:
            stretch(shop, names)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with serving(shop.app, Path(folder) / "address.json") as url:
            names = complete(shop, url, names)
            for width, size in (("desk", DESK), ("phone", PHONE)):
                with Visit.begin(browser, shop, url, size, asked.language) as visit:
                    visit.as_staff()
                    visit.as_member(names["member"])
                    for path in asked.paths:
                        page = visit.page
                        page.goto(url + path.format(**names))
                        visit.settled()
                        name = re.sub(r"[^a-z0-9]+", "-", path).strip("-") or "root"
                        page.screenshot(path=asked.out / f"{name}.{width}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
