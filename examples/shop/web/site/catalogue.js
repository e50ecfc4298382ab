// The catalogue: categories, cards, and one product with what people say about it.

import { call } from "./api.js";
import { add } from "./basket.js";
import { html, price } from "./html.js";
import { picture } from "./pictures.js";

const sheet = document.querySelector("#product");
let asked = 0;

export async function showCatalogue(main, { category, words }) {
  const mine = ++asked;
  const query = new URLSearchParams({ q: words.trim(), category });
  const { categories, products } = await call(`/products?${query}`);
  if (mine !== asked) return; // somebody has typed on meanwhile
  showCategories(categories, category);
  const name = categories.find((each) => each.slug === category)?.name;
  main.innerHTML = html`
    ${!words.trim() && !category && welcome(products)}
    <div class="heading"><h1>${words.trim() ? `“${words.trim()}”` : name ?? "Everything"}</h1>
      <p>${products.length} ${products.length === 1 ? "product" : "products"}</p></div>
    ${products.length ? html`<ul class="grid">${products.map(card)}</ul>`
      : html`<div class="empty"><p>Nothing here is called that. Try “mug”, “wool” or “brass”.</p></div>`}`;
  main.onclick = (event) => clicked(event, products);
}

function showCategories(categories, chosen) {
  const all = [{ slug: "", name: "Everything" }, ...categories];
  document.querySelector("#categories").innerHTML = html`${all.map((each) => html`
    <li><a href="#/${each.slug && `category/${each.slug}`}"
      ${each.slug === chosen && html`aria-current="page"`}>${each.name}</a></li>`)}`;
}

function welcome(products) {
  const shown = ["mug", "lamp", "blanket"].map((motif) => products.find((each) => each.motif === motif)).filter(Boolean);
  return html`<section class="welcome"><div>
    <p class="eyebrow">Autumn at home</p>
    <h2>Good things for the house, made to last.</h2>
    <p>Stoneware, brass, wool and oak from small workshops, at prices that are fair to both sides.</p>
    <a class="button" href="#/category/lighting">Light up the evening</a></div>
    <div class="welcome-pictures" aria-hidden="true">${shown.map((each) => picture(each.motif, each.colour))}</div></section>`;
}

function card(product) {
  return html`<li class="card">
    <button class="look" type="button" data-look="${product.id}">${picture(product.motif, product.colour)}
      <span class="name">${product.name}</span></button>
    ${stars(product)}
    <div class="buy">${amount(product)}
      <button class="button small" type="button" data-add="${product.id}" ${product.stock === 0 && "disabled"}
        aria-label="Add ${product.name} to the basket">Add</button></div></li>`;
}

function stars({ rating, reviews }) {
  if (!reviews) return html`<p class="stars none">No reviews yet</p>`;
  const full = Math.round(rating);
  return html`<p class="stars"><span aria-hidden="true">${"★".repeat(full)}<i>${"★".repeat(5 - full)}</i></span>
    <span class="hidden">${rating} out of 5 stars,</span> ${reviews}<span class="hidden"> reviews</span></p>`;
}

function amount(product) {
  return html`<div class="amount"><span class="price">${price(product.price_cents)}</span>${stock(product)}</div>`;
}

function stock({ stock: left }) {
  if (left === 0) return html`<span class="stock out">Sold out</span>`;
  return left < 6 ? html`<span class="stock low">Only ${left} left</span>` : html`<span class="stock">In stock</span>`;
}

async function clicked(event, products) {
  const button = event.target.closest("button");
  if (button?.dataset.add) await add(Number(button.dataset.add));
  if (button?.dataset.look) await look(products.find((each) => each.id === Number(button.dataset.look)));
}

async function look({ id }) {
  const product = await call(`/products/${id}`);
  sheet.innerHTML = html`
    <button class="close" type="button" data-close aria-label="Close">×</button>
    <div class="sheet-picture">${picture(product.motif, product.colour)}</div>
    <div class="sheet-text"><p class="eyebrow">${product.sku}</p><h2 id="product-name">${product.name}</h2>
      ${stars(product)}<p>${product.description}</p>
      <div class="buy">${amount(product)}
        <button class="button" type="button" data-add="${id}" ${product.stock === 0 && "disabled"}>Add to basket</button></div>
      ${product.said.length > 0 && html`<h3>What people say</h3>`}
      ${product.said.map((each) => html`<figure class="review"><blockquote>${each.body}</blockquote>
        <figcaption>${each.by}, ${"★".repeat(each.rating)}, ${each.day}</figcaption></figure>`)}</div>`;
  sheet.showModal();
  sheet.onclick = async (event) => {
    const button = event.target.closest("button");
    if (event.target === sheet || button?.dataset.close !== undefined || button?.dataset.add) sheet.close();
    if (button?.dataset.add) await add(id);
  };
}
