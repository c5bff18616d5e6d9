/** What is open, brought into sight: its tab where the row is wider than the screen, its line where the rail is longer. */
const OPEN = ".crm-tabs > [aria-current=true], .crm-rail-scroll [aria-current=page]";

function show() {
  for (const each of document.querySelectorAll(OPEN)) {
    each.scrollIntoView({ block: "nearest", inline: "center" });
  }
}

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.target?.id === "main") show();
});
show();
