/**
 * Putting things in order: a list [data-order] of lines [data-order-item]. The grip is dragged; [data-order-step] and Alt
 * with the arrows move a line by one. The form that they stand in sends what they hold in their order; a list that is
 * kept at once hears `reordered`.
 */
import { announce, loadVendor } from "./page.js";
import { say, language } from "./words.js";

async function makeSortable(root) {
  const lists = root.querySelectorAll?.("[data-order]") ?? [];
  if (!lists.length) return;
  await loadVendor("sortable.min.js");
  for (const list of lists) {
    if (Sortable.get(list)) continue;
    Sortable.create(list, { draggable: "[data-order-item]", handle: "[data-order-grip]", onEnd: ({ item }) => drop(item) });
    list.dataset.orderReady = "";
  }
}

function drop(item) {
  item.removeAttribute("style"); // an empty one is left, which htmx would copy and the page's policy refuse
  tell(item);
}

function step(item, by) {
  const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  const focused = document.activeElement;
  if (by < 0) other.before(item);
  else other.after(item);
  if (item.contains(focused)) focused.focus();
  item.scrollIntoView({ block: "nearest" });
  tell(item);
}

function tell(item) {
  const all = [...item.parentElement.children];
  const place = (all.indexOf(item) + 1).toLocaleString(language);
  const total = all.length.toLocaleString(language);
  announce(`${item.dataset.orderLabel}: ${say("position", { place, total })}`);
  item.parentElement.dispatchEvent(new CustomEvent("reordered", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const stepper = event.target.closest("[data-order-step]");
  if (stepper) step(stepper.closest("[data-order-item]"), Number(stepper.dataset.orderStep));
});

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("[data-order-item]");
  if (!item || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  step(item, event.key === "ArrowUp" ? -1 : 1);
});

document.addEventListener("htmx:after:swap", () => makeSortable(document));
makeSortable(document);
