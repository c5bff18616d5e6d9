/**
 * What was opened lately in this tab: the palette offers it before anything is typed. It never leaves the tab, and goes
 * with whoever signs out.
 */
const KEY = "recent";
const MOST = 6;

const read = () => JSON.parse(sessionStorage.getItem(KEY) ?? "[]");

/** Remember the record whose page or panel is open. */
function remember(title, url) {
  if (!title) return;
  const others = read().filter((one) => one.url !== url);
  sessionStorage.setItem(KEY, JSON.stringify([{ title, url }, ...others].slice(0, MOST + 1)));
}

/** Put what was opened lately, but for the page itself, before the rest of a list of results. */
export function showRecent(list) {
  const recent = read().filter((one) => one.url !== location.pathname);
  const template = document.getElementById("palette-recent");
  if (!recent.length || !template) return;
  const group = template.content.firstElementChild.cloneNode(true);
  const row = group.querySelector("a");
  recent.slice(0, MOST).forEach(({ title, url }, place) => {
    const one = row.cloneNode(true);
    one.id = `palette-recent-${place}`;
    one.href = url;
    one.querySelector("span").textContent = title;
    group.append(one);
  });
  row.remove();
  list.prepend(group);
}

function note() {
  if (!document.getElementById("palette")) sessionStorage.removeItem(KEY);
  else remember(document.querySelector("article:is(.k-body, .r-page) h1")?.textContent, location.pathname);
}

document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action")?.endsWith("/logout")) sessionStorage.removeItem(KEY);
});

document.addEventListener("htmx:after:swap", (event) => {
  const { target } = event.detail.ctx;
  if (target?.id === "main") note();
  if (target?.id === "panel")
    remember(target.querySelector("[data-panel-title]")?.dataset.panelTitle, location.pathname);
});

note();
