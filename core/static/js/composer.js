/**
 * The composer: note, call, mail and task by tabs; each [data-compose-form] posts by htmx and is empty again when it
 * was taken. The keys of its tabs go straight into the text. What is sent is kept in this tab until it was taken, and
 * stands in the composer again when the page is opened anew: after a sign-in, or when the server could not be reached.
 */
const place = () => `composed on ${location.pathname}`;

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-compose]");
  if (tab) compose(tab.closest("[data-composer]"), tab.dataset.compose);
});

function compose(composer, kind) {
  for (const tab of composer.querySelectorAll("[data-compose]"))
    tab.setAttribute("aria-pressed", String(tab.dataset.compose === kind));
  for (const form of composer.querySelectorAll("[data-compose-form]")) {
    form.hidden = form.dataset.composeForm !== kind;
    if (!form.hidden) form.querySelector("textarea, input:not([type=hidden])")?.focus();
  }
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.response.status >= 400) return;
  if (!ctx.sourceElement?.matches?.("[data-compose-form]")) return;
  ctx.sourceElement.reset();
  sessionStorage.removeItem(place());
});

document.addEventListener(
  "submit",
  ({ target }) => {
    if (!target.matches("[data-compose-form]")) return;
    sessionStorage.setItem(place(), JSON.stringify([target.dataset.composeForm, target.elements.text.value]));
  },
  true,
);

function restore() {
  const [kind, text] = JSON.parse(sessionStorage.getItem(place()) ?? "[]");
  const form = kind && document.querySelector(`[data-compose-form="${CSS.escape(kind)}"]`);
  if (!form) return;
  compose(form.closest("[data-composer]"), kind);
  form.elements.text.value = text;
}

restore();

// One of several buttons that stand for a choice: pressing one releases the others.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-exclusive]");
  if (!chosen) return;
  for (const other of chosen.parentElement.querySelectorAll("[data-exclusive]"))
    other.setAttribute("aria-pressed", String(other === chosen));
});
