// The basket: kept by the API, shown in a drawer.

import { call } from "./api.js";
import { html, price } from "./html.js";
import { picture } from "./pictures.js";

const drawer = document.querySelector("#basket");
const count = document.querySelector("#count");
const said = document.querySelector("#said");
let basket = { lines: [], total_cents: 0 };

export function say(text) {
  said.textContent = text;
  said.classList.add("on");
  clearTimeout(said.timer);
  said.timer = setTimeout(() => said.classList.remove("on"), 2600);
}

export async function refreshBasket() {
  return took(await call("/basket"));
}

export async function add(product) {
  const had = basket.lines.find((line) => line.id === product)?.quantity ?? 0;
  await put(product, had + 1);
  const line = basket.lines.find((each) => each.id === product);
  if (line) say(`${line.name} is in your basket.`);
}

export function openBasket() {
  said.classList.remove("on");
  draw();
  if (!drawer.open) drawer.showModal();
}

export function closeBasket() {
  drawer.close();
}

async function put(product, quantity) {
  const line = basket.lines.find((each) => each.id === product);
  if (line && quantity > line.stock) return say(`Only ${line.stock} left of ${line.name}.`);
  try {
    took(await call(`/basket/${product}`, { method: "PUT", body: { quantity } }));
  } catch (problem) {
    say(problem.message);
  }
}

function took(fresh) {
  basket = fresh;
  count.textContent = basket.lines.reduce((sum, line) => sum + line.quantity, 0);
  if (drawer.open) draw();
  return basket;
}

function draw() {
  drawer.innerHTML = html`
    <div class="drawer-head"><h2 id="basket-title">Your basket</h2>
      <button class="close" type="button" data-close aria-label="Close">×</button></div>
    ${basket.lines.length ? html`<ul class="lines">${basket.lines.map(row)}</ul>
      <div class="drawer-foot"><p class="total"><span>Total</span><b>${price(basket.total_cents)}</b></p>
        <a class="button wide" href="#/checkout">Order</a></div>`
      : html`<div class="empty"><p>Nothing in it yet.</p></div>`}`;
}

function row(line) {
  return html`<li class="line">${picture(line.motif, line.colour)}
    <div><p class="name">${line.name}</p><p class="muted">${price(line.price_cents)}</p></div>
    <div class="steps"><button type="button" data-product="${line.id}" data-step="-1" aria-label="One less of ${line.name}">−</button>
      <b>${line.quantity}</b>
      <button type="button" data-product="${line.id}" data-step="1" aria-label="One more of ${line.name}">+</button></div></li>`;
}

drawer.addEventListener("click", async (event) => {
  const button = event.target.closest("button, a");
  if (event.target === drawer || button?.dataset.close !== undefined || button?.href) drawer.close();
  if (!button?.dataset.step) return;
  const product = Number(button.dataset.product);
  const had = basket.lines.find((line) => line.id === product).quantity;
  await put(product, had + Number(button.dataset.step));
  drawer.querySelector(`[data-product="${product}"][data-step="${button.dataset.step}"]`)?.focus();
});
