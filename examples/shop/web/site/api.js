// Talks to the API; what it says is wrong becomes an error whose message a customer may read.

export async function call(path, { method = "GET", body } = {}) {
  let response;
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
  } catch {
    throw new Error("The shop does not answer. Please try again in a moment.");
  }
  const said = await response.json().catch(() => ({}));
  if (response.ok) return said;
  throw new Error(complaint(said.detail) ?? "The shop has a problem. Please try again in a moment.");
}

function complaint(detail) {
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail)) return `Please check: ${detail.map((each) => each.loc.at(-1)).join(", ")}.`;
  return undefined;
}

// Calls `changed` with the order now and each time it changes, until it is decided. Returns how to stop.
export function follow(ref, changed) {
  const source = new EventSource(`/api/orders/${ref}/events`);
  source.addEventListener("order", (event) => {
    const order = JSON.parse(event.data);
    if (order && order.status !== "received") source.close();
    if (order) changed(order);
  });
  return () => source.close();
}
