// The forms of a program: what does not concern what is chosen is out of the way. Without this
// script, everything is there to be filled in, and the server reads only what is chosen.
"use strict";

function fit(root) {
  document.documentElement.classList.add("scripted");
  for (const several of root.querySelectorAll("[data-kinds]")) {
    const chosen = several.querySelector(":scope > .field > [data-kind]").value;
    for (const variant of several.querySelectorAll(":scope > [data-of]")) {
      variant.toggleAttribute("data-off", variant.dataset.of !== chosen);
    }
  }
  for (const part of root.querySelectorAll("[data-switched]")) {
    const on = part.querySelector(":scope > legend [data-switch]").checked;
    part.querySelector(":scope > [data-inside]").toggleAttribute("data-off", !on);
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-kind], [data-switch]")) fit(document);
});
document.addEventListener("DOMContentLoaded", () => fit(document));
