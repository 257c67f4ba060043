// What the customer's points can do on this ticket: a discount, a payment, a gift.
"use strict";

/** Rewards of a kind: what is paid in points, what takes money off, what is handed out. */
const paysPart = (option) => option.chooses;
const takesOff = (option) => !option.chooses && !isGift(option);
const isGift = (option) => option.articles.length > 0 || (option.usable && !option.money && !option.chooses);

/** Whether the points are there yet: what this ticket earns comes when it is recorded (GLO-10). */
const isThere = (option) => option.cost <= Math.max(quote.balance_before, 0);

const onTicket = (option) => counter.uses.some((use) => use.reward === option.reward);

function drawPoints() {
  const panel = byId("points");
  const options = quote && counter.member ? quote.options : [];
  panel.hidden = !options.length;
  if (panel.hidden) return;
  drawDiscounts(options.filter((option) => takesOff(option) && isThere(option)));
  drawPart(options.find(paysPart));
  drawGifts(options.filter((option) => isGift(option) && option.usable && isThere(option)));
  drawSoon(options.filter((option) => option.usable && !option.chooses && !isThere(option)));
  drawNearest(options.filter((option) => option.refusal !== "nothing"));
  // A program whose points only add up has nothing to use (CLI-23).
  panel.hidden = ["discounts", "gifts"].every((id) => !byId(id).children.length) && ["part", "soon", "nearest"].every((id) => byId(id).hidden);
}

/** Hidden below the threshold, shown from it on: a click takes it off the ticket (INV-12). */
function drawDiscounts(options) {
  const shown = options.filter((option) => option.usable && option.money && counter.lines.length);
  redraw(byId("discounts"), ...shown.map((option) =>
    make("button", {
      type: "button", class: "reward", disabled: onTicket(option),
      text: say("discount_off", { name: option.name, money: money(option.money), points: points(option.cost) }),
      click: once("use", () => attempt(trouble, () => use(option))),
    })));
}

/** Paying with points: greyed, and saying what is missing, while the balance is short (LSX-55). */
function drawPart(option) {
  byId("part").hidden = !option;
  if (!option) return;
  const most = option.usable && counter.lines.length ? option.cost : 0;
  byId("part-points").disabled = !most;
  byId("pay-part").disabled = !most;
  byId("pay-all").disabled = !(most && option.pays_all);
  byId("part-help").textContent = option.usable
    ? (most ? say("off", { name: option.name, money: money(option.money), points: points(option.cost) }) : "")
    : say("missing", { points: points(option.missing) });
}

/** What articles to choose from are called: asked once, for cashiers know no codes. */
const articleNames = new Map();

async function learnNames(options) {
  const unknown = options.flatMap((option) => (option.articles.length > 1 ? option.articles : [])).filter((code) => !articleNames.has(code));
  if (!unknown.length) return;
  for (const code of unknown) articleNames.set(code, code);
  const found = await namesOf(unknown.map((article) => ({ article })));
  for (const [code, name] of found) articleNames.set(code, name);
  drawPoints();
}

function drawGifts(options) {
  attempt(trouble, () => learnNames(options));
  byId("gifts-title").hidden = !options.length;
  redraw(byId("gifts"), ...options.flatMap(giftButtons));
}

/** A gift, and what it takes. */
const offer = (option, name = option.name) =>
  option.cost ? say("costs", { name, points: points(option.cost) }) : say("free", { name });

/** What can be had of it: each article of a selection apart (CLI-26). */
function choices(option) {
  const articles = option.articles.length > 1 ? option.articles : [option.articles[0] || ""];
  const named = (article) => (option.articles.length > 1 ? `${option.name} · ${articleNames.get(article) || article}` : "");
  return articles.map((article) => ({ option, article, name: named(article), said: offer(option, named(article) || option.name) }));
}

/** One button for each gift to choose from. */
function giftButtons(chosen) {
  return choices(chosen).map(({ option, article, name, said }) =>
    make("button", {
      type: "button", class: "reward", text: said, click: once("use", () => attempt(trouble, () => use(option, { article }, name))),
    }));
}

/** What this ticket brings into reach: to be had once it is recorded. */
function drawSoon(options) {
  byId("soon").hidden = !options.length;
  byId("soon").textContent = options.length ? say("soon", { name: options.map((option) => option.name).join(", ") }) : "";
}

function drawNearest(options) {
  const still = options.filter((option) => option.missing > 0);
  const nearest = still.sort((one, other) => one.missing - other.missing)[0];
  byId("nearest").hidden = !nearest;
  if (nearest) byId("nearest").textContent = say("nearest", { points: points(nearest.missing), name: nearest.name });
}

/** Points set aside for this ticket: as a line of it, or as a part of what is paid. */
async function use(option, more = {}, name = "") {
  const mine = counter.id;
  const told = await hold({
    member: counter.member.id, reward: option.reward, sale: counter.id,
    ...(counter.lines.length && quote.total > 0 ? { ticket: toPay(), currency: shop.currency } : {}), ...more,
  });
  if (counter.id !== mine) {
    await ask("POST", `/uses/${told.id}/void`);
    return;
  }
  const pays = option.chooses && told.payment;
  counter.uses.push({
    id: told.id, reward: told.reward, name: told.line.name, money: told.money, points: told.points, pays: Boolean(pays),
  });
  if (!pays) {
    counter.lines.push({
      use: told.id, name: name || told.line.name, mention: told.line.mention, article: told.line.article, family: "",
      kind: told.line.kind, price: told.line.unit_price, quantity: told.line.quantity,
    });
  }
  byId("part-points").value = "";
  remember();
  draw();
  await askQuote();
}

/** The answer to a wish; one that nobody answered is asked again under the id that it had. */
async function hold(wish) {
  const name = JSON.stringify(wish);
  const body = counter.asked[name] || { ...wish, id: newId(), at: now() };
  counter.asked[name] = body;
  remember();
  try {
    const told = await ask("POST", "/uses", body);
    delete counter.asked[name];
    return told;
  } catch (error) {
    if (!(error instanceof Unanswered)) delete counter.asked[name];
    throw error;
  }
}

/** What the program wants used without asking, once for each ticket (SW-08). */
async function useByItself() {
  const wanted = quote && quote.automatic;
  if (!wanted || counter.declined.includes(wanted) || !counter.lines.some((line) => !line.use)) return;
  const option = quote.options.find((each) => each.reward === wanted);
  if (!option || onTicket(option) || !isThere(option)) return;
  counter.declined.push(wanted);
  await use(option);
}

/** The points come back, and what they took off is off the ticket. True when it is done. */
async function giveBack(uses) {
  return attempt(trouble, async () => {
    for (const each of uses) {
      await ask("POST", `/uses/${each.id}/void`);
      counter.uses = counter.uses.filter((use) => use.id !== each.id);
      counter.lines = counter.lines.filter((line) => line.use !== each.id);
    }
    draw();
    requote();
  });
}

/** A voucher of a kiosk: what it gives stands on the ticket, and is paid already. */
function bindVouchers() {
  const form = byId("voucher-form");
  const wrong = form.querySelector(".wrong");
  const code = () => encodeURIComponent(byId("voucher-code").value.trim());
  const taking = byId("voucher-take");
  const gift = byId("voucher-gift");
  byId("open-voucher").addEventListener("click", () => {
    form.reset();
    wrong.hidden = taking.hidden = gift.hidden = true;
    form.dataset.id = newId();
    byId("voucher").showModal();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    taking.hidden = gift.hidden = true;
    attempt(wrong, async () => {
      const found = await ask("GET", `/vouchers/${code()}`);
      gift.textContent = giftName(found);
      gift.hidden = false;
      const no = gone(found.voucher);
      if (no) throw new Refused(no);
      form.dataset.money = String(found.money || 0);
      taking.textContent = found.money ? WORDS.voucher_pays : WORDS.voucher_take;
      taking.hidden = false;
      taking.focus();
    });
  });
  taking.addEventListener("click", once("voucher", () => attempt(wrong, async () => {
    const worth = Number(form.dataset.money);
    if (worth) {
      payWith({ id: form.dataset.id, code: byId("voucher-code").value.trim(), money: worth, name: gift.textContent });
      byId("voucher").close();
      return;
    }
    const taken = await ask("POST", `/vouchers/${code()}/redemption`, { id: form.dataset.id, at: now() });
    byId("voucher").close();
    tell(say("taken", { name: giftName(taken) }));
  })));
}

/** A voucher that is worth money pays a part of this ticket (OCT-13); it is taken when that is closed. */
function payWith(voucher) {
  const known = counter.vouchers.some((each) => each.code.toUpperCase() === voucher.code.toUpperCase());
  if (known) return;
  counter.vouchers.push(voucher);
  changed();
}

async function takeVouchers() {
  for (const voucher of counter.vouchers) {
    const at = voucher.at || now();
    await ask("POST", `/vouchers/${encodeURIComponent(voucher.code)}/redemption`, { id: voucher.id, at });
    voucher.at = at;
    remember();
  }
}

/** Why nobody can take the voucher any more; empty where somebody can. */
function gone(voucher) {
  if (voucher.state === "redeemed") return takenBefore(voucher.redeemed_at, voucher.redeemed_place);
  if (voucher.state === "voided") return PROBLEMS["voucher-voided"];
  return new Date(voucher.deadline) <= new Date() ? PROBLEMS["voucher-expired"] : "";
}

function giftName(voucher) {
  const name = voucher.reward[setup.language] || Object.values(voucher.reward)[0];
  return voucher.money ? `${money(voucher.money)} · ${name}` : name;
}

function bindPoints() {
  byId("part").addEventListener("submit", once("use", () => attempt(trouble, async () => {
    const typed = pointsOf(byId("part-points"));
    if (typed) await use(quote.options.find(paysPart), { points: typed });
  })));
  byId("pay-all").addEventListener("click", once("use", () => attempt(trouble, () => use(quote.options.find(paysPart)))));
  bindVouchers();
}
