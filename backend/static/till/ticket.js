// The ticket on the counter: its lines, what it comes to, and what it would earn.
"use strict";

const QUOTE_AFTER_MS = 120;
/** A share of the whole, or a voucher, is known with the total: then it is asked once more. */
const QUOTES_MOST = 4;
const KEPT = `till:${setup.store}`;
const trouble = byId("trouble");
const news = byId("news");

/** Everything that is on the counter; nothing else is remembered. */
const fresh = () => ({
  id: ticketNumber(), lines: [], uses: [], vouchers: [], member: null, visits: 1, discount: 0, share: null, off: "",
  kind: "shop", left: "closed", declined: [], alerted: false, asked: {}, closed_at: null, over: false,
});
let counter = fresh();
let quote = null;
let waiting = 0;
let asked = 0;
/** Whether the ticket changed since `quote` was told. */
let stale = false;

/** A line of the API; of an article of the catalogue, the price is the server's to say. */
function lineBody(line, place) {
  return {
    id: String(place + 1), article: line.article, quantity: line.quantity, kind: line.kind,
    family: line.family || "", discount: line.discount || 0, ...(line.price === null ? {} : { unit_price: line.price }),
  };
}

const inPoints = () => counter.uses.filter((use) => use.pays).reduce((sum, use) => sum + use.money, 0);
/** What vouchers of the kiosk pay of this ticket: never more than there is to pay. */
function inVouchers() {
  const worth = counter.vouchers.reduce((sum, voucher) => sum + voucher.money, 0);
  return Math.min(worth, Math.max((quote ? quote.total : 0) - inPoints(), 0));
}
/** What the articles come to, before what is taken off the whole. */
const listed = () => (quote ? quote.lines.reduce((sum, line) => sum + Math.max(line.net, 0), 0) : 0);
const payment = (means, amount) => (amount ? [{ means, amount }] : []);
const otherPayments = () => [...payment("points", inPoints()), ...payment("voucher", inVouchers())];
const bodies = () => counter.lines.map(lineBody);
const toPay = () => Math.max((quote ? quote.total : 0) - inPoints() - inVouchers(), 0);

/** Put an article on the ticket; a second one makes the line's quantity. */
function add(given, quantity = 1) {
  const line = { article: "", family: "", kind: "article", price: null, ...given };
  const same = counter.lines.find(
    (each) => !each.use && !each.discount && each.article && each.article === line.article && each.kind === line.kind && each.price === line.price,
  );
  if (same) same.quantity += quantity;
  else counter.lines.push({ ...line, quantity });
  changed();
}

/** The lines changed: what points took off was for another ticket, so it goes back. */
function changed() {
  news.hidden = true;
  counter.closed_at = null;
  const moved = counter.uses.filter((use) => use.money);
  if (moved.length) {
    giveBack(moved).then((done) => done && tell(WORDS.changed));
  }
  draw();
  requote();
}

/** What happened by itself: it stays until the ticket is touched again. */
function tell(text) {
  news.textContent = text;
  news.hidden = false;
}

/** Ask what the ticket is worth, once the cashier rests; the latest question counts. */
function requote() {
  clearTimeout(waiting);
  stale = true;
  waiting = setTimeout(askQuote, QUOTE_AFTER_MS);
  remember();
}

/** The quote is that of the ticket as it is. False where there is none, or somebody must look first. */
async function quoted() {
  for (let tries = 0; stale && tries < QUOTES_MOST; tries += 1) {
    clearTimeout(waiting);
    await askQuote();
  }
  return !stale && quote !== null && !document.querySelector("dialog[open]");
}

async function askQuote() {
  const mine = (asked += 1);
  if (!counter.lines.length && !counter.member) {
    quote = null;
    draw();
    return;
  }
  await attempt(trouble, async () => {
    const payments = otherPayments();
    const told = await ask("POST", "/quotes", {
      lines: bodies(), discount: counter.discount, channel: counter.kind, visits: counter.visits,
      payments, ...(counter.member ? { member: counter.member.id } : {}),
    });
    if (mine !== asked) return;
    quote = told;
    stale = false;
    const discount = counter.discount;
    if (counter.share !== null) counter.discount = shareIn(counter.share, listed());
    draw();
    // What a voucher pays is known with the total only, and some of what is earned goes by it; a
    // share of the whole is known with the lines.
    if (discount !== counter.discount || JSON.stringify(otherPayments()) !== JSON.stringify(payments)) requote();
    await warn();
    await useByItself();
  });
}

function draw() {
  byId("no-lines").hidden = counter.lines.length > 0;
  redraw(byId("lines"), ...counter.lines.map(drawLine), ...counter.vouchers.map(drawVoucher));
  byId("paid-row").hidden = !inPoints();
  if (shop) {
    byId("paid-points").textContent = money(-inPoints());
    byId("total").textContent = quote && counter.lines.length ? money(toPay()) : "–";
  }
  const some = counter.lines.length > 0;
  byId("record").disabled = !some || !quote;
  byId("record").firstChild.textContent =
    `${counter.member ? (counter.left === "closed" ? WORDS.record : WORDS.keep) : WORDS.print_only} `;
  drawCustomer();
  drawPoints();
}

/** What the server said of a line, when it is still of that article. */
function toldOf(line) {
  const told = quote && quote.lines[counter.lines.indexOf(line)];
  return told && told.article === line.article ? told : null;
}

function priceOf(line) {
  const told = toldOf(line);
  return told ? told.unit_price : line.price || line.shown || 0;
}

function drawLine(line) {
  const told = toldOf(line);
  const price = priceOf(line);
  const net = told ? told.net : price * line.quantity;
  const about = make("span", { class: "about" }, make("span", { class: "name", text: line.name }));
  const small = make("span", { class: "soft small-print" });
  if (line.mention) small.append(make("span", { class: "badge warm", text: line.mention }));
  else if (line.quantity > 1) small.append(`${number(line.quantity)} × ${money(price)} `);
  if (line.discount) small.append(`${say("less_off", { money: money(line.discount) })} `);
  if (!line.use) small.append(discountButton(line));
  if (shop.loyalty && told && told.points) small.append(make("span", { class: "badge good", text: `+${points(told.points)}` }));
  if (small.hasChildNodes()) about.append(small);
  const item = make("li", { class: "line" }, about, make("span", { class: "number", text: money(net) }));
  item.append(line.use ? backButton(line) : stepper(line));
  return item;
}

function stepper(line) {
  const step = (by) => () => {
    const most = priceOf(line) * (line.quantity + by);
    const capped = line.quantity + by > 0 && line.discount > most;
    line.quantity += by;
    if (line.quantity < 1) counter.lines.splice(counter.lines.indexOf(line), 1);
    if (capped) line.discount = most;
    changed();
    // Less is bought than was taken off: a line never pays the customer.
    if (capped) tell(say("less_left", { name: line.name, money: money(most) }));
  };
  return make("span", { class: "stepper" },
    make("button", { type: "button", class: "quiet small", text: "−", "aria-label": say(line.quantity > 1 ? "less" : "remove", { name: line.name }), click: step(-1) }),
    make("span", { class: "count", text: number(line.quantity) }),
    make("button", { type: "button", class: "quiet small", text: "+", "aria-label": say("more", { name: line.name }), click: step(1) }));
}

function discountButton(line) {
  return make("button", {
    type: "button", class: "link small", text: WORDS.take_off, "aria-label": say("take_off_of", { name: line.name }),
    click: () => {
      const form = byId("line-off-form");
      form.reset();
      form.querySelector(".wrong").hidden = true;
      byId("line-off-title").textContent = say("take_off_of", { name: line.name });
      form.onsubmit = (event) => {
        event.preventDefault();
        attempt(form.querySelector(".wrong"), async () => {
          const most = priceOf(line) * line.quantity;
          const field = byId("line-off-amount");
          const share = shareOf(field);
          const off = share === null ? minorOf(field) || 0 : shareIn(share, most);
          if (off > most) throw new Refused(say("at_most", { money: money(most) }));
          line.discount = off;
          byId("line-off").close();
          changed();
        });
      };
      byId("line-off").showModal();
    },
  });
}

/** A voucher that pays; it is taken with the ticket, and can be put down until then. */
function drawVoucher(voucher) {
  return make("li", { class: "line" }, make("span", { class: "about name", text: voucher.name }),
    make("span", { class: "number", text: money(-voucher.money) }),
    make("button", {
      type: "button", class: "quiet small", text: "×", "aria-label": say("remove", { name: voucher.name }), disabled: Boolean(voucher.at),
      click: () => {
        counter.vouchers = counter.vouchers.filter((each) => each.id !== voucher.id);
        changed();
      },
    }));
}

function backButton(line) {
  const use = counter.uses.find((each) => each.id === line.use);
  return make("button", {
    type: "button", class: "quiet small", text: "×", "aria-label": say("give_back", { name: line.name }),
    click: () => giveBack([use]),
  });
}

/** What stands on the counter outlives a reload; not who the customer is, only their number. */
function remember() {
  sessionStorage.setItem(KEPT, JSON.stringify({ ...counter, member: counter.member && { id: counter.member.id, first_name: counter.member.first_name } }));
}

function remembered() {
  const kept = sessionStorage.getItem(KEPT);
  const read = kept && JSON.parse(kept);
  // One that is recorded is on the paper: nobody sells it twice.
  if (read && !read.over) counter = { ...fresh(), ...read };
  byId("visits").value = String(counter.visits);
  byId("discount").value = counter.off;
  byId("paper-kind").value = counter.kind;
  byId("left").value = counter.left;
  byId("received-field").hidden = counter.left === "closed";
}

/** The next customer: an empty counter. */
function clear() {
  counter = fresh();
  quote = null;
  for (const field of ["discount", "received", "find", "member-find"]) byId(field).value = "";
  byId("visits").value = "1";
  byId("paper-kind").value = "shop";
  byId("left").value = "closed";
  byId("received-field").hidden = true;
  byId("found").replaceChildren();
  trouble.hidden = news.hidden = true;
  remember();
  draw();
  byId("find").focus();
}
