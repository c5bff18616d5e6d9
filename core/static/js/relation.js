/**
 * Finding a related record as one types, with tom-select: select[data-relation-url] asks url?q=… for
 * {"items": [{"id", "text", "note"}]}; data-create-url takes text=… and answers {"id", "text"}. select[data-tags] takes
 * words, also new ones; select[data-several] some of those that it has.
 */
import { loadVendor, post } from "./page.js";
import { say } from "./words.js";

const WANTED = "select[data-relation-url], select[data-tags], select[data-several]";

async function enhance(root) {
  const selects = [...(root.querySelectorAll?.(WANTED) ?? []), ...(root.matches?.(WANTED) ? [root] : [])].filter(
    (one) => !one.tomselect,
  );
  if (!selects.length) return;
  await loadVendor("tom-select.min.js");
  for (const select of selects) if (!select.tomselect && select.isConnected) make(select);
}

function make(select) {
  const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  const control = new TomSelect(select, optionsOf(select));
  // The select stays in the form but is nothing to a screen reader or the Tab key; its input takes its place.
  select.setAttribute("aria-hidden", "true");
  select.tabIndex = -1;
  const input = control.control_input;
  for (const name of ["aria-describedby", "aria-invalid", "aria-required"])
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  if (select.required) input.setAttribute("aria-required", "true");
  select.removeAttribute("aria-invalid");
  if (label && !label.htmlFor.endsWith("-ts-control")) label.htmlFor = input.id;
}

function optionsOf(select) {
  if (select.hasAttribute("data-several")) return severalOptions();
  return select.hasAttribute("data-tags") ? tagOptions() : relationOptions(select);
}

function severalOptions() {
  return {
    maxOptions: null,
    refreshThrottle: 0,
    plugins: ["remove_button"],
    render: { no_results: () => note(say("nothing_found")) },
  };
}

function tagOptions() {
  return {
    create: true,
    persist: false,
    refreshThrottle: 0,
    plugins: ["remove_button"],
    render: { no_results: () => null, option_create: createOption },
  };
}

function relationOptions(select) {
  /** What the server found for what is typed now; nothing of an earlier answer may be chosen by a quick Enter. */
  let found = new Set();
  let asked = 0;
  return {
    valueField: "id",
    labelField: "text",
    searchField: [],
    maxItems: select.multiple ? null : 1,
    loadThrottle: 150,
    refreshThrottle: 0,
    preload: "focus",
    plugins: select.multiple ? ["remove_button"] : [],
    onType() {
      found = new Set();
      asked += 1; // what was asked before this letter is answered late
    },
    load(query, done) {
      const question = ++asked;
      find(select.dataset.relationUrl, query).then(
        (items) => {
          if (question !== asked) return done(); // an older question was answered late
          found = new Set(items.map((item) => String(item.id)));
          this.clearOptions();
          done(items);
        },
        () => done(),
      );
    },
    // The server has searched, with its own folding of Greek and Polish; nothing is matched or sorted here again.
    score: () => (item) => (found.has(String(item.id)) ? 1 : 0),
    create: select.dataset.createUrl
      ? (text, done) => {
          create(select.dataset.createUrl, text).then(
            (item) => {
              found.add(String(item.id));
              done(item);
            },
            () => done(),
          );
        }
      : false,
    render: {
      option: drawOption,
      option_create: createOption,
      no_results: select.dataset.createUrl ? null : () => note(say("nothing_found")),
      loading: () => note(say("loading")),
    },
  };
}

async function find(url, query) {
  const asked = new URL(url, location.href);
  asked.searchParams.set("q", query);
  const answer = await fetch(asked, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${asked.pathname} answered ${answer.status}`);
  return (await answer.json()).items;
}

async function create(url, text) {
  const answer = await post(url, { text });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

function drawOption(item, escape) {
  return `<div><span>${escape(item.text)}</span>${item.note ? ` <span class="cap">${escape(item.note)}</span>` : ""}</div>`;
}

function createOption(item, escape) {
  return `<div class="create">${escape(say("create_named", { name: item.input }))}</div>`;
}

function note(text) {
  return Object.assign(document.createElement("div"), { className: "no-results", textContent: text });
}

document.addEventListener("htmx:after:process", (event) => enhance(event.target));
enhance(document);
