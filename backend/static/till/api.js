// The till as a client of the public API: requests with the session of whoever stands here.
"use strict";

const byId = (id) => document.getElementById(id);
const setup = byId("setup").dataset;
/** English as the other pages write it: the day before the month. */
const LOCALE = setup.language === "en" ? "en-GB" : setup.language;
const WORDS = JSON.parse(byId("words").textContent);
const PROBLEMS = JSON.parse(byId("problems").textContent);
const ANSWER_WITHIN_MS = 8000;
const TRIES = 3;

/** What the program and the store are: filled when the till starts. */
let shop = null;

const newId = () => crypto.randomUUID();
/** A ticket's number: 60 bits of chance, in letters that are read aloud without mistakes. */
function ticketNumber() {
  const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const drawn = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => letters[byte % 32]);
  return [0, 4, 8].map((from) => drawn.slice(from, from + 4).join("")).join("-");
}

const now = () => new Date().toISOString();

/** A text of the page with its blanks filled. */
function say(name, blanks = {}) {
  return WORDS[name].replace(/\{(\w+)\}/g, (_, blank) => blanks[blank]);
}

/** The API said no, or nobody answered: `message` is for the cashier. */
class Refused extends Error {}
/** Nobody answered: what was asked may be done, or not. */
class Unanswered extends Refused {}
/** The session ended meanwhile: whoever stands here signs in again, and goes on. */
class SignedOut extends Refused {}

function why(problem) {
  const name = (problem.type || "").replace("urn:loyalty:problem:", "");
  if (problem.place) return takenBefore(problem.at, problem.place);
  const title = PROBLEMS[name] || problem.title || "";
  return problem.missing ? `${title} · ${say("missing", { points: points(problem.missing) })}` : title;
}

/** When and where a voucher was taken, which nobody takes twice. */
function takenBefore(at, place) {
  const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: "long", timeStyle: "short", timeZone: setup.zone });
  return say("taken_before", { day: day.format(new Date(at)), place });
}

/** The answer of the API. Every write has its id: after a silence the same is sent again. */
async function ask(method, path, body) {
  for (let attempt = 1; ; attempt += 1) {
    let answer;
    try {
      answer = await fetch(`/v1${path}`, {
        method,
        headers: {
          "Content-Type": "application/json",
          "X-CSRF-Token": setup.csrf,
          "Loyalty-Store": setup.store,
          "Accept-Language": setup.language,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
    } catch {
      if (attempt < TRIES) continue;
      throw new Unanswered(WORDS.unreachable);
    }
    if (answer.ok) return answer.json();
    if (answer.status === 503 && attempt < TRIES) continue;
    if (answer.status === 401) throw new SignedOut(WORDS.signed_out);
    throw new Refused(why(await answer.json().catch(() => ({}))));
  }
}

/** The minus sign where a browser writes a hyphen, as the server does. */
const withMinus = (text) => text.replace("-", "−");

/** Minor units as the shop writes them. */
function money(minor) {
  const format = new Intl.NumberFormat(LOCALE, { style: "currency", currency: shop.currency });
  return withMinus(format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits));
}

/** What was typed cannot be meant: the field says so, and waits for another answer. */
function mistyped(field) {
  field.setAttribute("aria-invalid", "true");
  field.focus();
  return new Refused(PROBLEMS.invalid);
}

/** An amount as it was typed, in minor units; null for none. Refused for what is no amount. */
function minorOf(field) {
  const text = field.value.replace(/\s/g, "").replace(",", ".");
  if (!text) return null;
  const digits = new Intl.NumberFormat("en", { style: "currency", currency: shop.currency })
    .resolvedOptions().maximumFractionDigits;
  const found = /^(\d{1,9})(?:\.(\d+))?$/.exec(text);
  if (!found || (found[2] || "").length > digits) throw mistyped(field);
  field.removeAttribute("aria-invalid");
  return Number(found[1] + (found[2] || "").padEnd(digits, "0"));
}

/** A share of an amount as it was typed, "10 %", in hundredths of a percent; null for what is none. */
function shareOf(field) {
  const found = /^(\d{1,3})(?:\.(\d{1,2}))?%$/.exec(field.value.replace(/\s/g, "").replace(",", "."));
  if (!found) return null;
  const share = Number(found[1] + (found[2] || "").padEnd(2, "0"));
  if (share > 10000) throw mistyped(field);
  field.removeAttribute("aria-invalid");
  return share;
}

const shareIn = (share, whole) => Math.round((whole * share) / 10000);

/** Points as they were typed: an amount where the program counts money (LSX-56); null for none. */
function pointsOf(field) {
  if (shop.unit === "money") return minorOf(field);
  const text = field.value.replace(/\s/g, "");
  if (!/^\d{0,9}$/.test(text)) throw mistyped(field);
  field.removeAttribute("aria-invalid");
  return Number(text) || null;
}

/** Points in words: "300 points", "3 visits", or money where the program counts money. */
function points(count) {
  if (shop.unit === "money") return money(count);
  const one = shop.unit === "visits" ? "visit" : "point";
  const few = new Intl.PluralRules(setup.language).select(count) === "one";
  return `${number(count)} ${few ? WORDS[one] : WORDS[`${one}s`]}`;
}

const number = (count) => withMinus(new Intl.NumberFormat(LOCALE).format(count));

/** An element with a class, a text and children. */
function make(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "text") made.textContent = value;
    else if (name === "click") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Draw what `holder` holds anew. Who works by keyboard stays in the same place of it. */
function redraw(holder, ...children) {
  const reached = () => [...holder.querySelectorAll("button, input")];
  const place = reached().indexOf(document.activeElement);
  holder.replaceChildren(...children);
  if (place < 0) return;
  const open = reached().slice(place).concat(reached()).find((each) => !each.disabled);
  (open || byId("find")).focus();
}

const underWay = new Set();

/**
 * What a click does, once: the second of a double click, or one before the answer, is no second
 * wish. `name` is what cannot be done twice at a time, whichever button asks for it.
 */
const once = (name, deed) => async (event) => {
  event.preventDefault();
  if (underWay.has(name) || event.detail > 1) return;
  underWay.add(name);
  try {
    await deed(event);
  } finally {
    underWay.delete(name);
  }
};

/** Do it; what is refused stands in `place`, and is gone when it works. True when it was done. */
async function attempt(place, deed) {
  try {
    await deed();
    place.hidden = true;
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    place.replaceChildren(error.message);
    if (error instanceof SignedOut) {
      const back = encodeURIComponent(location.pathname + location.search);
      place.append(" ", make("a", { href: `/sign-in?back=${back}`, text: WORDS.sign_in }));
    }
    place.hidden = false;
    return false;
  }
}
