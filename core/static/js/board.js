/**
 * The board. A card [data-card][data-move-url] is dragged from one [data-cards] list to another, or moved with m and a
 * number; both post `stage`, `before` (the card below, or empty) and `version` to its move URL. The answer replaces the
 * card: the card itself, or with 422 the card that asks for what the stage needs. Anything else puts it back.
 * h and l or the arrows walk between columns, j and k within one. A column without cards is .is-empty, and narrow; while
 * something is dragged, one that was entered stays wide, so that nothing moves under the hand.
 */
import { register } from "./keyboard.js";
import { announce, firstShown, isShown, loadVendor } from "./page.js";
import { showToast } from "./toast.js";
import { say } from "./words.js";

/** Where a card came from, by its id, until its move is settled. */
const origins = new Map();
const board = () => firstShown("[data-board]");
const stages = () => [...(board()?.querySelectorAll("[data-stage]") ?? [])];
const cardsOf = (stage) => [...stage.querySelectorAll("[data-card]")];
const current = () => document.activeElement?.closest?.("[data-card]") ?? null;
const linkOf = (card) => card?.querySelector("[data-open], a, button");

async function makeSortable(root) {
  const lists = root.querySelectorAll?.("[data-board] [data-cards]") ?? [];
  if (!lists.length) return;
  await loadVendor("sortable.min.js");
  for (const holder of lists) {
    if (Sortable.get(holder)) continue;
    Sortable.create(holder, {
      group: "board",
      draggable: "[data-move-url]",
      filter: "[data-no-drag]",
      preventOnFilter: false,
      delay: 150,
      delayOnTouchOnly: true,
      ghostClass: "is-ghost",
      onStart: ({ item }) => remember(item),
      onMove: ({ to }) => {
        const stage = to.closest("[data-stage]");
        stage.classList.remove("is-empty");
        target(stage);
      },
      onEnd: ({ item, from, to }) => {
        target(null);
        item.removeAttribute("style");
        if (from !== to || item.nextElementSibling !== origins.get(item.dataset.card)?.next) send(item);
        else origins.delete(item.dataset.card);
        markEmpty();
      },
    });
  }
}

function markEmpty() {
  for (const stage of stages()) stage.classList.toggle("is-empty", !cardsOf(stage).length);
}

function target(stage) {
  for (const other of stages()) other.classList.toggle("is-target", other === stage);
}

function remember(card) {
  origins.set(card.dataset.card, {
    list: card.parentElement,
    next: card.nextElementSibling,
    copy: card.cloneNode(true),
  });
}

function send(card) {
  const stage = card.closest("[data-stage]");
  card.classList.add("is-moving");
  htmx.ajax("POST", card.dataset.moveUrl, {
    source: card,
    target: card,
    swap: "outerHTML",
    values: {
      stage: stage.dataset.stage,
      before: card.nextElementSibling?.dataset.card ?? "",
      version: card.dataset.version,
    },
  });
  announce(`${linkOf(card)?.textContent.trim()}: ${stage.dataset.stageLabel}`);
}

function putBack(id) {
  const origin = origins.get(id);
  const card = document.getElementById(`card-${id}`);
  origins.delete(id);
  if (!origin || !origin.list.isConnected) return;
  const fresh = origin.copy;
  fresh.classList.remove("is-ghost", "is-moving", "sortable-chosen");
  card?.remove();
  origin.list.insertBefore(fresh, origin.next?.isConnected ? origin.next : null);
  markEmpty();
  htmx.process(fresh);
  linkOf(fresh)?.focus();
}

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  const id = ctx.sourceElement?.closest?.("[data-card]")?.dataset.card;
  // A 422 that is not swapped in is a refusal told by a toast, not a card that asks.
  const asks = ctx.response.status === 422 && ctx.hx?.reswap !== "none";
  if (id && origins.has(id) && !asks) putBack(id);
});

document.addEventListener("htmx:error", (event) => {
  const id = event.detail.ctx?.sourceElement?.closest?.("[data-card]")?.dataset.card;
  if (!id || !origins.has(id)) return;
  putBack(id);
  showToast({ text: say("moved_back"), level: "error" });
});

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.response?.status < 400) {
    const card = ctx.sourceElement?.closest?.("[data-card]");
    if (card && origins.delete(card.dataset.card) && document.activeElement === document.body) linkOf(card)?.focus();
  }
  makeSortable(document);
  markEmpty();
});

document.addEventListener("click", (event) => {
  const leaving = event.target.closest("[data-leave-card]");
  if (leaving) putBack(leaving.closest("[data-card]").dataset.card);
  const choice = event.target.closest("[data-move-to]");
  if (choice)
    moveTo(document.getElementById(choice.closest("[data-move-menu]").dataset.moveMenu), choice.dataset.moveTo);
});

/** Move a card to a stage from the menu: at the top of the column, as a drop there would. */
function moveTo(card, stageId) {
  closeMenu();
  const stage = stages().find((one) => one.dataset.stage === stageId);
  const holder = stage?.querySelector("[data-cards]");
  if (!card || !holder || stage === card.closest("[data-stage]")) return;
  remember(card);
  holder.prepend(card);
  markEmpty();
  send(card);
}

/** The key of a stage in the menu: its own letter, else its number. */
const keyOf = (stage, index) => stage.dataset.stageKey ?? String(index + 1);

function openMenu() {
  const card = current();
  if (!card?.dataset.moveUrl) return false;
  closeMenu();
  const menu = Object.assign(document.createElement("div"), { className: "crm-pop crm-menu b-menu", popover: "auto" });
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", say("move_to"));
  menu.dataset.moveMenu = card.id;
  const title = Object.assign(document.createElement("p"), {
    className: "cap px-2 pt-1 pb-1",
    textContent: say("move_to"),
  });
  title.setAttribute("role", "presentation");
  menu.append(title);
  stages().forEach((stage, index) => {
    if (stage !== card.closest("[data-stage]")) menu.append(menuItem(stage, keyOf(stage, index)));
  });
  document.getElementById("main").append(menu);
  menu.addEventListener("toggle", (event) => {
    if (event.newState === "closed") menu.remove();
  });
  menu.showPopover();
  placeBelow(menu, card);
  menu.querySelector("button")?.focus();
  return true;
}

/** Put the menu under its card, or above it where there is no room. */
function placeBelow(menu, card) {
  const box = card.getBoundingClientRect();
  const below = box.bottom + 5 + menu.offsetHeight <= innerHeight;
  menu.style.left = `${Math.min(box.left + 44, innerWidth - menu.offsetWidth - 8)}px`;
  menu.style.top = `${below ? box.bottom + 5 : Math.max(8, box.top - 5 - menu.offsetHeight)}px`;
}

function menuItem(stage, key) {
  const item = Object.assign(document.createElement("button"), { type: "button" });
  item.setAttribute("role", "menuitem");
  item.dataset.moveTo = stage.dataset.stage;
  item.dataset.menuKey = key;
  const label = Object.assign(document.createElement("span"), { textContent: stage.dataset.stageLabel });
  if (stage.dataset.stageTone) label.className = stage.dataset.stageTone;
  item.append(label, Object.assign(document.createElement("kbd"), { className: "kbd", textContent: key }));
  return item;
}

function closeMenu() {
  const menu = document.querySelector("[data-move-menu]");
  const card = menu && document.getElementById(menu.dataset.moveMenu);
  menu?.remove();
  return card;
}

document.addEventListener(
  "keydown",
  (event) => {
    const menu = event.target.closest?.("[data-move-menu]");
    if (!menu) return;
    const items = [...menu.querySelectorAll("button")];
    const at = items.indexOf(event.target);
    const chosen = items.find((item) => item.dataset.menuKey === event.key.toLowerCase());
    if (event.key === "Escape" || event.key === "Tab") linkOf(closeMenu())?.focus();
    else if (event.key === "ArrowDown" || event.key === "j") items[(at + 1) % items.length].focus();
    else if (event.key === "ArrowUp" || event.key === "k") items[(at - 1 + items.length) % items.length].focus();
    else if (chosen) chosen.click();
    else return;
    event.preventDefault();
  },
  true,
);

function walk(columns, within) {
  const filled = stages().filter((stage) => cardsOf(stage).some(isShown));
  const card = current();
  if (!card) return focusCard(cardsOf(filled[0] ?? document.body)[0]);
  const stage = card.closest("[data-stage]");
  const place = cardsOf(stage).indexOf(card);
  if (within) return focusCard(cardsOf(stage)[place + within]);
  const beside = cardsOf(filled[filled.indexOf(stage) + columns] ?? document.createElement("i"));
  return focusCard(beside[Math.min(place, beside.length - 1)]);
}

function focusCard(card) {
  linkOf(card)?.focus();
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
  return Boolean(card);
}

const hasBoard = () => Boolean(board());
register({ keys: ["j", "ArrowDown"], group: "board", word: "key_next", when: hasBoard, run: () => walk(0, 1) });
register({ keys: ["k", "ArrowUp"], group: "board", word: "key_previous", when: hasBoard, run: () => walk(0, -1) });
register({ keys: ["h", "ArrowLeft"], group: "board", word: "key_left", when: hasBoard, run: () => walk(-1, 0) });
register({ keys: ["l", "ArrowRight"], group: "board", word: "key_right", when: hasBoard, run: () => walk(1, 0) });
register({ keys: "m", group: "board", word: "key_move", when: hasBoard, run: openMenu });
register({ keys: "m 3", group: "board", word: "key_move_column", when: hasBoard, run: () => false });

makeSortable(document);
