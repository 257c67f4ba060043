// What comes back: lines of a known ticket, the whole of it, or money without one.
"use strict";

const back = byId("return");
const backWrong = () => back.querySelector(".wrong");
let found = null;

async function findTicket() {
  const typed = byId("return-number").value.trim();
  // Ours have no small letters; the numbers of other tills are as they are.
  const id = /^\w{4}-\w{4}-\w{4}$/.test(typed) ? typed.toUpperCase() : typed;
  found = await ask("GET", `/sales/${encodeURIComponent(id)}`);
  const names = await namesOf(found.sale.lines);
  const settled = found.stage === "settled";
  byId("return-about").textContent = about();
  byId("return-lines").replaceChildren(...found.sale.lines.map((line, place) => returnLine(line, place, names, settled)));
  byId("return-some").hidden = !settled || !byId("return-lines").querySelector("input:not(:disabled)");
  byId("return-void").hidden = found.stage === "voided";
  byId("return-pay").hidden = !(found.stage === "open" || found.stage === "part_paid");
  byId("return-form").dataset.id = newId();
  byId("return-form").hidden = false;
}

function about() {
  const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: "long", timeStyle: "short", timeZone: setup.zone });
  const parts = [day.format(new Date(found.sale.closed_at)), money(found.sale.total)];
  if (found.stage === "voided") parts.push(WORDS.voided);
  else if (found.due) parts.push(say("due_is", { money: money(found.due) }));
  else if (shop.loyalty) parts.push(say("earned", { points: points(found.earned) }));
  return parts.join(" · ");
}

/** The names of articles as the catalogue has them today. */
async function namesOf(lines) {
  const codes = [...new Set(lines.map((line) => line.article).filter(Boolean))];
  const pages = await Promise.all(codes.map((code) => ask("GET", `/articles?search=${encodeURIComponent(code)}`)));
  return new Map(pages.flatMap((page) => page.products.map((each) => [each.id, each.name])));
}

const lineName = (line, place) => line.id || `#${place + 1}`;

function leftOf(line, place) {
  const gone = found.returned.filter((each) => each.line === lineName(line, place));
  return line.quantity - gone.reduce((sum, each) => sum + (each.quantity || 0), 0);
}

function returnLine(line, place, names, settled) {
  const left = leftOf(line, place);
  const name = names.get(line.article) || line.article || line.family || WORDS.free_line;
  const field = make("input", {
    type: "number", id: `back-${place}`, min: "0", max: String(left), value: "0", "data-line": lineName(line, place),
    disabled: !settled || left < 1 || line.kind === "reward" || line.kind === "bought_with_points",
  });
  return make("li", { class: "line" }, make("label", { for: `back-${place}`, class: "about", text: name }),
    make("span", { class: "number soft", text: money(line.unit_price) }), field, make("span", { class: "soft", text: say("of", { count: number(left) }) }));
}

/** What was paid for so many pieces of a line: its share of a discount on the whole is not given back. */
function paidFor(line, quantity) {
  const whole = found.sale.total + found.sale.discount;
  const net = line.unit_price * line.quantity - line.discount;
  return Math.round((net * quantity * (whole ? found.sale.total / whole : 1)) / line.quantity);
}

/** What is left of the ticket, after what came back of it. */
function leftToVoid() {
  const gone = found.returned.map((each) => {
    const line = found.sale.lines.find((one, place) => lineName(one, place) === each.line);
    return each.quantity ? paidFor(line, each.quantity) : each.amount;
  });
  return found.sale.total - gone.reduce((sum, amount) => sum + amount, 0);
}

async function giveLinesBack() {
  const lines = [...byId("return-lines").querySelectorAll("input")]
    .filter((field) => field.valueAsNumber > 0)
    .map((field) => ({ line: field.dataset.line, quantity: field.valueAsNumber }));
  if (!lines.length) throw new Refused(WORDS.choose_line);
  const answer = await ask("POST", `/sales/${found.sale.id}/returns`, { id: byId("return-form").dataset.id, at: now(), lines });
  const rows = lines.map((each) => {
    const place = found.sale.lines.findIndex((line, at) => lineName(line, at) === each.line);
    const line = found.sale.lines[place];
    const label = byId(`back-${place}`).closest("li").querySelector("label").textContent;
    return { name: `${number(each.quantity)} × ${label}`, amount: -paidFor(line, each.quantity) };
  });
  await showNote(answer, rows);
}

async function voidTicket() {
  const answer = await ask("POST", `/sales/${found.sale.id}/void`, { id: newId(), at: now() });
  await showNote(answer, [{ name: WORDS.voided, amount: -leftToVoid(), strong: true }]);
}

/** The rest of a ticket that was kept is paid: now it earns. */
async function payRest() {
  const { sale } = found;
  const paid = sale.payments.length ? sale.payments : [];
  const sold = await ask("POST", "/sales", {
    ...sale, state: "closed", closed_at: now(), payments: [...paid, { means: "money", amount: found.due }],
  });
  await showNote({ ticket: sold.ticket, points: sold.earned }, [{ name: WORDS.total, amount: sale.total, strong: true }], WORDS.ticket);
}

async function creditNote() {
  if (!counter.member) throw new Refused(WORDS.no_customer);
  const amount = minorOf(byId("note-amount"));
  const id = ticketNumber();
  const answer = await ask("POST", "/credit-notes", {
    id, member: counter.member.id, total: amount, currency: shop.currency, closed_at: now(),
  });
  found = { sale: { id } };
  await showNote(answer, [{ name: WORDS.total, amount: -amount, strong: true }]);
}

async function showNote(answer, rows, title = WORDS.credit) {
  back.close();
  byId("done").dataset.of = "return";
  byId("done-title").textContent = title;
  byId("done-messages").replaceChildren();
  byId("take-now").hidden = true;
  await paper({ title, number: found.sale.id, lines: rows, said: shop.loyalty ? answer.ticket : [] });
  byId("done").showModal();
  requote();
}

function bindReturns() {
  const run = (deed) => attempt(backWrong(), deed);
  byId("open-return").addEventListener("click", () => {
    byId("return-find").reset();
    byId("return-form").hidden = true;
    backWrong().hidden = true;
    byId("recent").replaceChildren(...recent().map((id) => make("option", { value: id })));
    back.showModal();
  });
  byId("return-find").addEventListener("submit", (event) => { event.preventDefault(); run(findTicket); });
  byId("return-form").addEventListener("submit", once("return", () => run(giveLinesBack)));
  byId("return-void").addEventListener("click", once("return", () => run(voidTicket)));
  byId("return-pay").addEventListener("click", once("return", () => run(payRest)));
  byId("note-form").addEventListener("submit", once("return", () => run(creditNote)));
}
