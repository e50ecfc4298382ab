// The order form. The card is made up, and the API keeps its last four digits only.

import { call } from "./api.js";
import { refreshBasket } from "./basket.js";
import { html, price } from "./html.js";

const countries = { DE: "Germany", FR: "France", GB: "United Kingdom", IE: "Ireland", NL: "Netherlands", US: "United States" };

export async function showCheckout(main) {
  const basket = await refreshBasket();
  main.onclick = null;
  if (!basket.lines.length) {
    main.innerHTML = html`<div class="empty"><h1>Your basket is empty</h1>
      <p><a class="button" href="#/">Back to the shop</a></p></div>`;
    return;
  }
  main.innerHTML = html`<div class="checkout"><form class="form" novalidate>
    <h1>Where shall it go?</h1>
    <p class="error" role="alert" hidden></p>
    ${field("name", "Name", { autocomplete: "name", minlength: 2 })}
    ${field("email", "Email", { type: "email", autocomplete: "email" })}
    ${field("street", "Street and number", { autocomplete: "street-address", minlength: 3 })}
    <div class="pair">${field("postcode", "Postcode", { autocomplete: "postal-code", minlength: 3 })}
      ${field("city", "City", { autocomplete: "address-level2", minlength: 2 })}</div>
    <label>Country<select name="country" autocomplete="country">${Object.entries(countries).map(([code, name]) =>
      html`<option value="${code}">${name}</option>`)}</select></label>
    ${field("card", "Card number", { inputmode: "numeric", value: "4242 4242 4242 4242" })}
    <p class="hint">A test card. <code>4000 0000 0000 0002</code> is declined: try it.</p>
    <label>A note for us <span class="muted">(if you like)</span><textarea name="note" rows="2" maxlength="500"></textarea></label>
    <button class="button wide">Order and pay ${price(basket.total_cents)}</button></form>
    <aside class="summary"><h2>Your order</h2><ul>${basket.lines.map((line) => html`
      <li><span>${line.quantity} × ${line.name}</span><b>${price(line.quantity * line.price_cents)}</b></li>`)}</ul>
      <p class="total"><span>Total</span><b>${price(basket.total_cents)}</b></p></aside></div>`;
  main.querySelector("form").addEventListener("submit", send);
}

function field(name, label, { value = "", ...more }) {
  const rest = Object.entries(more).map(([key, each]) => html` ${key}="${each}"`);
  return html`<label>${label}<input name="${name}" value="${value}" required${rest}></label>`;
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const error = form.querySelector(".error");
  error.hidden = true;
  form.classList.add("tried");
  if (!form.reportValidity()) return;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const order = await call("/orders", { method: "POST", body: Object.fromEntries(new FormData(form)) });
    location.hash = `#/order/${order.ref}`;
    await refreshBasket();
  } catch (problem) {
    error.textContent = problem.message;
    error.hidden = false;
    error.scrollIntoView({ block: "center" });
    button.disabled = false;
  }
}
