// Elements made of text: what a model said goes through textContent and never becomes markup.
const SVG = document.querySelector("svg.store").namespaceURI;

function element(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function drawn(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Text whose direction does not spill over. */
function said(text) {
  return element("bdi", null, text);
}

function words(name) {
  return name.replaceAll("_", " ");
}

function embedded(id) {
  const script = document.getElementById(id);
  return script ? JSON.parse(script.textContent) : null;
}

function save(name, type, text) {
  const link = element("a", { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
