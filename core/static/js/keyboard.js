/**
 * The keys, in one registry that also draws the `?` sheet.
 *
 * register({keys, group, word, run, when, single}) adds one. `keys` as they are typed: "j", "Shift+d", "Ctrl+k", "g t"
 * (one after the other). `when()` tells whether it applies to this page; `run(event)` does it and returns false to let
 * the key through. Later registrations win over earlier ones of the same keys, so a board may take h and l for itself.
 * Single keys (no Ctrl) can be switched off (WCAG 2.1.4) and never act while the person types.
 *
 * In the page: data-key="n" on a button or link presses it with that key (and the sheet shows it once the registry has a
 * word for the key); data-go="g p" follows a link; data-search takes the focus on `/`.
 */
import { show } from "./dialogs.js";
import { firstShown, isTyping, openDialog, savePreference } from "./page.js";
import { openPalette } from "./palette.js";
import { showToast, undoLast } from "./toast.js";
import { say } from "./words.js";

const GROUPS = ["everywhere", "go", "list", "board", "select", "record", "look"];
const SEQUENCE_MILLISECONDS = 1200;
const commands = [];
let pending = "";
let pendingSince = 0;

/** Add a key. */
export function register(command) {
  commands.push({ when: () => true, ...command });
}

/** Whether the person keeps the single keys on. */
export function singleKeysAreOn() {
  return document.body.dataset.singleKeys !== "off";
}

/** The first button or link that carries the key; one behind a menu or in what is folded counts after those shown. */
function carrier(key) {
  const keyed = `[data-key="${CSS.escape(key)}"]`;
  return firstShown(keyed) ?? document.querySelector(`:is([popover], details:not([open])) ${keyed}`);
}

/** Press what carries the key. */
export function press(key) {
  const element = carrier(key);
  if (!element) return false;
  element.closest("details:not([open])")?.setAttribute("open", "");
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
  return true;
}

const carries = (key) => () => Boolean(carrier(key));

function pressed(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  const name = latin(event);
  const letter = name.length === 1;
  if (event.shiftKey && (!letter || /^[a-z]$/i.test(name))) parts.push("Shift");
  parts.push(letter ? name.toLowerCase() : name);
  return parts.join("+");
}

/** The key's name; of a letter of another alphabet the Latin one on the same key, so that keys work in Greek too. */
function latin(event) {
  const isForeign = event.key.length === 1 && /\p{L}/u.test(event.key) && !/^[\x00-\x7f]$/.test(event.key);
  const place = isForeign && /^Key([A-Z])$/.exec(event.code);
  return place ? place[1] : event.key;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const key = pressed(event);
  const isSingle = !key.startsWith("Ctrl") && key !== "Escape";
  if (isSingle && (isTyping(event.target) || !singleKeysAreOn() || openDialog())) return;
  const sequence = pending && performance.now() - pendingSince < SEQUENCE_MILLISECONDS ? `${pending} ${key}` : key;
  pending = "";
  if (run(sequence, event)) event.preventDefault();
  else if (isSingle && beginsSequence(key)) {
    pending = key;
    pendingSince = performance.now();
  }
});

function run(keys, event) {
  const command = commands.findLast((one) => [one.keys].flat().includes(keys) && one.when());
  if (command) return command.run(event) !== false;
  const link = keys.includes(" ") && firstShown(`[data-go="${CSS.escape(keys)}"]`);
  if (link) link.click();
  return Boolean(link) || press(keys);
}

function beginsSequence(key) {
  const starts = (keys) => keys.startsWith(`${key} `);
  return (
    commands.some((one) => [one.keys].flat().some(starts)) ||
    [...document.querySelectorAll("[data-go]")].some((link) => starts(link.dataset.go))
  );
}

/** Draw the sheet from what applies here, and open it. */
export function openSheet() {
  const sheet = document.getElementById("keys");
  if (!sheet) return;
  document.getElementById("keys-list").replaceChildren(...GROUPS.map(group).filter(Boolean));
  show(sheet);
}

function group(name) {
  const rows = commands
    .filter((one) => one.group === name && one.word && one.when())
    .map((one) => row(say(one.word), [one.keys].flat()[0]));
  if (name === "go")
    rows.push(...[...document.querySelectorAll(".crm-rail [data-go]")].map((link) => row(link.title, link.dataset.go)));
  if (!rows.length) return null;
  const section = document.createElement("section");
  const title = Object.assign(document.createElement("h3"), { textContent: say(`group_${name}`) });
  const list = document.createElement("dl");
  list.append(...rows);
  section.append(title, list);
  return section;
}

const CAPS = { Enter: "⏎", Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑" };

function row(label, keys) {
  const entry = document.createElement("div");
  const term = Object.assign(document.createElement("dt"), { textContent: label });
  const value = document.createElement("dd");
  for (const key of keys.split(" ").flatMap((part) => (part.startsWith("Ctrl+") ? [part] : part.split("+")))) {
    const cap = key
      .split("+")
      .map((part) => CAPS[part] ?? (keys.startsWith("Ctrl") && part.length === 1 ? part.toUpperCase() : part))
      .join(" ");
    value.append(Object.assign(document.createElement("kbd"), { className: "kbd", textContent: cap }));
  }
  entry.append(term, value);
  return entry;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-keys]")) openSheet();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-single-keys-switch]")) return;
  document.body.dataset.singleKeys = event.target.checked ? "on" : "off";
  savePreference("keys", document.body.dataset.singleKeys);
});

// Ctrl-Enter saves from anywhere inside a form, or inside the dialog that holds one.
function save(event) {
  const form = event.target.closest?.("form") ?? openDialog()?.querySelector("form[method=post]");
  if (!form) return false;
  form.requestSubmit(form.querySelector("[type=submit]:not([disabled], .visually-hidden)") ?? undefined);
  return true;
}

function search() {
  const field = firstShown("[data-search]");
  if (!field) return openPalette() ?? true;
  field.focus();
  field.select?.();
  return true;
}

register({ keys: ["Ctrl+k"], group: "everywhere", word: "key_find", run: () => openPalette() });
register({ keys: "/", group: "everywhere", word: "key_search", run: search });
register({ keys: "c", group: "everywhere", word: "key_new", when: carries("c"), run: () => press("c") });
register({ keys: "?", group: "everywhere", word: "key_sheet", run: openSheet });
register({ keys: "Ctrl+Enter", group: "everywhere", word: "key_save", run: save });
register({ keys: "z", group: "everywhere", word: "key_undo", run: () => undoLast() || showToast({ text: say("nothing_to_undo") }) });
register({ keys: "Escape", group: "everywhere", word: "key_leave", run: () => false });
for (const [key, word] of Object.entries({
  e: "key_edit",
  a: "key_assign",
  n: "key_note",
  l: "key_call",
  b: "key_mail",
  t: "key_task",
  f: "key_follow",
})) {
  register({ keys: key, group: "record", word, when: carries(key), run: () => press(key) });
}
