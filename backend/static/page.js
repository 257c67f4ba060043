// What every page does by itself: nothing here is needed to read or to send a form.
"use strict";

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return; // a script of its own sends it
  const question = event.target.dataset.sure;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  // What htmx sends, and a file that is saved beside the page, leave the form where it is.
  if (event.defaultPrevented || (event.submitter && "again" in event.submitter.dataset)) return;
  // A second touch on a slow line must not send the form a second time.
  for (const button of event.target.querySelectorAll("button")) {
    setTimeout(() => (button.disabled = true));
  }
});

// A page that comes back from the browser's memory is usable again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button[disabled]")) button.disabled = false;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-menu]");
  if (!button) return;
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  document.body.classList.toggle("menu-open", open);
});

// What a button inserts goes where somebody typed last in its form; else at the end of the long text.
document.addEventListener("focusout", (event) => {
  if (event.target.matches("form:has([data-insert]) :is(input, textarea)")) event.target.form.typedIn = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const field = button.form.typedIn || button.form.querySelector("textarea");
  const from = button.form.typedIn ? field.selectionStart : field.value.length;
  field.setRangeText(button.dataset.insert, from, Math.max(from, field.selectionEnd), "end");
  field.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details[open]:is(.me, .small)")) {
      if (open.contains(document.activeElement)) open.querySelector("summary").focus();
      open.open = false;
    }
  }
});

function ready(root) {
  root.querySelector("[data-focus]")?.focus();
  // A secret stands after the # of the address, which browsers send to nobody but this form.
  for (const field of root.querySelectorAll("[data-secret]")) {
    if (location.hash) field.value = decodeURIComponent(location.hash.slice(1));
    const lacking = field.form.querySelector("[data-no-secret]");
    if (lacking) lacking.hidden = Boolean(field.value);
    // Nobody who looks over a shoulder, or into the history, needs it any more.
    history.replaceState(null, "", location.pathname + location.search);
  }
  root.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  for (const field of root.querySelectorAll("[data-zone]")) {
    if (!field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
}

document.addEventListener("DOMContentLoaded", () => ready(document));
document.addEventListener("htmx:afterSwap", (event) => {
  ready(event.target);
  // One sentence for who does not see what came; the whole of it would be read aloud otherwise.
  const told = event.target.querySelector("[data-told]") || event.target.closest("[data-told]");
  if (told) document.getElementById("told").textContent = told.dataset.told;
});
