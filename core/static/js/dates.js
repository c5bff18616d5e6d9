/** Relative moments, <time datetime data-relative>, kept up to date; the exact one stands in their title. */
import { language } from "./words.js";

const UNITS = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 7],
];
const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });

/** Say how long ago (or in how long) a moment is; none when it is more than a week away. */
export function relative(moment, now = Date.now()) {
  let amount = (moment - now) / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(amount) < size) return format.format(Math.round(amount), unit);
    amount /= size;
  }
  return null;
}

function refresh() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const text = relative(Date.parse(element.dateTime));
    if (text && element.textContent !== text) element.textContent = text;
  }
}

setInterval(refresh, 60_000);
document.addEventListener("visibilitychange", refresh);
