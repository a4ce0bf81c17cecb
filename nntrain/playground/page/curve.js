// The loss over the epochs.
"use strict";
const curve = (() => {
  const WIDTH = 320, HEIGHT = 130, LEFT = 38, BOTTOM = 18, TOP = 8, MOST = 300;

  function node(name, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function thinned(rows) { // every k-th row, and the last
    const step = Math.ceil(rows.length / MOST);
    return rows.filter((_, i) => i % step === 0 || i === rows.length - 1);
  }

  function draw(svg, rows, metrics, now) {
    svg.replaceChildren();
    const places = ["loss", "val_loss"].map(name => metrics.indexOf(name) + 1);
    const shown = thinned(rows), values = shown.flatMap(row => places.map(at => at && row[at])).filter(Number.isFinite);
    if (!values.length) {
      svg.append(node("text", {x: LEFT, y: HEIGHT / 2}, "Run, or make a step"));
      svg.setAttribute("aria-label", "No epoch is trained");
      return;
    }
    const high = Math.max(...values) || 1, low = Math.min(0, ...values), first = Math.min(1, Math.floor(shown[0][0])), last = Math.max(shown[shown.length - 1][0], first + 1);
    const x = epoch => LEFT + (epoch - first) / (last - first) * (WIDTH - LEFT - 6);
    const y = value => TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM);
    for (const value of [low, (low + high) / 2, high]) {
      svg.append(node("line", {class: "axis", x1: LEFT, x2: WIDTH - 6, y1: y(value), y2: y(value)}));
      svg.append(node("text", {x: LEFT - 4, y: y(value) + 4, "text-anchor": "end"}, shownNumber(value, 2)));
    }
    svg.append(node("text", {x: LEFT, y: HEIGHT - 4}, first));
    svg.append(node("text", {x: WIDTH - 6, y: HEIGHT - 4, "text-anchor": "end"}, `epoch ${Number(last.toFixed(2))}`));
    if (now >= 1 && now < shown[shown.length - 1][0]) {
      svg.append(node("line", {class: "now", x1: x(now), x2: x(now), y1: TOP, y2: HEIGHT - BOTTOM}));
    }
    ["train", "validation"].forEach((name, i) => {
      if (!places[i]) return;
      const path = shown.filter(row => Number.isFinite(row[places[i]]))
        .map((row, k) => `${k ? "L" : "M"}${x(row[0]).toFixed(1)} ${y(row[places[i]]).toFixed(1)}`).join("");
      svg.append(node("path", {class: name, d: shown.length > 1 ? path : `${path}h1`}));
    });
    const end = rows[rows.length - 1], begin = rows[0];
    const said = places.map((at, i) => at ? `${["training", "validation"][i]} loss from ${shownNumber(begin[at])} to ${shownNumber(end[at])}` : "");
    svg.setAttribute("aria-label", `Epochs ${Number(begin[0].toFixed(2))} to ${Number(end[0].toFixed(2))}: ${said.filter(Boolean).join(", ")}`);
  }

  return {draw, node};
})();
