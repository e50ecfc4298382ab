// An order on its way: it changes by itself, because the API says when the worker has decided.

import { call, follow } from "./api.js";
import { html, price } from "./html.js";
import { picture } from "./pictures.js";

// The hops in the order they are made, and what each is called here.
const hops = [
  ["placed", "Received", "written to Postgres, stock taken"],
  ["published", "Passed on", "the order is on Kafka"],
  ["consumed", "Being checked", "the worker has it"],
  ["decided", "Decided", "payment checked, written back"],
];

const titles = { received: "Thank you! We have your order.", confirmed: "Your order is confirmed.", rejected: "Your card was declined." };
const texts = {
  received: "We are checking your payment. This page changes by itself.",
  confirmed: "Your payment went through, and we have begun to pack.",
  rejected: "Nothing was paid, and everything is back on the shelf. Please order again with another card.",
};

export async function showOrder(main, ref) {
  const order = await call(`/orders/${encodeURIComponent(ref)}`);
  main.onclick = null;
  draw(main, order);
  return order.status === "received" ? follow(ref, (changed) => draw(main, changed)) : () => {};
}

function draw(main, order) {
  main.innerHTML = html`<article class="order ${order.status}">
    <div aria-live="polite"><p class="eyebrow">Order ${order.number}</p>
      <p class="badge">${order.status}</p>
      <h1>${titles[order.status] ?? `Your order is ${order.status}.`}</h1><p>${texts[order.status]}</p></div>
    <ol class="hops">${hops.map((hop) => step(order, hop))}</ol>
    <ul class="lines">${order.lines.map((line) => html`<li class="line">${picture(line.motif, line.colour)}
      <div><p class="name">${line.name}</p><p class="muted">${line.quantity} × ${price(line.price_cents)}</p></div>
      <b>${price(line.quantity * line.price_cents)}</b></li>`)}</ul>
    <p class="total"><span>${order.card}</span><b>${price(order.total_cents)}</b></p>
    <p><a class="button" href="#/">Go on shopping</a></p></article>`;
}

function step(order, [hop, title, text]) {
  const at = order.hops[hop];
  const since = at === undefined ? "" : hop === "placed" ? "" : `+${Math.max(0, at - order.hops.placed)} ms`;
  return html`<li class="${at === undefined ? "" : "done"}"><b>${hop === "decided" && at ? order.status : title}</b>
    <span>${text}</span><i>${since}</i></li>`;
}
