/**
 * Dialogs. [data-close-dialog] closes the one it stands in; a click beside one closes it; Esc is the browser's own.
 * An answer swapped into #dialog-content opens #dialog; `HX-Trigger: dialog:close` closes it.
 */
import { isShown } from "./page.js";
import { placeHolder } from "./toast.js";

let opener = null;

/** Open a dialog over the page; the focus returns to where it was when it closes. */
export function show(dialog) {
  if (dialog.open) return;
  opener = document.activeElement;
  dialog.showModal();
  placeHolder();
}

document.addEventListener("click", (event) => {
  const closing = event.target.closest("[data-close-dialog]");
  if (closing) closing.closest("dialog").close();
  // The backdrop is the dialog itself as a target, outside its box.
  if (event.target instanceof HTMLDialogElement && isBeside(event, event.target)) event.target.close();
});

function isBeside(event, dialog) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

// `close` does not bubble, but it can be caught on its way down.
document.addEventListener(
  "close",
  (event) => {
    if (!(event.target instanceof HTMLDialogElement)) return;
    placeHolder();
    if (event.target.id === "dialog") document.getElementById("dialog-content").replaceChildren();
    if (isShown(opener)) opener.focus();
  },
  true,
);

document.addEventListener("htmx:after:swap", (event) => {
  const { target } = event.detail.ctx;
  const holder = document.getElementById("dialog-content");
  // An answer that asks for the dialog itself (HX-Retarget) leaves its selector as the target.
  if ((target !== holder && target !== "#dialog-content") || !holder?.textContent.trim()) return;
  const dialog = document.getElementById("dialog");
  show(dialog);
  const first =
    dialog.querySelector("[autofocus]") ?? dialog.querySelector("input:not([type=hidden]), select, textarea");
  (first ?? dialog.querySelector("form button, button"))?.focus();
});

document.addEventListener("dialog:close", () => document.getElementById("dialog")?.close());
