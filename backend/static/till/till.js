// The counter: finding articles, keys, and how the till starts.
"use strict";

const SEARCH_AFTER_MS = 180;
const TILES_MAX = 24;
const START_AGAIN_MS = 5000;
let family = "";
let searching = 0;
let shown = 0;

/** "3*bread": how many, and of what. */
function wanted() {
  const [, count, text] = /^(?:(\d{1,4})\s*[*x×]\s*)?(.*)$/i.exec(byId("find").value.trim());
  return { count: Number(count) || 1, text };
}

async function articles(text) {
  const asked = new URLSearchParams({ limit: String(TILES_MAX) });
  if (text) asked.set("search", text);
  else if (family) asked.set("family", family);
  return (await ask("GET", `/articles?${asked}`)).products;
}

function ring(article, count) {
  if (article.price === null) {
    byId("free-name").value = article.name;
    byId("free-family").value = article.family;
    document.querySelector(".free").open = true;
    byId("free-price").focus();
    return;
  }
  add({ article: article.id, name: article.name, family: article.family, kind: article.kind, shown: article.price }, count);
  byId("find").value = "";
  byId("find").focus();
}

async function showTiles() {
  const mine = (shown += 1);
  await attempt(trouble, async () => {
    const products = await articles(wanted().text);
    if (mine !== shown) return;
    const tiles = products.map((each) =>
      make("button", { type: "button", class: "tile", click: () => ring(each, wanted().count) },
        make("span", { class: "name", text: each.name }),
        make("span", { class: "number", text: each.price === null ? "–" : money(each.price) })));
    byId("tiles").replaceChildren(...(tiles.length ? tiles : [make("p", { class: "soft", text: wanted().text || family ? WORDS.no_article : WORDS.no_goods })]));
    byId("told").textContent = wanted().text || family ? say("shown", { count: number(tiles.length) }) : "";
  });
}

function drawFamilies() {
  redraw(byId("families"), ...shop.families.map((name) =>
    make("button", {
      type: "button", class: "quiet small", text: name, "aria-pressed": String(name === family),
      click: () => { family = name === family ? "" : name; drawFamilies(); showTiles(); },
    })));
  byId("family-list").replaceChildren(...shop.families.map((name) => make("option", { value: name })));
}

/** Enter rings up the article of that code, or the only one of that name. */
async function ringTyped() {
  const { count, text } = wanted();
  if (!text) return;
  const products = await articles(text);
  const exact = products.find((each) => each.id === text) || (products.length === 1 ? products[0] : null);
  if (exact) ring(exact, count);
  else if (!products.length) throw new Refused(WORDS.no_article);
  else byId("tiles").querySelector("button")?.focus();
}

function bindGoods() {
  byId("find-form").addEventListener("submit", (event) => { event.preventDefault(); attempt(trouble, ringTyped); });
  byId("find").addEventListener("input", () => { clearTimeout(searching); searching = setTimeout(showTiles, SEARCH_AFTER_MS); });
  byId("free-form").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(trouble, async () => {
      const price = minorOf(byId("free-price"));
      add({ name: byId("free-name").value.trim() || WORDS.free_line, family: byId("free-family").value.trim(), price });
      byId("free-form").reset();
      byId("find").focus();
    });
  });
  byId("empty").addEventListener("click", async () => { if (await giveBack([...counter.uses])) clear(); });
  byId("discount").addEventListener("change", () => attempt(trouble, async () => {
    const field = byId("discount");
    counter.share = shareOf(field);
    counter.discount = counter.share === null ? minorOf(field) || 0 : shareIn(counter.share, listed());
    counter.off = field.value;
    changed();
  }));
  byId("visits").addEventListener("change", () => { counter.visits = Math.max(byId("visits").valueAsNumber || 0, 0); requote(); });
  byId("paper-kind").addEventListener("change", (event) => { counter.kind = event.target.value; requote(); });
  byId("left").addEventListener("change", (event) => {
    counter.left = event.target.value;
    byId("received-field").hidden = counter.left === "closed";
    draw();
  });
}

const KEYS = {
  F2: () => byId("find").focus(),
  F3: () => (counter.member ? byId("forget") : byId("member-find")).focus(),
  F4: () => byId("open-join").click(),
  F6: () => byId("open-voucher").click(),
  F8: () => byId("open-return").click(),
  F9: record,
};

function bindKeys() {
  document.addEventListener("keydown", (event) => {
    const deed = KEYS[event.key];
    if (!deed || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    deed();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });
}

/** Kinds of cards to choose from; a free one without a kind is always there. */
function drawCardTypes() {
  for (const id of ["join-type", "card-type"]) {
    byId(id).replaceChildren(make("option", { value: "", text: shop.program_name[setup.language] || Object.values(shop.program_name)[0] }),
      ...shop.card_types.map((each) => make("option", { value: each.id, text: each.name })));
  }
}

async function start() {
  const ready = await attempt(trouble, async () => { shop = await ask("GET", "/till"); });
  if (!ready) {
    // Nobody need open the till again: it starts when the server is there.
    setTimeout(start, START_AGAIN_MS);
    return;
  }
  document.querySelector(".customer").hidden = !shop.loyalty;
  document.body.classList.toggle("silent", !shop.loyalty);
  byId("open-voucher").hidden = !shop.loyalty;
  byId("visits-field").hidden = !shop.typed_visits;
  if (shop.unit === "money") byId("part-label").textContent = WORDS.pay_with;
  drawFamilies();
  drawCardTypes();
  draw();
  requote();
  await showTiles();
  document.body.dataset.ready = "true";
  byId("find").focus();
}

bindGoods();
bindCustomer();
bindPoints();
bindPaper();
bindReturns();
bindKeys();
remembered();
start();
