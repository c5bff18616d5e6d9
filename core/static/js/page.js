/** Small questions about the page that several modules ask. */

/** Whether a key press belongs to what the person is typing. */
export function isTyping(target) {
  return Boolean(
    target.closest?.(
      "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=true]",
    ),
  );
}

/** Whether an element can be seen. */
export function isShown(element) {
  return Boolean(element?.checkVisibility?.({ visibilityProperty: true }) ?? element?.offsetParent);
}

/** The first element of a selector that can be seen. */
export function firstShown(selector, root = document) {
  return [...root.querySelectorAll(selector)].find(isShown);
}

/** Whether the screen is a phone's: no side panel, no single keys. */
export function isPhone() {
  return matchMedia("(max-width: 767px)").matches;
}

/** The dialog that lies over the page, if one does. */
export function openDialog() {
  return [...document.querySelectorAll("dialog:modal")].at(-1);
}

/** Tell a screen reader something that a sighted person sees. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  if (!announcer) return;
  announcer.textContent = "";
  requestAnimationFrame(() => {
    announcer.textContent = text;
  });
}

/** Post a form to our own server, without a page to show for it. */
export function post(url, values = {}) {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { "X-CSRFToken": document.querySelector("meta[name=csrf-token]")?.content ?? "", "HX-Request": "true" },
    credentials: "same-origin",
  });
}

/** Keep a preference on the server. A failure costs only that the next page has the old one. */
export function savePreference(name, value) {
  post(`/settings/${name}`, { value }).catch(() => {});
}

const scripts = new Map();

/** Load one of the vendor's classic scripts, once. */
export function loadVendor(name) {
  if (!scripts.has(name)) {
    scripts.set(
      name,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = new URL(`../vendor/${name}`, import.meta.url);
        script.addEventListener("load", resolve);
        script.addEventListener("error", reject);
        document.head.append(script);
      }),
    );
  }
  return scripts.get(name);
}
