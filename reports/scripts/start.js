// Everything begins here, and again whenever the address after # changes.
document.documentElement.classList.add("js");
startTables();
const drawer = startDrawer();

/** A link to details that a filter hides shows them again. */
function uncover(name) {
  const target = document.getElementById(name);
  if (!target || !target.hidden) return;
  const owner = [...tables.values()].find((t) => t.rows.some((row) => row.dataset.details === name));
  if (!owner) return;
  owner.restore(new URLSearchParams());
  target.scrollIntoView({ behavior: "instant" });
}

function arrive() {
  const { sample, name, state } = readAddress();
  if (sample !== undefined) {
    if (drawer) drawer.open(sample, null);
    return;
  }
  uncover(name);
  const table = tables.get(name);
  if (!table || !state) return;
  table.restore(state);
  table.form.scrollIntoView({ behavior: "instant" });
  const first = table.visible()[0];
  const stop = (first && first.querySelector("a")) || table.form.querySelector("[data-reset]");
  stop.focus({ preventScroll: true });
}

window.addEventListener("hashchange", arrive);
startCharts();
arrive();
