/**
 * What happens around htmx's requests: where the focus goes, what is announced, how failures are told.
 *
 * - 2xx and 422 are swapped in, and 409 into a form. After these two the focus goes to the first bad field; after a new
 *   page in #main to its <h1>, unless something else of the page still has it.
 * - Any other failure becomes a toast: the server's own words when it sent HX-Trigger {"toast": …}, else ours. An
 *   element may ask for the answer itself with hx-status:409="target:#dialog-content" and the like.
 */
import { announce, isShown } from "./page.js";
import { showToast } from "./toast.js";
import { say } from "./words.js";

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  const target = ctx.target?.isConnected
    ? ctx.target
    : ctx.sourceElement?.isConnected
      ? ctx.sourceElement
      : document.body;
  // The answer may have replaced its own target; then the bad field is looked for in the whole page.
  if ([409, 422].includes(ctx.response?.status)) (firstBadField(target) ?? firstBadField(document))?.focus();
  else if (target.id === "main") arriveAtPage(target);
});

/** The first field that is wrong, else what is said about the form as a whole. */
function firstBadField(root) {
  return root.querySelector("[aria-invalid=true]") ?? root.querySelector("[data-form-error]");
}

/** Put the focus on the page's title and tell how much it found. */
function arriveAtPage(main) {
  const found = main.querySelector("[data-announce]");
  if (found) announce(found.textContent.trim());
  if (document.activeElement && document.activeElement !== document.body && isShown(document.activeElement)) return;
  const title = main.querySelector("h1");
  title?.setAttribute("tabindex", "-1");
  (title ?? main).focus({ preventScroll: true });
}

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  const status = ctx.response.status;
  if (status === 422 || isWanted(ctx, status) || ctx.hx?.trigger?.includes("toast")) return;
  const own = {
    401: "error_session",
    403: "error_403",
    404: "error_404",
    409: "error_409",
    413: "error_413",
    429: "error_429",
    503: "error_503",
  };
  showToast({ text: say(own[status] ?? "error_server"), level: "error" });
});

/** Whether the element asked for an answer of this status with an attribute of its own. */
function isWanted(ctx, status) {
  const text = String(status);
  return [text, `${text.slice(0, 2)}x`, `${text[0]}xx`].some((pattern) =>
    ctx.sourceElement?.hasAttribute?.(`hx-status:${pattern}`),
  );
}

document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (!ctx?.response && (error instanceof TypeError || ctx?.request?.signal?.reason === "timeout")) {
    showToast({ text: say("error_network"), level: "error" });
  }
});
