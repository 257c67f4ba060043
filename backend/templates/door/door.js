// The two pages that open a server: its first owner, and a password chosen by a link. The secret
// stands after the # of the address, which browsers send to nobody.
"use strict";

const said = document.getElementById("said");
const secret = decodeURIComponent(location.hash.slice(1));
const isFirstRun = location.pathname === "/first-run";

function say(text) {
  said.textContent = text;
}

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail || told.title);
  return told;
}

function fields(form) {
  return Object.fromEntries(new FormData(form));
}

function onSend(form, send) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const session = await send(fields(form));
      form.hidden = true;
      history.replaceState(null, "", location.pathname);
      say(`Done. You are signed in as ${session.staff.name}.`);
    } catch (error) {
      say(error.message);
    } finally {
      button.disabled = false;
    }
  });
}

async function firstRun() {
  const form = document.getElementById("first-run");
  const state = await ask("GET", "/v1/first-run");
  if (!state.waiting) return say("This server has its owner already.");
  if (!secret) return say("Open the whole link that the server printed when it started.");
  form.querySelector("#company").disabled = form.querySelector("#company").hidden = state.company;
  form.time_zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const name of state.programs) form.program.add(new Option(name, name));
  if (state.programs.includes("one-euro-one-point")) form.program.value = "one-euro-one-point";
  say("Nobody owns this server yet. Whoever fills this in does.");
  onSend(form, (told) =>
    ask("POST", "/v1/first-run", {
      token: secret,
      company: state.company
        ? null
        : { name: told.company, address: told.address, time_zone: told.time_zone, program: told.program },
      owner: { name: told.name, email: told.email, password: told.password },
    }),
  );
}

function choose() {
  if (!secret) return say("Open the whole link that you were sent.");
  say("Choose a password. The link works once.");
  onSend(document.getElementById("choose"), (told) =>
    ask("POST", "/v1/password", { link: secret, password: told.password }),
  );
}

(isFirstRun ? firstRun() : Promise.resolve(choose())).catch((error) => say(error.message));
