// What was typed into a form is kept, in this window only, until the server has taken it: who was
// signed out meanwhile, or found the server gone, types nothing twice.
"use strict";

{
  const TYPED = "typed";
  const NOT_TYPED = new Set(["hidden", "password", "file", "submit", "button", "image", "reset"]);
  const here = location.pathname + location.search;
  const said = document.body.dataset;

  /** What the last form that left held; null when the server has answered it with a page. */
  function lastTyped() {
    try {
      return JSON.parse(sessionStorage.getItem(TYPED));
    } catch {
      return null;
    }
  }

  function fieldsOf(form) {
    const ticked = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked : null);
    return [...form.elements]
      // The id of something new goes along: sent again, it is one thing.
      .filter((field) => field.name && "value" in field && (!NOT_TYPED.has(field.type) || (field.type === "hidden" && field.name === "id")))
      .map((field) => [field.name, field.value, ticked(field)]);
  }

  const sentTo = (form) => form.getAttribute("action") || here;

  /** A note at the top of the page, or before a form. */
  function tellBefore(place, kind, text) {
    document.querySelector("[data-told]")?.remove();
    const note = document.createElement("p");
    note.className = kind;
    note.setAttribute("role", kind === "wrong" ? "alert" : "status");
    note.dataset.told = "";
    note.textContent = text;
    place.before(note);
    note.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || document.querySelector("[data-refused]")) return;
    if (form.querySelector("[type=password]")) return;
    const before = lastTyped();
    // A form that was shown again stands at the address it was sent to, where no link leads.
    const page = before && before.action === here ? before.page : here;
    const kept = { page, action: sentTo(form), place: [...document.forms].indexOf(form), reader: said.reader, fields: fieldsOf(form) };
    if (kept.fields.some(([name, , ticked]) => name !== "id" && ticked === null)) sessionStorage.setItem(TYPED, JSON.stringify(kept));
    if (!navigator.onLine) {
      event.preventDefault();
      tellBefore(form, "wrong", said.silent);
    }
  });

  function fillIn(form, fields) {
    const left = [...form.elements];
    for (const [name, value, ticked] of fields) {
      const at = left.findIndex((each) => each.name === name && (ticked === null || each.value === value));
      if (at < 0) continue;
      const [field] = left.splice(at, 1);
      if (ticked === null) field.value = value;
      else field.checked = ticked;
    }
  }

  function bringBack(kept) {
    const forms = [...document.forms];
    const fits = (form) => form && sentTo(form) === kept.action;
    const form = fits(forms[kept.place]) ? forms[kept.place] : forms.find(fits);
    if (!form) return;
    fillIn(form, kept.fields);
    for (const outer of [form, ...form.querySelectorAll("details")]) outer.closest("details")?.setAttribute("open", "");
    tellBefore(form, "notice", said.typed);
  }

  const kept = lastTyped();
  if (document.querySelector("[data-refused]")) {
    // The door, or a page that says what went wrong: the way back to the form, where there is one.
    for (const way of kept ? document.querySelectorAll("[data-way-back]") : []) {
      if (way.matches("input")) way.value = kept.page;
      else way.hidden = false;
      way.querySelector("a")?.setAttribute("href", kept.page);
    }
    if (kept) sessionStorage.setItem(TYPED, JSON.stringify({ ...kept, refused: true }));
  } else if (kept) {
    const [way] = performance.getEntriesByType("navigation");
    const turnedBack = kept.refused || ["back_forward", "reload"].includes(way && way.type);
    const shownAgain = kept.action === here && kept.page !== here;
    if (!shownAgain) sessionStorage.removeItem(TYPED);
    if (turnedBack && kept.page === here && kept.reader === said.reader) bringBack(kept);
  }

  // A part of the page that did not come is said, where it would otherwise only stay as it was.
  for (const [event, text] of [["htmx:sendError", said.silent], ["htmx:timeout", said.silent], ["htmx:responseError", said.broken]]) {
    document.addEventListener(event, () => tellBefore(document.querySelector("main > *") || document.body, "wrong", text));
  }
  document.addEventListener("htmx:afterSwap", () => document.querySelector("[data-told].wrong")?.remove());
}
