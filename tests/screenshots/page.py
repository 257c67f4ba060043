"""The page to browse the gallery, filtered by screen, size, language and mode: one file."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture of the gallery."""

    screen: str
    size: str
    language: str
    mode: str = "plain"

    @property
    def picture(self) -> str:
        """Its file, from the gallery's folder."""
        return f"{self.size}/{self.language}/{self.mode}/{self.screen}.png"

    @property
    def thumbnail(self) -> str:
        """Its small version."""
        return f"small/{self.size}/{self.language}/{self.mode}/{self.screen}.jpg"


def write_page(out: Path, shots: Sequence[Shot]) -> Path:
    """`index.html` for those pictures."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "index.html"
    path.write_text(_page(shots), encoding="utf-8")
    return path


def _page(shots: Sequence[Shot]) -> str:
    return _TEMPLATE.format(
        count=len(shots),
        screens=_options(shot.screen for shot in shots),
        sizes=_options(shot.size for shot in shots),
        languages=_options(shot.language for shot in shots),
        modes=_options(shot.mode for shot in shots),
        figures="\n".join(_figure(shot) for shot in shots),
    )


def _options(values: Iterable[str]) -> str:
    return "".join(f"<option>{html.escape(value)}</option>" for value in dict.fromkeys(values))


def _figure(shot: Shot) -> str:
    parts = (shot.screen, shot.size, shot.language, shot.mode)
    screen, size, language, mode = (html.escape(part) for part in parts)
    return (
        f'<figure data-screen="{screen}" data-size="{size}" data-language="{language}" '
        f'data-mode="{mode}">'
        f'<a href="{shot.picture}"><img loading="lazy" src="{shot.thumbnail}" '
        f'alt="{screen} at {size} in {language}"></a>'
        f"<figcaption><b>{screen}</b> {size} · {language} · {mode}</figcaption></figure>"
    )


_TEMPLATE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Every screen of the kiosk</title>
<style>
  body {{ margin: 0; background: #FBF6EE; color: #1E1B33; font: 16px system-ui, sans-serif; }}
  header {{ position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 16px;
    align-items: center; padding: 14px 24px; background: #FBF6EE;
    border-bottom: 2px solid #E6DDCF; }}
  h1 {{ font-size: 20px; margin: 0 auto 0 0; color: #C4391F; }}
  label {{ color: #5F5A75; }}
  select, input {{ font: inherit; padding: 8px 12px; border: 2px solid #E6DDCF; border-radius: 12px;
    background: #fff; color: #1E1B33; }}
  main {{ display: flex; flex-wrap: wrap; gap: 24px; padding: 24px; align-items: flex-start; }}
  figure {{ margin: 0; }}
  figure[hidden] {{ display: none; }}
  img {{ display: block; max-width: 480px; max-height: 480px; border-radius: 12px;
    box-shadow: 0 2px 14px #1E1B3322; }}
  figcaption {{ padding: 8px 4px; font-size: 14px; color: #5F5A75; }}
  figcaption b {{ color: #1E1B33; }}
</style>
<header>
  <h1>Every screen of the kiosk</h1>
  <label>Screen <select data-filter="screen"><option value="">all</option>{screens}</select></label>
  <label>Size <select data-filter="size"><option value="">all</option>{sizes}</select></label>
  <label>Language
    <select data-filter="language"><option value="">all</option>{languages}</select></label>
  <label>Mode <select data-filter="mode"><option value="">all</option>{modes}</select></label>
  <output>{count} pictures</output>
</header>
<main>
{figures}
</main>
<script>
  const filters = [...document.querySelectorAll("[data-filter]")];
  const figures = [...document.querySelectorAll("figure")];
  const output = document.querySelector("output");
  function apply() {{
    let shown = 0;
    for (const figure of figures) {{
      figure.hidden = filters.some(f => f.value && figure.dataset[f.dataset.filter] !== f.value);
      shown += figure.hidden ? 0 : 1;
    }}
    output.textContent = shown + " pictures";
    history.replaceState(null, "", "#" + filters.map(f => f.value).join("/"));
  }}
  const kept = decodeURIComponent(location.hash.slice(1)).split("/");
  filters.forEach((f, i) => {{ if (kept[i]) f.value = kept[i]; f.onchange = apply; }});
  apply();
</script>
</html>
"""
