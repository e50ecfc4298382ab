// Orders something, and shows what the worker made of it.

const list = document.getElementById("orders")
const item = document.getElementById("item")

async function show() {
  const orders = await (await fetch("api/orders")).json()
  list.replaceChildren(...orders.map(order => {
    const line = document.createElement("li")
    line.textContent = `${order.item}: ${order.status}`
    return line
  }))
  const about = await (await fetch("api/about")).json()
  document.getElementById("about").textContent = `${about.environment}: ${about.done} done`
}

document.getElementById("order").addEventListener("submit", async event => {
  event.preventDefault()
  await fetch("api/orders", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ item: item.value }),
  })
  item.value = ""
  await show()
})

await show()
setInterval(show, 1000)
