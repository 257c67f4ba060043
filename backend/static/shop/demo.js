// The demo cart: what a shop's own script does when the cart changes.
"use strict";

function cartChanged() {
  const lines = [...document.querySelectorAll("[data-demo-line]")]
    .filter((field) => field.valueAsNumber > 0)
    .map((field) => ({ article: field.dataset.demoLine, quantity: field.valueAsNumber }));
  const price = (line) => Number(document.querySelector(`[data-demo-line="${CSS.escape(line.article)}"]`).dataset.price);
  const total = lines.reduce((sum, line) => sum + price(line) * line.quantity, 0);
  const cart = document.getElementById("cart");
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: cart.dataset.currency });
  document.getElementById("cart-total").textContent = format.format(total / 10 ** format.resolvedOptions().maximumFractionDigits);
  document.querySelector("[data-loyalty-cart]").dataset.loyaltyCart = JSON.stringify(lines);
  const paying = document.querySelector("[data-loyalty-pay]");
  if (paying) paying.dataset.loyaltyLines = JSON.stringify(lines);
  window.Loyalty?.refresh(cart);
}

document.addEventListener("change", (event) => event.target.matches("[data-demo-line]") && cartChanged());
document.addEventListener("DOMContentLoaded", cartChanged);
