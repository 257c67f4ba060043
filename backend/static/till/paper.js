// Recording the sale, and what is printed of it: ticket, invoice, credit note.
"use strict";

const RECENT = `till:recent:${setup.store}`;
const RECENT_MAX = 20;
let recording = false;

/** The sale as it stands, for the books. */
function saleBody() {
  const due = toPay();
  const received = counter.left === "closed" ? due : Math.min(minorOf(byId("received")) || 0, due);
  const paid = [...otherPayments(), ...(received ? [{ means: "money", amount: received }] : [])];
  return {
    id: counter.id, member: counter.member.id, total: quote.total, currency: shop.currency, channel: counter.kind,
    closed_at: counter.closed_at, state: counter.left, lines: bodies(), discount: counter.discount, visits: counter.visits,
    uses: counter.uses.map((use) => use.id),
    // None says: all of it, in money.
    payments: counter.left === "closed" && !otherPayments().length ? [] : paid,
  };
}

/** Record it, or only print it where nobody is known: then there is nothing to write down. */
async function record() {
  const button = byId("record");
  if (recording || !counter.lines.length) return;
  recording = true;
  button.disabled = true;
  // Whoever is quick presses the key before the change is counted.
  const done = (await quoted()) && await attempt(trouble, async () => {
    await takeVouchers();
    // Asked again after a silence, it is the same sale to the second.
    counter.closed_at = counter.closed_at || now();
    remember();
    const sold = counter.member ? await ask("POST", "/sales", saleBody()) : null;
    const invited = sold
      ? sold.invitation
      : shop.loyalty && (await ask("POST", "/invitations", { id: counter.id })).invitation;
    if (sold) recall(counter.id);
    counter.over = true;
    remember();
    await showDone(sold, invited);
  });
  recording = false;
  button.disabled = !counter.lines.length;
  if (!done && !document.querySelector("dialog[open]")) button.focus();
}

async function showDone(sold, invited) {
  const settled = !sold || sold.stage === "settled";
  byId("done-title").textContent = !sold ? WORDS.no_customer
    : settled ? say("recorded", { points: points(sold.earned) }) : say("kept", { money: money(sold.due) });
  byId("done-messages").replaceChildren(...(sold ? sold.messages : []).map((text) => make("p", { class: "notice", text })));
  const said = sold ? sold.ticket.filter((line) => !invited || !invited.lines.includes(line)) : [];
  await paper({
    title: counter.kind === "invoice" ? WORDS.invoice : WORDS.ticket, number: counter.id, lines: ticketLines(sold),
    said, invited,
  });
  await offerNow(sold);
  byId("done").showModal();
  byId("next").focus({ preventScroll: true });
  byId("done").scrollTop = 0;
}

/** A gift can be had at once; or later, and nothing is lost by waiting (GLO-10, GLO-11). */
async function offerNow(sold) {
  byId("take-now").hidden = byId("done-wrong").hidden = true;
  if (!sold || !sold.messages.length) return;
  const member = counter.member.id;
  const told = await ask("POST", "/quotes", { member, lines: [] });
  const gifts = told.options.filter((option) => isGift(option) && option.usable);
  await learnNames(gifts);
  byId("take-list").replaceChildren(...gifts.flatMap(choices).map(({ option, article, name, said }) =>
    make("button", {
      type: "button", class: "reward", text: said,
      click: once("use", () => attempt(byId("done-wrong"), () => takeNow(option, article, name || option.name, member))),
    })));
  byId("take-now").hidden = !gifts.length;
}

async function takeNow(option, article, name, member) {
  const held = await ask("POST", "/uses", { id: newId(), member, reward: option.reward, article, at: now() });
  await ask("POST", `/uses/${held.id}/issue`, {});
  byId("take-now").hidden = true;
  byId("done-messages").append(make("p", { class: "said", text: say("taken", { name }) }));
  byId("paper").querySelector(".loyalty").append(make("p", { text: `${name} · ${held.line.mention}` }));
}

function ticketLines(sold) {
  const rows = counter.lines.map((line, place) => ({
    name: [line.quantity > 1 ? `${number(line.quantity)} × ` : "", line.name, line.mention ? ` (${line.mention})` : ""].join(""),
    amount: quote.lines[place].net,
  }));
  if (counter.discount) rows.push({ name: WORDS.discount, amount: -counter.discount });
  rows.push({ name: WORDS.total, amount: quote.total, strong: true });
  if (inPoints()) rows.push({ name: WORDS.paid_points, amount: -inPoints() });
  if (inVouchers()) rows.push({ name: WORDS.paid_vouchers, amount: -inVouchers() });
  // Kept or taken: what was received, and what is left.
  const due = sold && sold.due ? sold.due : 0;
  const received = sold && counter.left !== "closed" ? toPay() - due : 0;
  if (received) rows.push({ name: WORDS.received, amount: -received });
  if (otherPayments().length || due || received) {
    rows.push({ name: WORDS.due, amount: counter.left === "closed" ? toPay() : due, strong: true });
  }
  return rows;
}

/** The paper: head, lines, what loyalty says, and a code to join by. */
async function paper({ title, number: id, lines, said, invited }) {
  const row = (line) => make("p", { class: line.strong ? "sum strong" : "sum" },
    make("span", { text: line.name }), make("span", { class: "number", text: money(line.amount) }));
  const loyalty = make("div", { class: "loyalty" }, ...said.map((text) => make("p", { text })));
  const sheet = byId("paper");
  sheet.replaceChildren(
    make("p", { class: "shop", text: shop.shop }),
    make("p", { class: "soft address", text: [shop.store_name, shop.address].join("\n") }),
    make("p", { class: "kind", text: title }),
    make("p", { class: "soft", text: `${say("number", { number: id })} · ${new Intl.DateTimeFormat(LOCALE, { dateStyle: "short", timeStyle: "short", timeZone: setup.zone }).format(new Date())}` }),
    make("div", { class: "rows" }, ...lines.map(row)), loyalty);
  if (invited) sheet.append(await invitation(invited));
  sheet.append(make("p", { class: "soft", text: shop.loyalty ? WORDS.not_for_accounts : WORDS.no_receipt }));
}

async function invitation(invited) {
  const body = new URLSearchParams({ csrf: setup.csrf, text: invited.url });
  const drawn = await fetch("/till/code", { method: "POST", body });
  const held = make("div", { class: "invitation" }, ...invited.lines.map((text) => make("p", { text })));
  if (drawn.ok) {
    const picture = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await drawn.text())}`;
    held.append(make("img", { src: picture, alt: invited.url, width: "180", height: "180" }));
  }
  return held;
}

/** Numbers of the last tickets, for whoever comes back within the hour: no names. */
function recall(id) {
  const kept = [id, ...recent().filter((each) => each !== id)].slice(0, RECENT_MAX);
  localStorage.setItem(RECENT, JSON.stringify(kept));
}

const recent = () => JSON.parse(localStorage.getItem(RECENT) || "[]");

function bindPaper() {
  byId("record").addEventListener("click", record);
  byId("print").addEventListener("click", () => window.print());
  byId("next").addEventListener("click", () => byId("done").close());
  byId("done").addEventListener("close", () => { if (byId("done").dataset.of !== "return") clear(); byId("done").dataset.of = ""; });
}
