// One sample as the drawer shows it.
function picture(data, name, id) {
  const shown = thumbnail(data, name, id);
  if (!data.folder || data.unreadable.includes(name)) return shown;
  const whole = { class: "full", href: data.folder + "/" + name, title: "In full size" };
  return element("a", whole, shown);
}

function thumbnail({ pictures, unreadable }, name, id) {
  const found = pictures[name];
  const why = unreadable.includes(name) ? "Picture could not be read" : "Picture left out";
  if (!found) return element("span", { class: "no-picture" }, why);
  const shape = found.tiny ? "" : `; width: ${found.width}px`;
  const box = {
    class: found.tiny ? "picture tiny" : "picture",
    role: "img",
    "aria-label": "Picture of " + id,
    viewBox: `0 0 ${found.width} ${found.height}`,
    style: `aspect-ratio: ${found.width} / ${found.height}${shape}`,
  };
  return drawn("svg", box, drawn("use", { href: "#" + found.key }));
}

function optionList(sample) {
  if (!sample.options.length) return null;
  return element("ol", { class: "options" }, ...sample.options.map((option, i) => {
    const letter = String.fromCharCode(65 + i);
    const right = sample.target === letter ? element("strong", { class: "good" }, " ✓ target") : null;
    const wrong = sample.answer === letter && !right
      ? element("strong", { class: "bad" }, " ✗ answered") : null;
    return element("li", null, said(option), right, wrong);
  }));
}

function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element("dl", { class: "facts" }, ...known.flatMap(([term, value]) => [
    element("dt", null, term),
    element("dd", null, typeof value === "string" ? said(value) : value),
  ]));
}

/** The text with the span that shows the fault marked, where it occurs in it. */
function marked(text, span) {
  const at = span ? text.indexOf(span) : -1;
  if (at < 0) return said(text || "(nothing)");
  const after = text.slice(at + span.length);
  return element("bdi", null, text.slice(0, at), element("mark", null, span), after);
}

function answerLine(answer, score, right) {
  const shown = answer === null ? element("em", null, "none could be read") : said(answer);
  const mark = element("strong", { class: right ? "good" : "bad" }, right ? "✓ " : "✗ ");
  return element("span", null, mark, shown, element("span", { class: "quiet" }, ` score ${score}`));
}

function more(count) {
  if (!count) return null;
  const text = ` … ${count.toLocaleString("en-US")} more characters`;
  return element("span", { class: "quiet" }, text);
}

function answerBox(title, text, span, cut, line, note) {
  const quote = element("blockquote", null, marked(text || "", span), more(cut));
  const below = note ? element("p", { class: "quiet" }, note) : null;
  return element("section", { class: "answer" }, element("h3", null, title), line, quote, below);
}

function earlierBox(sample, past) {
  const title = `Round ${past.round}`;
  if (past.failure) {
    const why = element("p", { class: "quiet" }, `No score: ${words(past.failure)}`);
    return element("section", { class: "answer" }, element("h3", null, title), why);
  }
  const line = answerLine(past.answer, sample.figures["score " + past.round], past.right);
  if (past.completion === null) {
    return element("section", { class: "answer" }, element("h3", null, title), line);
  }
  return answerBox(title, past.completion, null, past.more, line);
}

function why(sample) {
  const cause = sample.attribution;
  if (!cause) return null;
  const by = cause.source === "none" ? "nobody: no rule and no teacher decided" : words(cause.source);
  const confidence = element("span", null, sample.figures.confidence + " %");
  const sure = cause.source === "none" ? null : confidence;
  const heading = element("h3", null, "Why it failed");
  return element("section", null, heading, facts([
    ["Error stage", words(cause.stage)], ["Decided by", by], ["Confidence", sure],
    ["Evidence", cause.evidence], ["First wrong step", cause.wrong_step],
    ["Missing skill", cause.skill], ["Also", cause.flag && words(cause.flag)],
  ]));
}

function citing(sample) {
  if (!sample.weaknesses.length) return null;
  const links = sample.weaknesses.flatMap((rank, i) => [
    i ? ", " : "", element("a", { href: "#weakness-" + rank, "data-leave": "" }, "weakness " + rank),
  ]);
  return element("span", null, ...links);
}

/** Probes ask drawn samples again; what they found is known of a stage, not of one sample. */
function probed(sample, probes) {
  const own = probes.filter((probe) => sample.stage && probe.stage === sample.stage);
  if (!own.length) return null;
  const lines = own.map((probe) => {
    const same = probe.probe.endsWith(" unchanged") ? "kept the same wrong answer" : "turned right";
    const text = `${words(probe.probe)}: ${probe.turned} of ${probe.answered} ${same}`;
    return element("li", null, said(text));
  });
  const heading = element("h3", null, `Probes of samples that broke at ${words(sample.stage)}`);
  return element("section", null, heading, element("ul", null, ...lines));
}

function neighbour(data, byId, id) {
  const sample = byId.get(id);
  const link = element("a", { href: "#sample=" + encodeURIComponent(id), "data-sample": id }, said(id));
  if (!sample) return element("li", null, said(id));
  const image = sample.images.length ? picture(data, sample.images[0], id) : null;
  const question = element("p", null, said(sample.question));
  const line = answerLine(sample.answer, sample.figures.score, sample.right);
  return element("li", null, image, element("div", null, question, line, element("p", null, link)));
}

function neighbours(sample, data, byId) {
  if (!sample.neighbours.length) return null;
  const near = sample.weaknesses.length ? "near its weakness" : "near a weakness of its category";
  const items = sample.neighbours.map((id) => neighbour(data, byId, id));
  const heading = element("h3", null, "Passing samples " + near);
  return element("section", null, heading, element("ul", { class: "near" }, ...items));
}

function sampleView(sample, data, byId, round) {
  const images = sample.images.map((name) => picture(data, name, sample.id));
  const line = answerLine(sample.answer, sample.figures.score, sample.right);
  const cut = sample.truncated && "Cut off at the token limit.";
  const span = sample.attribution && sample.attribution.evidence;
  const now = answerBox(round, sample.completion, span, sample.more, line, cut);
  const flip = sample.flip && (sample.flip === "won" ? "won: wrong before" : "lost: right before");
  return [
    images.length ? element("div", { class: "pictures" }, ...images) : null,
    element("p", { class: "question" }, said(sample.question)),
    optionList(sample),
    facts([
      ["Target", sample.target], ["Category", sample.category], ["Benchmark", sample.benchmark],
      ["Evidence of", citing(sample)], ["Since last round", flip],
    ]),
    element("div", { class: "beside" }, now, ...sample.earlier.map((past) => earlierBox(sample, past))),
    why(sample),
    probed(sample, data.probes),
    neighbours(sample, data, byId),
  ].filter((part) => part !== null);
}
