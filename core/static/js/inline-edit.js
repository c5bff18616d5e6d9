/**
 * Editing a value where it stands. [data-edit="URL"] is the place (a fact's <dd>, a list's <td>): a click anywhere in it
 * asks URL for its editing form, [data-editing]; Enter saves (the form's own POST), Esc puts the old value back.
 */
import { isShown } from "./page.js";

/** What stood in a place before it was edited, by the element that replaced it. */
const before = new WeakMap();
let waiting = null;

document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-edit]");
  if (!place || event.target.closest("a, input, select, textarea")) return;
  const pencil = place.querySelector("[hx-get]");
  if (event.target.closest("[hx-get]")) return; // htmx answers this click itself
  if (pencil) pencil.click();
  else htmx.ajax("GET", place.dataset.edit, { source: place, target: place, swap: "outerHTML" });
});

document.addEventListener("htmx:before:swap", (event) => {
  const target = event.detail.ctx.target;
  if (target?.matches?.("[data-edit]")) waiting = target.cloneNode(true);
  else if (target?.matches?.("[data-editing]")) waiting = before.get(target) ?? null;
});

document.addEventListener("htmx:after:process", (event) => {
  const place = event.target;
  if (!place.matches?.("[data-editing]") || !waiting) return;
  before.set(place, waiting);
  waiting = null;
  const field = place.querySelector("input:not([type=hidden]), select, textarea");
  field?.focus();
  field?.select?.();
});

document.addEventListener("keydown", (event) => {
  const place = event.target.closest?.("[data-editing]");
  if (!place || event.key !== "Escape") return;
  event.preventDefault();
  const old = before.get(place);
  if (!old) return;
  const fresh = old.cloneNode(true);
  fresh.querySelectorAll("[data-htmx-powered]").forEach((powered) => powered.removeAttribute("data-htmx-powered"));
  place.replaceWith(fresh);
  htmx.process(fresh);
  const pencil = fresh.querySelector("button");
  if (pencil && isShown(pencil)) pencil.focus();
});
