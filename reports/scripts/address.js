// What the reader has set stands in the address after #, so that a link shows the same again:
// #weaknesses?sort=gap&dir=down&stage=perception   #sample=tiny/counting/diagnosis/017
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readAddress() {
  const text = location.hash.slice(1);
  if (text.startsWith("sample=")) return { sample: decoded(text.slice(7)) };
  const cut = text.indexOf("?");
  if (cut < 0) return { name: text, state: null };
  return { name: text.slice(0, cut), state: new URLSearchParams(text.slice(cut + 1)) };
}

/** Replaced, not pushed: Back leaves the page and does not undo every letter of a search. */
function writeAddress(text) {
  history.replaceState(null, "", "#" + text);
}
