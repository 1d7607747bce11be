// Tables that sort, filter and save themselves: [data-table] with th[data-key], its controls in
// the form [data-controls] of the same name. Without this script they are plain tables.
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const tables = new Map();

function cellValue(cell) {
  return cell.dataset.value === undefined ? cell.textContent.trim() : cell.dataset.value;
}

/** What a cell is in CSV: one value, or several for a head with as many data-columns. */
function cellValues(cell) {
  return cell.dataset.values === undefined ? [cellValue(cell)] : cell.dataset.values.split(" ");
}

function comparedBy(column, down) {
  const missing = (text) => text === "" || text === "–";
  const numeric = (text) => !missing(text) && Number.isFinite(Number(text));
  return (a, b) => {
    const [x, y] = [cellValue(a.cells[column]), cellValue(b.cells[column])];
    if (missing(x) || missing(y)) return missing(x) - missing(y);
    const order = numeric(x) && numeric(y) ? Number(x) - Number(y) : collator.compare(x, y);
    return down ? -order : order;
  };
}

/** Everything a search looks through; texts cut short stand whole in their data-value. */
function rowText(row) {
  const whole = [...row.querySelectorAll("[data-value]")].map((node) => node.dataset.value);
  return [row.textContent, ...whole].join(" ").toLowerCase();
}

/** A cell of CSV. What a spreadsheet would run as a formula becomes text. */
function csvCell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? "'" + text : text;
  return '"' + safe.replaceAll('"', '""') + '"';
}

class LiveTable {
  constructor(table) {
    this.table = table;
    this.name = table.dataset.table;
    this.rows = [...table.tBodies[0].rows];
    this.heads = [...table.tHead.rows[0].cells];
    this.form = document.querySelector(`form[data-controls="${this.name}"]`);
    this.inputs = [...this.form.querySelectorAll("[data-filter]")];
    this.unknown = new Map();
    this.sort = null;
    this.down = false;
    this.prepare();
  }

  prepare() {
    this.texts = new Map(this.rows.map((row) => [row, rowText(row)]));
    this.heads.filter((head) => head.dataset.key).forEach((head) => this.addButton(head));
    this.form.hidden = false;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", (event) => this.chosen(event.target.dataset.filter));
    this.form.addEventListener("reset", () => setTimeout(() => this.reset()));
    const save = this.form.querySelector("[data-csv]");
    if (save) save.addEventListener("click", () => this.save());
    this.show();
  }

  addButton(head) {
    const button = element("button", { type: "button", "data-sort": head.dataset.key });
    button.append(...head.childNodes);
    button.addEventListener("click", () => this.sortBy(head.dataset.key));
    head.append(button);
  }

  /** First the end that people look for: the largest number, the first letter. */
  sortBy(key) {
    const numeric = this.head(key).classList.contains("num") && key !== "rank";
    this.down = this.sort === key ? !this.down : numeric;
    this.sort = key;
    this.changed();
  }

  head(key) {
    return this.heads.find((head) => head.dataset.key === key);
  }

  chosen(filter) {
    this.unknown.delete(filter);
    this.changed();
  }

  reset() {
    this.unknown.clear();
    this.sort = null;
    this.changed();
  }

  changed() {
    this.show();
    const state = this.state().toString();
    writeAddress(state ? `${this.name}?${state}` : this.name);
  }

  state() {
    const state = new URLSearchParams();
    if (this.sort) state.set("sort", this.sort);
    if (this.sort) state.set("dir", this.down ? "down" : "up");
    this.inputs.filter((i) => i.value).forEach((i) => state.set(i.dataset.filter, i.value));
    this.unknown.forEach((value, filter) => state.set(filter, value));
    return state;
  }

  /** What an address says; a value that no row of the page has matches nothing. */
  restore(state) {
    this.unknown.clear();
    for (const input of this.inputs) {
      const [filter, wanted] = [input.dataset.filter, state.get(input.dataset.filter) || ""];
      input.value = wanted;
      if (input.selectedIndex !== -1) continue;
      input.value = "";
      this.unknown.set(filter, wanted);
    }
    this.sort = this.head(state.get("sort")) ? state.get("sort") : null;
    this.down = state.get("dir") === "down";
    this.show();
  }

  matches(row) {
    if (this.unknown.size) return false;
    return this.inputs.every((input) => {
      const wanted = input.value;
      if (!wanted) return true;
      if (input.dataset.filter !== "q") return row.dataset[input.dataset.filter] === wanted;
      return this.texts.get(row).includes(wanted.trim().toLowerCase());
    });
  }

  show() {
    const column = this.sort ? this.heads.indexOf(this.head(this.sort)) : -1;
    const sorted = column < 0 ? this.rows : [...this.rows].sort(comparedBy(column, this.down));
    this.table.tBodies[0].append(...sorted);
    this.rows.forEach((row) => this.reveal(row, this.matches(row)));
    this.heads.forEach((head, i) => this.mark(head, i === column));
    this.count();
  }

  reveal(row, visible) {
    row.hidden = !visible;
    const details = document.getElementById(row.dataset.details || "");
    if (details) details.hidden = !visible;
  }

  mark(head, sorted) {
    if (sorted) head.setAttribute("aria-sort", this.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }

  visible() {
    return [...this.table.tBodies[0].rows].filter((row) => !row.hidden);
  }

  count() {
    const place = this.form.querySelector("[data-count]");
    const missing = [...this.unknown].map(([filter, value]) => `${filter} “${value}”`).join(", ");
    const why = missing ? `No row of this page has the ${missing}` : "None matches";
    const none = `${why}; “Show all” brings them back.`;
    const many = this.visible().length;
    place.textContent = many ? `${many} of ${this.rows.length} shown` : none;
  }

  save() {
    const names = this.heads.flatMap((head) => (head.dataset.columns || head.dataset.key).split(" "));
    const rows = this.visible().map((row) => [...row.cells].flatMap(cellValues));
    const line = (cells) => cells.map(csvCell).join(",") + "\r\n";
    const text = [names, ...rows].map(line).join("");
    save(`${this.name}.csv`, "text/csv;charset=utf-8", text);
  }
}

function startTables() {
  document.querySelectorAll("table[data-table]").forEach((table) => {
    tables.set(table.dataset.table, new LiveTable(table));
  });
}
