/**
 * How a person likes the page: light or dark, the rail folded, rows dense or airy. Each shows at once and is kept by a
 * POST of `value` to /settings/theme, /settings/rail, /settings/density, /settings/keys.
 */
import { register } from "./keyboard.js";
import { savePreference } from "./page.js";

const root = document.documentElement;

function toggleTheme() {
  const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.bsTheme = theme;
  root.dataset.theme = theme;
  savePreference("theme", theme);
}

function foldRail() {
  const folded = root.dataset.rail !== "folded";
  if (folded) root.dataset.rail = "folded";
  else delete root.dataset.rail;
  for (const button of document.querySelectorAll("[data-fold-rail]"))
    button.setAttribute("aria-expanded", String(!folded));
  savePreference("rail", folded ? "folded" : "open");
}

function toggleDensity() {
  const list = document.querySelector("[data-list]");
  if (!list) return false;
  const dense = list.classList.toggle("dense");
  for (const button of document.querySelectorAll("[data-toggle-density]"))
    button.setAttribute("aria-pressed", String(dense));
  savePreference("density", dense ? "dense" : "airy");
  return true;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toggle-theme]")) toggleTheme();
  if (event.target.closest("[data-fold-rail]")) foldRail();
  if (event.target.closest("[data-toggle-density]")) toggleDensity();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  if (root.dataset.theme === "auto") root.dataset.bsTheme = event.matches ? "dark" : "light";
});

register({
  keys: "[",
  group: "look",
  word: "key_rail",
  when: () => Boolean(document.querySelector("[data-fold-rail]")),
  run: foldRail,
});
register({
  keys: "d",
  group: "look",
  word: "key_density",
  when: () => Boolean(document.querySelector("[data-list]")),
  run: toggleDensity,
});
register({ keys: "Shift+d", group: "look", word: "key_theme", run: toggleTheme });
