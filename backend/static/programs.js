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
  // Visits and pieces are no euros: the unit goes before the rule is kept.
  const counted = root.querySelector("[name$='.on.count']");
  root.querySelector("#rules")?.toggleAttribute("data-things", Boolean(counted) && !["ttc", "ht"].includes(counted.value));
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-kind], [data-switch], [name$='.on.count']")) fit(document);
});
document.addEventListener("DOMContentLoaded", () => fit(document));
