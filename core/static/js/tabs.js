/** The tab of what is open, brought into sight where its row of tabs is wider than the screen. */
function show() {
  for (const tab of document.querySelectorAll(".crm-tabs > [aria-current=true]")) {
    tab.scrollIntoView({ block: "nearest", inline: "center" });
  }
}

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.target?.id === "main") show();
});
show();
