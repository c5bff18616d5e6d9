/**
 * Text of rows as a table: a text area [data-rows] holds one row on a line, its columns parted by separators. The table
 * writes back into it, so that the form sends the same text as without this module. A text that can't be read so stays
 * as it is. This stands before requests.js, which looks for the first bad field.
 */

/** The cells of a line; nothing where a separator lacks. The last separator is the last of its kind in the line. */
function cellsOf(line, separators) {
  const cells = [];
  let rest = line;
  for (const [place, separator] of separators.entries()) {
    const sign = separator.trim();
    const at = place === separators.length - 1 ? rest.lastIndexOf(sign) : rest.indexOf(sign);
    if (at < 0) return undefined;
    cells.push(rest.slice(0, at).trim());
    rest = rest.slice(at + sign.length);
  }
  return [...cells, rest.trim()];
}

function element(name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

class Rows {
  constructor(area, told) {
    Object.assign(this, { area, told, body: element("tbody") });
    const head = element("tr");
    for (const column of told.columns) head.append(element("th", { scope: "col", class: "cap" }, column));
    head.append(element("td"));
    this.table = element("table", { class: "w-100", "aria-label": told.label });
    this.table.append(element("thead"), this.body);
    this.table.tHead.append(head);
    this.adder = element("button", { type: "button", class: "btn btn-s" }, told.add);
    this.adder.addEventListener("click", () => this.add(this.following()).querySelector("input:placeholder-shown")?.focus());
    this.table.addEventListener("input", (event) => this.follow(event.target));
    area.before(this.table, this.adder);
    area.hidden = true;
  }

  add(cells) {
    const row = element("tr");
    for (const [place, value] of cells.entries()) {
      const input = element("input", { class: "form-control", autocomplete: "off", placeholder: " " });
      input.value = input.dataset.before = value;
      if (place || this.told.chained) input.classList.add("num");
      row.insertCell().append(input);
    }
    const remove = element("button", { type: "button", class: "btn btn-ghost btn-s btn-sq" }, "×");
    remove.addEventListener("click", () => this.remove(row));
    row.insertCell().append(remove);
    this.body.append(row);
    this.name();
    return row;
  }

  remove(row) {
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.name();
    this.write();
    (near?.querySelector("input") ?? this.adder).focus();
  }

  /** The cells that a new row begins with. */
  following() {
    const last = this.body.lastElementChild?.querySelectorAll("input")[1]?.value ?? "";
    return this.told.columns.map((_column, place) => (this.told.chained && !place ? last : ""));
  }

  /** Let the next row begin where this one ends now, if it began where it ended before. */
  follow(input) {
    const cell = input.closest("td");
    const next = cell.parentElement.nextElementSibling?.querySelector("input");
    if (this.told.chained && cell.cellIndex === 1 && next?.value === input.dataset.before) {
      next.value = next.dataset.before = input.value;
    }
    input.dataset.before = input.value;
    this.write();
  }

  write() {
    const rows = [...this.body.rows].map((row) => [...row.querySelectorAll("input")].map((input) => input.value.trim()));
    const { separators } = this.told;
    const lines = rows
      .filter((cells) => cells.some(Boolean))
      .map((cells) => cells.map((cell, place) => cell + (separators[place] ?? "")).join(""));
    this.area.value = lines.join("\n");
  }

  name() {
    for (const [at, row] of [...this.body.rows].entries()) {
      for (const [place, input] of [...row.querySelectorAll("input")].entries()) {
        input.setAttribute("aria-label", `${this.told.columns[place]}, ${at + 1}`);
      }
      row.querySelector("button").setAttribute("aria-label", this.told.remove.replace("{place}", at + 1));
    }
  }

  /** What was said of the text area is said of the first cell. */
  tellErrors() {
    const first = this.body.querySelector("input");
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (this.area.hasAttribute(name)) first.setAttribute(name, this.area.getAttribute(name));
      this.area.removeAttribute(name);
    }
    this.area.required = false;
  }
}

function draw() {
  for (const area of document.querySelectorAll("textarea[data-rows]:not([hidden])")) {
    const told = JSON.parse(area.dataset.rows);
    const lines = area.value.split("\n").filter((line) => line.trim());
    const read = lines.map((line) => cellsOf(line, told.separators));
    if (read.includes(undefined)) continue;
    const table = new Rows(area, told);
    for (const cells of read) table.add(cells);
    if (!read.length) table.add(told.columns.map((_column, place) => (told.chained && !place ? "0" : "")));
    table.tellErrors();
  }
}

document.addEventListener("htmx:after:swap", draw);
draw();
