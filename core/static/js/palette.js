/**
 * The palette, Ctrl-K: find anything, do most things. htmx asks /palette?q=…&mode=find|new 120 ms after the last letter;
 * arrows choose, Enter opens, Ctrl-Enter in a new tab. [data-open-palette] opens it; its value is the mode.
 */
import { show } from "./dialogs.js";
import { showRecent } from "./recent.js";

const palette = () => document.getElementById("palette");
const input = () => document.getElementById("palette-input");
const options = () => [...document.querySelectorAll("#palette-list [role=option]")];

/** Open the palette; mode "find" or "new" (what can be made here). */
export function openPalette(mode = "find") {
  if (!palette()) return;
  document.getElementById("palette-mode").value = mode || "find";
  input().value = "";
  show(palette());
  input().focus();
  input().dispatchEvent(new CustomEvent("palette:open"));
}

function choose(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) input().setAttribute("aria-activedescendant", option.id);
  else input().removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = options();
  if (!all.length) return;
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  choose(all[(at + by + all.length) % all.length]);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-palette]");
  if (opener) openPalette(opener.dataset.openPalette);
  else if (event.target.closest("#palette-list [role=option]")) palette().close();
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "palette-input") return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    event.preventDefault();
    open(event.ctrlKey || event.metaKey);
  }
});

function open(inNewTab) {
  const chosen = document.querySelector("#palette-list [aria-selected=true]");
  if (inNewTab && chosen?.href) window.open(chosen.href, "_blank", "noopener");
  else chosen?.click();
}

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.target?.id !== "palette-list") return;
  if (!input().value && document.getElementById("palette-mode").value === "find") showRecent(event.detail.ctx.target);
  choose(options()[0]);
});
