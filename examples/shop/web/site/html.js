// Builds HTML from text that is not trusted: whatever is put into html`…` is escaped, unless it came from html itself.

class Safe {
  constructor(text) { this.text = text; }
  toString() { return this.text; }
}

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function shown(value) {
  if (value instanceof Safe) return value.text;
  if (Array.isArray(value)) return value.map(shown).join("");
  if (value === null || value === undefined || value === false) return "";
  return String(value).replace(/[&<>"']/g, (sign) => entities[sign]);
}

export function html(parts, ...values) {
  return new Safe(parts.reduce((text, part, at) => text + shown(values[at - 1]) + part));
}

export const trusted = (text) => new Safe(text);

const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });
export const price = (cents) => euros.format(cents / 100);
