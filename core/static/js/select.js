/**
 * Selecting rows: a click, with Shift a range, x and Shift-x on the current row, the box in the head for the page, and
 * "select all in this filter", which sends the filter instead of ids (everything=1, query=…); where the filter finds more
 * than can be acted on, words stand in the place of that button. The bar appears with the first row.
 */
import { press, register } from "./keyboard.js";
import { currentRow, list, rows } from "./list.js";
import { say, language } from "./words.js";

let last = null;
const box = (row) => row?.querySelector("input[name=ids]");
const boxes = () => rows().map(box).filter(Boolean);
const bar = () => document.querySelector("[data-bulk]");

function select(target, on, range) {
  const all = boxes();
  const from = range && last?.isConnected ? all.indexOf(last) : -1;
  const to = all.indexOf(target);
  for (const one of from < 0 ? [target] : all.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = on;
  last = target;
  draw();
}

/** Take the selection back. */
export function clear() {
  for (const one of boxes()) one.checked = false;
  draw();
}

function draw(everything = false) {
  const form = bar();
  if (!form) return;
  const all = boxes();
  const chosen = all.filter((one) => one.checked);
  for (const row of rows()) row.classList.toggle("is-sel", Boolean(box(row)?.checked));
  const head = list()?.querySelector("[data-select-page]");
  if (head) {
    head.checked = chosen.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  const total = Number(list()?.dataset.total ?? all.length);
  form.elements.everything.value = everything ? "1" : "";
  form.elements.query.value = everything ? list().dataset.query : "";
  form.hidden = chosen.length === 0;
  form.querySelector("[data-bulk-count]").textContent = everything
    ? say("all_selected", { count: total.toLocaleString(language) })
    : say("selected", { count: chosen.length.toLocaleString(language) });
  form.querySelector("[data-select-everything]").hidden = everything || total <= chosen.length;
}

document.addEventListener("click", (event) => {
  if (event.target.matches("input[name=ids]")) select(event.target, event.target.checked, event.shiftKey);
  else if (event.target.closest("[data-select-none]")) clear();
  else if (event.target.closest("button[data-select-everything]")) selectEverything();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select-page]")) return;
  for (const one of boxes()) one.checked = event.target.checked;
  draw();
});

function selectEverything() {
  for (const one of boxes()) one.checked = true;
  draw(Boolean(bar()?.querySelector("button[data-select-everything]")));
}

function toggleCurrent(event) {
  const one = box(currentRow());
  if (one) select(one, !one.checked, event.shiftKey);
  return Boolean(one);
}

function assign() {
  if (!boxes().some((one) => one.checked)) select(box(currentRow()), true);
  return press("a");
}

const selectable = () => boxes().length > 0;
register({ keys: "x", group: "select", word: "key_select", when: selectable, run: toggleCurrent });
register({ keys: "Shift+x", group: "select", word: "key_range", when: selectable, run: toggleCurrent });
register({
  keys: "Ctrl+a",
  group: "select",
  word: "key_all",
  when: () => selectable() && !document.activeElement?.matches("input, textarea"),
  run: selectEverything,
});
register({
  keys: "a",
  group: "select",
  word: "key_assign",
  when: () => Boolean(box(currentRow())) || boxes().some((one) => one.checked),
  run: assign,
});
register({ keys: "Escape", when: () => Boolean(bar() && !bar().hidden), run: clear });

// After a swap of the list, or more rows, what is shown may have changed.
document.addEventListener("htmx:after:swap", () => draw(bar()?.elements.everything.value === "1"));
document.addEventListener("selection:clear", clear);
