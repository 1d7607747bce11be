// The drawer: one sample over the page. The browser's own modal dialog keeps the focus inside,
// makes the rest inert, closes on Esc and gives the focus back.
class Drawer {
  constructor(dialog, data) {
    this.dialog = dialog;
    this.data = data;
    this.byId = new Map(data.items.map((sample) => [sample.id, sample]));
    this.order = [];
    this.id = null;
    this.before = "";
    this.leave = "";
    const on = (name, act) => this.find(name).addEventListener("click", act);
    on("[data-next]", () => this.step(1));
    on("[data-previous]", () => this.step(-1));
    on("[data-close]", () => dialog.close());
    dialog.addEventListener("keydown", (event) => this.pressed(event));
    dialog.addEventListener("close", () => this.closed());
    dialog.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("click", (event) => this.opened(event));
  }

  find(selector) {
    return this.dialog.querySelector(selector);
  }

  opened(event) {
    const link = event.target.closest("[data-sample]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.open(link.dataset.sample, link);
  }

  /** j and k walk over what stands around the opener: a weakness's evidence, or the table's rows. */
  open(id, link) {
    if (!this.dialog.open) {
      this.before = readAddress().sample === undefined ? location.hash.slice(1) : "samples";
      this.order = this.around(id, link);
      this.dialog.showModal();
    }
    this.show(id);
  }

  around(id, link) {
    const article = link && link.closest("article");
    const ids = article
      ? [...article.querySelectorAll("[data-sample]")].map((one) => one.dataset.sample)
      : tables.get("samples").visible().map((row) => row.querySelector("[data-sample]").dataset.sample);
    return ids.includes(id) ? ids : this.data.items.map((sample) => sample.id);
  }

  show(id) {
    this.id = id;
    const sample = this.byId.get(id);
    const title = this.find("#drawer-title");
    title.replaceChildren(said(id));
    this.find("[data-content]").replaceChildren(...(sample ? this.view(sample) : this.unknown()));
    this.dialog.scrollTop = 0;
    this.place();
    writeAddress("sample=" + encodeURIComponent(id));
    title.focus();
  }

  view(sample) {
    const last = sample.earlier.length ? "This round" : "The answer";
    return sampleView(sample, this.data, this.byId, last);
  }

  unknown() {
    const { shown, failed } = this.data;
    const text = `This sample does not stand in the page, which has ${shown} of ${failed} failed samples.`;
    return [element("p", null, text)];
  }

  place() {
    const at = this.order.indexOf(this.id);
    this.find("[data-place]").textContent = at < 0 ? "" : `${at + 1} of ${this.order.length}`;
    this.find("[data-previous]").disabled = at === 0;
    this.find("[data-next]").disabled = at === this.order.length - 1;
  }

  step(by) {
    const next = this.order[this.order.indexOf(this.id) + by];
    if (next !== undefined) this.show(next);
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") this.step(1);
    if (event.key === "k") this.step(-1);
    if (event.key === "Tab") this.keepInside(event);
  }

  /** Without it the focus would leave for the browser's own buttons after the last link. */
  keepInside(event) {
    const stops = [...this.dialog.querySelectorAll("button:not(:disabled), a[href]")];
    const end = event.shiftKey ? stops[0] : stops[stops.length - 1];
    const atTitle = event.shiftKey && document.activeElement === this.find("#drawer-title");
    if (document.activeElement !== end && !atTitle) return;
    event.preventDefault();
    (event.shiftKey ? stops[stops.length - 1] : stops[0]).focus();
  }

  /** A click beside the panel closes it; a link to a weakness leaves for it. */
  clicked(event) {
    if (event.target === this.dialog) this.dialog.close();
    const link = event.target.closest("[data-leave]");
    if (!link) return;
    event.preventDefault();
    this.leave = link.getAttribute("href");
    this.dialog.close();
  }

  closed() {
    if (this.leave) location.hash = this.leave;
    else writeAddress(this.before);
    this.leave = "";
  }
}

function startDrawer() {
  const dialog = document.getElementById("drawer");
  const data = embedded("drawer-data");
  return dialog && data ? new Drawer(dialog, data) : null;
}
