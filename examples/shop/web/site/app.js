// The page: which view the address asks for, and what every view shares.

import { call } from "./api.js";
import { html } from "./html.js";
import { closeBasket, openBasket, refreshBasket } from "./basket.js";
import { showCatalogue } from "./catalogue.js";
import { showCheckout } from "./checkout.js";
import { showOrder } from "./order.js";

const main = document.querySelector("#main");
const words = document.querySelector("#words");
let leave = () => {};

async function route() {
  const [view = "", what = ""] = location.hash.replace(/^#\/?/, "").split("/");
  leave();
  if (view) words.value = ""; // a search is for the whole shop
  leave = () => {};
  document.querySelector("#said").classList.remove("on");
  closeBasket();
  document.body.dataset.view = view || "catalogue";
  try {
    if (view === "checkout") await showCheckout(main);
    else if (view === "order") leave = await showOrder(main, what);
    else await showCatalogue(main, { category: view === "category" ? what : "", words: words.value });
  } catch (problem) {
    main.innerHTML = html`<div class="empty"><h1>Sorry</h1><p>${problem.message}</p>
      <p><a class="button" href="#/">Back to the shop</a></p></div>`;
  }
  if (view) main.focus({ preventScroll: true });
  if (view !== "category") window.scrollTo(0, 0);
}

let typing;
words.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => (/^(#\/)?$/.test(location.hash) ? route() : (location.hash = "#/")), 180);
});
document.querySelector("#search").addEventListener("submit", (event) => event.preventDefault());
document.querySelector("#open-basket").addEventListener("click", openBasket);
window.addEventListener("hashchange", route);

async function about() {
  const known = await call("/about");
  const branch = known.branch && known.branch !== known.environment ? ` · branch ${known.branch}` : "";
  document.querySelector("#about").innerHTML = html`<span class="dot"></span> environment
    <b>${known.environment || "without a name"}</b>${branch} · schema ${known.revision} ·
    ${known.products} products · ${known.orders.toLocaleString("en")} orders`;
}

route();
refreshBasket().catch(() => {});
about().catch(() => {});
