/**
 * The side panel: a click on a row's link (or Enter) opens the record beside its list at the record's own URL, a second
 * one makes it the page. j and k go to the next row while it is open; Esc, × and Back close it. On a phone the link is
 * followed instead.
 *
 * htmx asks the record's URL with `panel=1`; the answer is macros/panels.html's side_panel. [data-panel-step] goes on,
 * [data-panel-close] closes; an answer swapped into #panel from anywhere opens it.
 */
import { register } from "./keyboard.js";
import { focusRow, list, neighbour, rows } from "./list.js";
import { announce, isPhone, openDialog } from "./page.js";
import { language, say } from "./words.js";

let listUrl = null;

const panel = () => document.getElementById("panel");
const isOpen = () => Boolean(panel() && !panel().hidden);
const here = () => location.pathname + location.search;

/** Open the record of a row in the panel. */
export async function openRow(row) {
  const link = row.querySelector("[data-open]");
  const first = listUrl === null;
  if (first) listUrl = here();
  mark(row);
  const url = new URL(link.href);
  const page = url.pathname + url.search;
  url.searchParams.set("panel", "1");
  await htmx.ajax("GET", url.pathname + url.search, {
    source: link,
    target: "#panel",
    swap: "innerHTML",
    headers: { "HX-Target": "aside#panel" },
    [first ? "push" : "replace"]: page,
  });
}

function mark(row) {
  for (const other of document.querySelectorAll("[data-row].is-open, [data-card].is-open"))
    other.classList.remove("is-open");
  row?.classList.add("is-open");
}

/** Close the panel and return to the list's URL. */
export function closePanel({ goBack = true } = {}) {
  if (!isOpen()) return false;
  const row = document.querySelector(".is-open");
  panel().hidden = true;
  panel().replaceChildren();
  mark(null);
  if (goBack && listUrl !== null) history.replaceState({ htmx: true }, "", listUrl);
  listUrl = null;
  if (row) focusRow(row);
  return true;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-panel-close]")) {
    event.preventDefault();
    closePanel();
    return;
  }
  const stepper = event.target.closest("[data-panel-step]");
  if (stepper) {
    step(Number(stepper.dataset.panelStep));
    return;
  }
  const link = event.target.closest("[data-open]");
  if (
    !link ||
    event.defaultPrevented ||
    event.button !== 0 ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  const row = link.closest("[data-row], [data-card]");
  if (!row || isPhone() || !panel()) return;
  if (row.classList.contains("is-open") && isOpen()) return; // the second click makes it the page
  event.preventDefault();
  openRow(row);
});

function step(by) {
  const row = neighbour(by);
  if (!row) return false;
  focusRow(row);
  openRow(row);
  return true;
}

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.target?.id !== "panel") return;
  if (!ctx.target.textContent.trim()) {
    closePanel();
    return;
  }
  ctx.target.hidden = false;
  ctx.target.scrollTop = 0;
  const head = ctx.target.querySelector("[data-panel-title]");
  if (!head) return;
  ctx.target.setAttribute("aria-label", head.dataset.panelTitle);
  announce(head.dataset.panelTitle);
  showPosition(ctx.target);
});

// The server knows the place in the view only when it is told; the page knows what it has loaded.
function showPosition(holder) {
  const place = holder.querySelector("[data-panel-position]");
  const at = rows().findIndex((row) => row.classList.contains("is-open"));
  if (!place || place.textContent.trim() || at < 0) return;
  const total = Number(list().dataset.total);
  place.textContent = say("position", {
    place: (at + 1).toLocaleString(language),
    total: total.toLocaleString(language),
  });
}

// Back from a record to its list: the list is still there, nothing needs to be fetched.
document.addEventListener("htmx:before:history:restore", (event) => {
  if (!isOpen() || listUrl === null) return;
  if (event.detail.path !== listUrl) return;
  event.preventDefault();
  closePanel({ goBack: false });
});

// Another page came into #main: its list has nothing to do with the open panel.
document.addEventListener("htmx:before:swap", (event) => {
  if (event.detail.ctx.target?.id === "main" && isOpen()) closePanel({ goBack: false });
});

const openWithRows = () => isOpen() && rows().length > 0;
register({ keys: ["j", "ArrowDown"], when: openWithRows, run: () => step(1) });
register({ keys: ["k", "ArrowUp"], when: openWithRows, run: () => step(-1) });
register({
  keys: "Escape",
  when: () => isOpen() && !openDialog() && !document.querySelector("[data-editing]"),
  run: () => closePanel(),
});
