"""The album: pictures in the order of the story, and one page that shows them."""

import html
from dataclasses import dataclass, field
from pathlib import Path

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>One card tap, end to end</title>
<meta name="viewport" content="width=device-width">
<style>
 body {{ background:#FBF6EE; color:#1E1B33; font:18px/1.5 Inter,system-ui,sans-serif; margin:0 auto;
        max-width:1100px; padding:48px 24px }}
 h1 {{ font-size:44px; letter-spacing:-.02em; margin:0 0 8px }}
 p.lead {{ color:#5F5A75; margin:0 0 40px }}
 figure {{ margin:0 0 44px }}
 img {{ max-width:100%; border:1px solid #E6DDCF; border-radius:20px; background:#fff }}
 img.paper {{ max-width:420px; border-radius:4px; box-shadow:0 8px 30px #1e1b3322 }}
 figcaption {{ margin-top:12px }}
 figcaption b {{ color:#C4391F; margin-right:8px }}
 pre {{ background:#fff; border:1px solid #E6DDCF; border-radius:20px; padding:20px; overflow:auto;
       font-size:15px }}
</style></head><body>
<h1>One card tap, end to end</h1>
<p class="lead">A shop, its backend, its till and one kiosk. All is real but the hardware: a virtual
card behind a real PC/SC service, and a virtual printer that reads the bytes.</p>
{body}
</body></html>
"""


@dataclass(slots=True)
class Album:
    """Pages in order; `close` writes index.html."""

    folder: Path
    _pages: list[str] = field(default_factory=list)

    def next_picture(self, name: str) -> Path:
        """Where the next picture goes."""
        return self.folder / f"{len(self._pages) + 1:02}-{name}.png"

    def picture(self, path: Path, caption: str, *, paper: bool = False) -> None:
        """Put a picture that exists into the story."""
        kind = ' class="paper"' if paper else ""
        source, text = html.escape(path.name), html.escape(caption)
        number = len(self._pages) + 1
        self._pages.append(
            f'<figure><img{kind} src="{source}" alt="{text}">'
            f"<figcaption><b>{number}</b>{text}</figcaption></figure>"
        )

    def text(self, content: str, caption: str) -> None:
        """Put a block of text into the story."""
        number = len(self._pages) + 1
        self._pages.append(
            f"<figure><pre>{html.escape(content)}</pre>"
            f"<figcaption><b>{number}</b>{html.escape(caption)}</figcaption></figure>"
        )

    def close(self) -> Path:
        """Write the page; returns where it is."""
        index = self.folder / "index.html"
        index.write_text(_PAGE.format(body="\n".join(self._pages)), encoding="utf-8")
        return index
