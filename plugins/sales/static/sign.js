/**
 * A field to sign in: [data-sign] holds an svg path, a hidden input that takes the path, and a button that begins anew.
 * [data-sign-by-name] says that the written name is the signature.
 */
const WIDTH = 600;
const HEIGHT = 200;
/** What a signature is that wasn't drawn: one point. */
const BY_NAME = "M0 0";

for (const field of document.querySelectorAll("[data-sign]")) signable(field);

function signable(field) {
  const path = field.querySelector("path");
  const input = field.querySelector("input");
  const byName = document.querySelector("[data-sign-by-name]");
  let drawing = "";

  const write = () => {
    path.setAttribute("d", drawing);
    input.value = byName.checked ? BY_NAME : drawing;
    field.classList.toggle("is-drawn", drawing !== "" || byName.checked);
  };
  const point = (event) => {
    const box = field.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
    const x = within(((event.clientX - box.left) / box.width) * WIDTH, WIDTH);
    const y = within(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT);
    return `${x} ${y}`;
  };
  field.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button")) return;
    field.setPointerCapture(event.pointerId);
    byName.checked = false;
    drawing += `${drawing ? " " : ""}M${point(event)}`;
    write();
  });
  field.addEventListener("pointermove", (event) => {
    if (!field.hasPointerCapture(event.pointerId)) return;
    drawing += ` L${point(event)}`;
    write();
  });
  field.querySelector("[data-sign-again]").addEventListener("click", () => {
    drawing = "";
    write();
  });
  byName.addEventListener("change", write);
}
