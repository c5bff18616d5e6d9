/**
 * Buttons that do one small thing in the page:
 * data-copy="text" copies (a path becomes a whole URL) · data-reveal="#id" shows a password · data-reload · an input with
 * data-expect="word" frees the form's [data-needs-expected] once the word is typed ·
 * a choice in a pop-up [data-menu] closes it.
 */
import { showToast } from "./toast.js";
import { say } from "./words.js";

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) copyText(copy.dataset.copy);
  const reveal = event.target.closest("[data-reveal]");
  if (reveal) revealPassword(reveal);
  if (event.target.closest("[data-reload]")) location.reload();
  closeMenu(event.target);
});

async function copyText(text) {
  await navigator.clipboard.writeText(text.startsWith("/") ? new URL(text, location.href).href : text);
  showToast({ text: say("copied") });
}

function revealPassword(button) {
  const field = document.querySelector(button.dataset.reveal);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
}

// A choice in a pop-up menu closes it.
function closeMenu(target) {
  const menu = target.closest("[data-menu]");
  if (menu && target.closest("a, button") && !target.closest("[popovertarget]")) menu.hidePopover?.();
}

document.addEventListener("input", (event) => {
  const wanted = event.target.dataset?.expect;
  if (wanted === undefined) return;
  for (const button of event.target.form.querySelectorAll("[data-needs-expected]"))
    button.disabled = event.target.value !== wanted;
});
