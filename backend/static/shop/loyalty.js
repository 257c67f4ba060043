// Points in an e-shop's pages. Load it from the loyalty server:
//   <script src="https://…/shop/loyalty.js" data-key="KEY" data-language="fr" data-currency="EUR" defer></script>
// The key has the scope `simulate` and no other: it is no secret. What a customer's points can pay
// is asked from the shop's own server, which knows who they are. See docs/eshop.md.
"use strict";

(() => {
  const own = document.currentScript;
  const server = new URL(own.src).origin;
  const language = own.dataset.language || document.documentElement.lang.slice(0, 2) || "fr";
  const currency = own.dataset.currency || "EUR";
  const WORDS = {
    fr: { pay: "Payer {money} avec {points} points", missing: "Encore {points} points pour payer en points", used: "Payé en points : {money}", again: "Indisponible pour l’instant" },
    en: { pay: "Pay {money} with {points} points", missing: "{points} more points to pay with points", used: "Paid with points: {money}", again: "Not available right now" },
  };
  const words = WORDS[language] || WORDS.en;
  const say = (text, blanks) => text.replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
  const format = new Intl.NumberFormat(language, { style: "currency", currency });
  const money = (minor) => format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  const asked = new WeakMap();

  /** Ask a server; the latest question about a place counts. Null where another came after it. */
  async function ask(place, url, body, headers = {}) {
    const mine = (asked.get(place) || 0) + 1;
    asked.set(place, mine);
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": language, ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`loyalty: ${answer.status}`);
    const told = await answer.json();
    return asked.get(place) === mine ? told : null;
  }

  /** What a cart earns, for whoever buys it. */
  function simulate(place, lines) {
    const url = `${server}/v1/simulations`;
    return ask(place, url, { lines, currency }, { Authorization: `Bearer ${own.dataset.key}` });
  }

  async function tell(place, lines) {
    try {
      const told = lines.length ? await simulate(place, lines) : { text: "", earned: 0 };
      if (told) place.textContent = told.earned ? told.text : "";
    } catch {
      place.textContent = ""; // a shop sells also while nobody counts points
    }
  }

  const line = (place) => ({
    article: place.dataset.loyaltyArticle,
    quantity: Number(place.dataset.loyaltyQuantity) || 1,
    ...(place.dataset.loyaltyPrice ? { unit_price: Number(place.dataset.loyaltyPrice) } : {}),
  });
  const cart = (place, name) => JSON.parse(place.dataset[name] || "[]");

  /** Paying with points, when the minimum is reached: asked from the shop's own server. */
  async function offer(place) {
    const lines = cart(place, "loyaltyLines");
    place.replaceChildren();
    if (!lines.length) return;
    const said = place.dataset.loyaltyToken ? { "X-CSRF-Token": place.dataset.loyaltyToken, "Loyalty-Store": place.dataset.loyaltyStore || "" } : {};
    const whose = place.dataset.loyaltyMember ? { member: place.dataset.loyaltyMember } : {};
    try {
      const quote = await ask(place, place.dataset.loyaltyPay, { lines, currency, channel: "web", ...whose }, said);
      if (!quote) return;
      const option = quote.options.find((each) => each.chooses) || quote.options.find((each) => each.money);
      if (!option) return;
      if (!option.usable) {
        place.textContent = say(words.missing, { points: option.missing });
        return;
      }
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = say(words.pay, { money: money(option.money), points: option.cost });
      button.addEventListener("click", () => use(place, button, quote, option, whose, said));
      place.append(button);
    } catch {
      place.textContent = words.again;
    }
  }

  async function use(place, button, quote, option, whose, said) {
    button.disabled = true;
    button.dataset.id ||= crypto.randomUUID(); // the same again, should the line break
    const body = {
      id: button.dataset.id, reward: option.reward, at: new Date().toISOString(), ticket: quote.total, currency, ...whose,
      ...(option.chooses ? { points: option.cost } : {}),
    };
    try {
      const used = await ask(place, place.dataset.loyaltyUse, body, said);
      if (!used) return;
      place.textContent = say(words.used, { money: money(used.money) });
      place.dispatchEvent(new CustomEvent("loyalty:used", { bubbles: true, detail: used }));
    } catch {
      button.disabled = false;
      button.textContent = words.again;
    }
  }

  /** Everything on the page anew, or what is given. */
  function refresh(root = document) {
    for (const place of root.querySelectorAll("[data-loyalty-article]")) tell(place, [line(place)]);
    for (const place of root.querySelectorAll("[data-loyalty-cart]")) tell(place, cart(place, "loyaltyCart"));
    for (const place of root.querySelectorAll("[data-loyalty-pay]")) offer(place);
  }

  window.Loyalty = { refresh, simulate: (lines) => simulate({}, lines) };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => refresh());
  else refresh();
})();
