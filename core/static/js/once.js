/**
 * What is sent is sent once: a second click, Ctrl-Enter or Enter does nothing while a form is on its way, and nothing
 * after it either, once the answer leads to another page. A form that comes back, or an answer that failed, is free again.
 */

/** The forms that are on their way. */
let sending = new WeakSet();

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (sending.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else sending.add(form);
  },
  true,
);

// The second half of a double click may come after the answer to the first.
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("button");
    const posts = button?.hasAttribute("hx-post") || (button?.type === "submit" && button.form?.method === "post");
    if (event.detail > 1 && posts) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  },
  true,
);

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  const leaves = ctx.hx && (ctx.hx.redirect || ctx.hx.refresh || ctx.hx.location);
  if (!leaves && ctx.sourceElement) sending.delete(ctx.sourceElement);
});

// Back from the page that the form led to, it may be sent again.
addEventListener("pageshow", () => {
  sending = new WeakSet();
});
