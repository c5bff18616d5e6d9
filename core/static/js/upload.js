/**
 * Dropping a file: [data-drop] holds a file input. What is dropped on it goes into the input; with data-drop="submit" the
 * form is sent at once, also when the file was chosen by the button.
 */
const zone = (event) => event.target.closest?.("[data-drop]");

document.addEventListener("dragover", (event) => {
  const place = zone(event);
  if (!place || !event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  place.classList.add("is-over");
});

document.addEventListener("dragleave", (event) => {
  const place = zone(event);
  if (place && !place.contains(event.relatedTarget)) place.classList.remove("is-over");
});

document.addEventListener("drop", (event) => {
  const place = zone(event);
  if (!place) return;
  event.preventDefault();
  place.classList.remove("is-over");
  const input = place.querySelector("input[type=file]");
  if (!input || !event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  const place = zone(event);
  if (!place || event.target.type !== "file" || !event.target.files.length) return;
  const name = place.querySelector("[data-drop-name]");
  if (name) name.textContent = [...event.target.files].map((file) => file.name).join(", ");
  if (place.dataset.drop === "submit") event.target.form.requestSubmit();
});
