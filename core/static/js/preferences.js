/**
 * How a person likes the page: light or dark, the rail folded, rows dense or airy. Each shows at once. A POST of `value`
 * to /settings/theme and /settings/density keeps it; the rail belongs to the device and is a cookie.
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
  for (const button of document.querySelectorAll("[data-fold-rail]")) {
    button.setAttribute("aria-expanded", String(!folded));
  }
  document.cookie = `rail=${folded ? "folded" : "open"}; path=/; max-age=31536000; samesite=lax`;
}

function toggleDensity() {
  const density = root.dataset.density === "airy" ? "dense" : "airy";
  root.dataset.density = density;
  for (const button of document.querySelectorAll("[data-toggle-density]")) {
    button.setAttribute("aria-pressed", String(density === "dense"));
  }
  savePreference("density", density);
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
