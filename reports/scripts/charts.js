// Draws the charts whose numbers stand in #charts, in the colours of the reader's scheme.
const figures = embedded("charts");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const NARROW = 480;
const SHORT = 22;
const dark = matchMedia("(prefers-color-scheme: dark)");

function colour(role) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + role).trim();
}

function painted(value) {
  if (typeof value === "string") {
    return value.startsWith("@") ? colour(value.slice(1)) : value;
  }
  if (Array.isArray(value)) return value.map(painted);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, painted(v)]));
  }
  return value;
}

/** On a narrow screen names are cut, so that the chart keeps half of the width. */
function narrowed(own, width) {
  if (width > NARROW || !own.yaxis.ticktext) return own;
  const cut = (name) => (name.length > SHORT ? name.slice(0, SHORT - 1) + "…" : name);
  const yaxis = Object.assign({}, own.yaxis, { ticktext: own.yaxis.ticktext.map(cut) });
  const xaxis = Object.assign({}, own.xaxis, { dtick: null, nticks: 4, tickangle: 0 });
  return Object.assign({}, own, { xaxis, yaxis });
}

function layout(own) {
  const axis = { gridcolor: colour("line"), zeroline: false, fixedrange: true, ticks: "" };
  return Object.assign({}, own, {
    xaxis: Object.assign({}, axis, own.xaxis),
    yaxis: Object.assign({}, axis, own.yaxis),
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("ink") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" },
    hoverlabel: { font: { family: getComputedStyle(document.body).fontFamily } },
    transition: { duration: still.matches ? 0 : 150 },
    dragmode: false,
  });
}

function draw(box) {
  const figure = painted(figures[box.dataset.chart]);
  const config = { displayModeBar: false, responsive: true, plotlyServerURL: "" };
  Plotly.react(box, figure.data, layout(narrowed(figure.layout, box.clientWidth)), config);
}

function drawAll() {
  if (window.Plotly) document.querySelectorAll(".chart").forEach(draw);
}

function startCharts() {
  drawAll();
  dark.addEventListener("change", drawAll);
}
