"use strict";
(() => {
  const key = document.body.dataset.key;
  const rows = [...document.querySelectorAll("article")];
  let labels = {};
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    if (kept && typeof kept === "object") labels = kept;
  } catch { /* labels then last as long as the page */ }

  const inputs = (row) => [...row.querySelectorAll("input")];
  const count = () => {
    document.getElementById("done").textContent =
      rows.filter((row) => Object.hasOwn(labels, row.dataset.id)).length;
  };
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;

  for (const row of rows) {
    const id = row.dataset.id;
    for (const input of inputs(row)) {
      input.checked = Object.hasOwn(labels, id) && labels[id] === input.value;
      input.addEventListener("change", () => {
        labels[id] = input.value;
        try { localStorage.setItem(key, JSON.stringify(labels)); } catch { /* as above */ }
        count();
      });
    }
  }
  document.getElementById("save").addEventListener("click", () => {
    const lines = rows.map((row) => {
      const id = row.dataset.id;
      return `${quoted(id)},${Object.hasOwn(labels, id) ? quoted(labels[id]) : ""}`;
    });
    const blob = new Blob([`id,label\r\n${lines.join("\r\n")}\r\n`], { type: "text/csv" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "labels.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  });
  count();
})();
