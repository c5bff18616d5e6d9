/**
 * Toasts: what was done, with Undo.
 *
 * The server sends `HX-Trigger: {"toast": [{"text": "…", "level": "plain" | "notice" | "warning" | "danger" | "error",
 * "undo": "/url"}]}` (JSON in ASCII; one object will do), or flashes the same before a redirect. Undo, or the key z, posts to the URL; its answer may send HX-Refresh.
 * The holder moves into the dialog that lies over the page, because everything outside a modal dialog is inert.
 */
import { openDialog } from "./page.js";
import { say } from "./words.js";

const SECONDS = { plain: 6, undo: 12 };
const STAYS = ["danger", "error"];

/** Show a toast; `text`, `level` and `undo` (a URL, or none) as the server sends them. */
export function showToast({ text, level = "plain", undo = null }) {
  const holder = document.getElementById("toasts");
  if (!holder || !text) return;
  placeHolder();
  const toast = document.createElement("div");
  toast.className = STAYS.includes(level) ? "crm-toast is-error" : "crm-toast";
  toast.dataset.toast = level;
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words);
  if (undo) toast.append(undoButton(undo));
  toast.append(dismissButton());
  holder.append(toast);
  while (holder.children.length > 3) holder.firstElementChild.remove();
  startLeaving(toast);
}

function undoButton(url) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.undo = url;
  button.append(
    `${say("undo")} `,
    Object.assign(document.createElement("kbd"), { className: "kbd", textContent: "z" }),
  );
  return button;
}

function dismissButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "crm-toast-x";
  button.dataset.dismiss = "";
  button.setAttribute("aria-label", say("dismiss"));
  button.textContent = "×";
  return button;
}

/** Errors stay until they are dismissed; the rest leaves by itself, but not while it is pointed at or has the focus. */
function startLeaving(toast) {
  if (STAYS.includes(toast.dataset.toast)) return;
  const seconds = toast.querySelector("[data-undo]") ? SECONDS.undo : SECONDS.plain;
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
  setTimeout(leave, seconds * 1000);
}

/** Keep the holder where it can be reached: in the dialog on top, else in the page. */
export function placeHolder() {
  const holder = document.getElementById("toasts");
  const place = openDialog() ?? document.body;
  if (holder && holder.parentElement !== place) place.append(holder);
}

/** Undo what the newest toast tells; false when no toast offers it. */
export function undoLast() {
  const button = [...document.querySelectorAll("#toasts [data-undo]")].at(-1);
  button?.click();
  return Boolean(button);
}

document.addEventListener("toast", (event) => [event.detail].flat().forEach(showToast));

document.addEventListener("click", (event) => {
  const undo = event.target.closest("[data-undo]");
  if (undo) {
    undo.closest(".crm-toast")?.remove();
    // A target other than the body, so that htmx asks for a part: the server then answers with HX-Redirect.
    htmx.ajax("POST", undo.dataset.undo, { source: document.body, target: "#toasts", swap: "none" });
  } else if (event.target.closest("[data-dismiss]")) {
    event.target.closest(".crm-toast")?.remove();
  }
});

/** Draw what the page before this one left to say. */
function showFlashed() {
  for (const left of document.querySelectorAll("#toasts [data-flash]")) {
    const message = JSON.parse(left.content.textContent);
    left.remove();
    showToast(message);
  }
}

document.querySelectorAll("#toasts [data-toast]").forEach(startLeaving);
document.addEventListener("htmx:after:swap", showFlashed);
showFlashed();
