/**
 * Walking a list with the keys: j and k (or the arrows) move the focus from row to row, Enter opens, x selects, e edits.
 * A list is [data-list]; a row [data-row] with one link [data-open]. The phone keeps its own ways.
 */
import { register } from "./keyboard.js";
import { firstShown, isShown } from "./page.js";

/** The list of the page. */
export const list = () => firstShown("[data-list]");

/** The rows of the list that can be seen. */
export const rows = () => [...(list()?.querySelectorAll("[data-row]") ?? [])].filter(isShown);

/** The row that has the focus, else the one whose panel is open. */
export function currentRow() {
  return document.activeElement?.closest?.("[data-row]") ?? list()?.querySelector("[data-row].is-open") ?? null;
}

/** Move the focus to a row. */
export function focusRow(row) {
  row?.querySelector("[data-open]")?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

/** The row that is `by` rows away from the current one, or the first. */
export function neighbour(by) {
  const all = rows();
  const at = all.indexOf(currentRow());
  return at < 0 ? all[0] : all[at + by];
}

function step(by) {
  const row = neighbour(by);
  if (row) focusRow(row);
  return Boolean(row);
}

/** The form of a row's record; only rows that may be changed can be selected. */
const formOf = (row) => row?.querySelector("input[name=ids]") && row.querySelector("a[data-open]");

const hasList = () => Boolean(list()) && rows().length > 0;

register({ keys: ["j", "ArrowDown"], group: "list", word: "key_next", when: hasList, run: () => step(1) });
register({ keys: ["k", "ArrowUp"], group: "list", word: "key_previous", when: hasList, run: () => step(-1) });
register({ keys: "Enter", group: "list", word: "key_open", when: hasList, run: () => false });
register({
  keys: "e",
  group: "list",
  word: "key_edit",
  when: () => Boolean(formOf(currentRow())),
  run: () => location.assign(`${formOf(currentRow()).pathname}/edit`) ?? true,
});

// A click on the empty part of a row or card is a click on its link.
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row], [data-card]");
  if (!row || event.target.closest("a, button, input, label, select, textarea, form, [data-edit], [data-editing]"))
    return;
  if (getSelection()?.toString()) return;
  row.querySelector("[data-open]")?.click();
});

// What a cell has no room for is told when it is pointed at.
document.addEventListener("mouseover", (event) => {
  const cell = event.target.closest(".crm-list td");
  if (cell && cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent.trim();
});
