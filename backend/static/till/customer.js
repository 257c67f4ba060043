// Who the customer is: found by card, phone or name, added, given a card.
"use strict";

const CARD = /^([0-9a-f]{2}){4,10}$/i;
const CONSENT_TEXT = "2026-11";
const FOUND_MAX = 8;

/** How what was typed is looked for: a card's number, an address, a telephone number or a name. */
function search(typed) {
  if (typed.includes("@")) return { email: typed };
  if (/^\+?[\d\s().-]{6,}$/.test(typed)) return { phone: typed };
  return { name: typed };
}

async function findCustomer(typed) {
  if (CARD.test(typed) && !/^0[1-9]\d{8}$/.test(typed)) {
    const found = await ask("POST", "/members/find", { card_uid: typed });
    choose(found);
    return;
  }
  const page = await ask("POST", `/members/search?limit=${FOUND_MAX}`, { ...search(typed), program: shop.program });
  if (page.members.length === 1) choose(page.members[0]);
  else showFound(page.members);
}

function showFound(members) {
  const rows = members.map((each) =>
    make("li", {}, make("button", { type: "button", class: "quiet wide", click: () => choose(each) },
      make("span", { class: "name", text: nameOf(each) }),
      make("span", { class: "soft", text: [each.town, each.phone && `…${each.phone.slice(-2)}`].filter(Boolean).join(" · ") }),
      make("span", { class: "number", text: points(each.points) }))));
  if (!rows.length) rows.push(make("li", { class: "soft", text: WORDS.nobody, role: "status" }));
  byId("found").replaceChildren(...rows);
  byId("found").querySelector("button")?.focus();
}

const nameOf = (member) => [member.first_name, member.last_name].filter(Boolean).join(" ");

/** This is who buys. What points were set aside for another goes back. */
async function choose(member) {
  if (counter.uses.length) await giveBack([...counter.uses]);
  counter.member = member;
  counter.declined = [];
  counter.alerted = false;
  byId("member-find").value = "";
  byId("found").replaceChildren();
  draw();
  requote();
  byId("find").focus();
}

async function forget() {
  await giveBack([...counter.uses]);
  counter.member = null;
  quote = counter.lines.length ? quote : null;
  draw();
  requote();
  byId("member-find").focus();
}

function drawCustomer() {
  const known = counter.member;
  if (!shop || !shop.loyalty) return;
  byId("who").hidden = !known;
  byId("who-form").hidden = Boolean(known);
  byId("before-figure").hidden = !known;
  byId("earned").textContent = quote && counter.lines.length ? points(quote.earned) : "–";
  const mine = known && quote;
  byId("before").textContent = mine ? points(quote.balance_before) : "–";
  byId("messages").replaceChildren(...(mine && counter.lines.length ? quote.messages : []).map((text) => make("p", { class: "notice", text })));
  if (!known) return;
  byId("who-name").textContent = nameOf(known);
  byId("balance").textContent = mine ? points(quote.balance_before) : "–";
  byId("worth").textContent = mine && quote.worth !== null && shop.unit !== "money" ? `= ${money(quote.worth)}` : "";
  byId("who-off").hidden = known.loyalty !== false;
  byId("note").textContent = mine ? quote.note : "";
  byId("note").hidden = !(mine && quote.note);
}

/** A note that must be read stops the cashier, once for each customer (INV-21). */
async function warn() {
  if (!quote || !quote.alert || !quote.note || counter.alerted) return;
  counter.alerted = true;
  byId("alert-title").textContent = say("alert_title", { name: nameOf(counter.member) });
  byId("alert-text").textContent = quote.note;
  byId("alert").showModal();
}

/** Whom nobody found is the new member: what was typed is not typed again (LSX-51). */
function beginWith(typed) {
  if (!typed || CARD.test(typed)) return;
  const { email, phone, name } = search(typed);
  const [first, ...rest] = (name || "").split(/\s+/);
  byId("join-email").value = email || "";
  byId("join-phone").value = phone || "";
  byId("join-first").value = first;
  byId("join-last").value = rest.join(" ");
}

/** Whoever joins at the till; a paid card puts its article on the ticket (CLI-06, LSX-51). */
async function join(form) {
  const filled = (id) => byId(id).value.trim();
  const answer = (purpose, given) => ({ purpose, given, text_version: CONSENT_TEXT });
  const member = await ask("POST", "/members", {
    id: form.dataset.id, store: setup.store, first_name: filled("join-first"), last_name: filled("join-last"),
    ...(filled("join-phone") ? { phone: filled("join-phone") } : {}),
    ...(filled("join-email") ? { email: filled("join-email") } : {}),
    language: byId("join-language").value, loyalty: byId("join-loyalty").checked,
    consents: [answer("program", true), answer("news", byId("join-news").checked)],
  });
  if (filled("join-card")) await giveCard(member, byId("join-type").value, filled("join-card"));
  return member;
}

/** The card opens the account; one that is not free comes with the line that is sold with it. */
async function giveCard(member, type, uid) {
  const linked = await ask("POST", `/members/${member.id}/cards`, { card_uid: uid, ...(type ? { type } : {}) });
  if (!linked.sold) {
    tell(WORDS.card_linked);
    return;
  }
  const kind = shop.card_types.find((each) => each.id === type);
  const { article, family, unit_price: price } = linked.sold;
  const name = kind ? say("card_line", { name: kind.name }) : (await namesOf([{ article }])).get(article) || say("card_line", { name: article });
  add({ article, family, price, kind: linked.sold.kind, name });
}

function bindCustomer() {
  byId("member-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = byId("member-find").value.trim();
    if (typed) attempt(trouble, () => findCustomer(typed));
  });
  byId("forget").addEventListener("click", () => attempt(trouble, forget));
  const joining = byId("join-form");
  byId("open-join").addEventListener("click", () => {
    joining.reset();
    joining.dataset.id = newId();
    joining.querySelector(".wrong").hidden = true;
    beginWith(byId("member-find").value.trim());
    byId("join").showModal();
  });
  joining.addEventListener("submit", async (event) => {
    event.preventDefault();
    let member;
    const done = await attempt(joining.querySelector(".wrong"), async () => { member = await join(joining); });
    if (!done) return;
    byId("join").close();
    choose(member);
  });
  const carding = byId("card-form");
  byId("open-card").addEventListener("click", () => { carding.reset(); byId("card").showModal(); });
  carding.addEventListener("submit", async (event) => {
    event.preventDefault();
    const done = await attempt(carding.querySelector(".wrong"), () =>
      giveCard(counter.member, byId("card-type").value, byId("card-uid").value.trim()));
    if (done) byId("card").close();
  });
}
