// Draws the curves of the page as SVG: hover or arrow keys read values, a drag or + and - zoom, a box chooses the scale.
"use strict";

const SPACE = "http://www.w3.org/2000/svg";
const HEIGHT = 240, LEFT = 62, RIGHT = 12, TOP = 8, BOTTOM = 34;
const READ = 6;  // values that are read out at once
const PAPER = 345;  // pixels of a chart on paper, where two are beside each other
let onPaper = false;
let data = {charts: [], runs: []}, charts = [];
const options = {};

function make(name, attributes, parent, text) {
  const node = document.createElementNS(SPACE, name);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  if (text !== undefined) node.textContent = text;
  if (parent) parent.appendChild(node);
  return node;
}

// A value with four significant digits.
function shown(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  return size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

// Round values from low to high, steps of 1, 2 or 5 times a power of ten.
function linearTicks(low, high, most) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((each) => each * power >= rough * (1 - 1e-9));
  const ticks = [];
  for (let tick = Math.ceil(low / step - 1e-9); tick * step <= high + step * 1e-9; tick++) ticks.push(tick * step);
  return ticks;
}

function logTicks(low, high) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high)), ticks = [];
  const every = Math.max(1, Math.ceil((last - first) / 7)), factors = last - first < 3 ? [1, 2, 5] : [1];
  for (let power = first; power <= last; power += every) {
    for (const factor of factors) ticks.push(factor * 10 ** power);
  }
  return ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
}

class Chart {
  constructor(box, content) {
    this.box = box;
    this.content = content;
    this.readout = box.querySelector("output");
    this.range = null;  // the epochs that are shown; null for all
    this.cursor = null;  // the epoch that is read
    this.svg = make("svg", {role: "presentation"}, null);
    box.insertBefore(this.svg, this.readout);
    this.listen();
    this.draw();
  }

  get series() {
    return this.content.series.filter((one) => options[one.split] === undefined || options[one.split].checked);
  }

  get log() {
    return options.log.checked && this.content.series.some((one) => one.y.some((value) => value > 0));
  }

  get epochs() {
    const all = this.content.series.flatMap((one) => [one.x[0], one.x[one.x.length - 1]]);
    return [Math.min(...all), Math.max(...all)];
  }

  // The values of a line that the axis can show, within the epochs that are shown.
  *points(one) {
    const [from, to] = this.range || this.epochs;
    for (let i = 0; i < one.x.length; i++) {
      const value = one.y[i], fits = value !== null && !(this.log && value <= 0);
      if (one.x[i] >= from && one.x[i] <= to) yield [one.x[i], fits ? value : null];
    }
  }

  // The values of the axis. A curve that hardly changes does not fill it: it spans at least a twentieth of its values.
  heights() {
    let low = Infinity, high = -Infinity;
    for (const one of this.series) {
      for (const [, value] of this.points(one)) {
        if (value !== null) { low = Math.min(low, value); high = Math.max(high, value); }
      }
    }
    if (low > high) return null;
    if (this.log) return low === high ? [low / 2, high * 2] : [low / 1.1, high * 1.1];
    const least = Math.max(Math.abs(low), Math.abs(high)) * 0.05 || 1, missing = Math.max(0, least - (high - low)) / 2;
    const edge = (high - low + 2 * missing) * 0.04;
    return [low - missing - edge, high + missing + edge];
  }

  draw() {
    const width = onPaper ? PAPER : Math.max(260, this.box.clientWidth), svg = this.svg;
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.replaceChildren();
    const heights = this.heights();
    this.width = width;
    if (!heights) {
      make("text", {x: LEFT, y: HEIGHT / 2}, svg, "no finite value to draw");
      return;
    }
    const [from, to] = this.range || this.epochs, span = to - from || 1, [low, high] = heights;
    const scale = this.log ? Math.log10 : Number;
    this.x = (epoch) => to === from ? (LEFT + width - RIGHT) / 2
      : LEFT + (epoch - from) / span * (width - LEFT - RIGHT);
    this.y = (value) => HEIGHT - BOTTOM
      - (scale(value) - scale(low)) / (scale(high) - scale(low)) * (HEIGHT - TOP - BOTTOM);
    this.axes(svg, width, low, high, from, to);
    this.series.forEach((one) => this.line(one));
    this.mark = make("g", {}, svg);
    this.read();
  }

  axes(svg, width, low, high, from, to) {
    for (const tick of this.log ? logTicks(low, high) : linearTicks(low, high, 5)) {
      make("line", {class: "grid", x1: LEFT, x2: width - RIGHT, y1: this.y(tick), y2: this.y(tick)}, svg);
      make("text", {x: LEFT - 6, y: this.y(tick) + 4, "text-anchor": "end"}, svg, shown(Number(tick.toPrecision(6))));
    }
    const ticks = from === to ? [from] : linearTicks(from, to, width / 90).filter(Number.isInteger);
    for (const tick of ticks) {
      make("text", {x: this.x(tick), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle"}, svg, tick.toLocaleString("en"));
    }
    make("text", {x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 3, "text-anchor": "middle"}, svg, "epoch");
    const best = data.runs.length === 1 ? data.runs[0].best : 0;
    if (best && best >= from && best <= to) {
      const x = this.x(best);
      make("title", {}, make("line", {class: "best", x1: x, x2: x, y1: TOP, y2: HEIGHT - BOTTOM}, svg), "epoch kept");
    }
  }

  line(one) {
    let path = "", pen = false, before = null;
    const lone = [];
    for (const [epoch, value] of this.points(one)) {
      if (value === null) {
        if (before) lone.push(before);
        pen = false; before = null;
      } else {
        path += `${pen ? "L" : "M"}${this.x(epoch).toFixed(1)} ${this.y(value).toFixed(1)}`;
        before = pen ? null : [epoch, value];
        pen = true;
      }
    }
    if (before) lone.push(before);  // a point without a neighbour has no line
    one.node = make("path", {class: `line ${one.split} c${one.run % 8}`, d: path}, this.svg);
    for (const [epoch, value] of lone) {
      make("circle", {class: `c${one.run % 8}`, r: 3, cx: this.x(epoch), cy: this.y(value)}, this.svg);
    }
  }

  // Show the values at the cursor, those nearest to the pointer first where there are many.
  read(pointer) {
    if (!this.mark) return;
    this.mark.replaceChildren();
    for (const one of this.content.series) if (one.node) one.node.classList.remove("near");
    if (this.cursor === null) { this.readout.textContent = ""; return; }
    const x = this.x(this.cursor);
    make("line", {class: "cursor", x1: x, x2: x, y1: TOP, y2: HEIGHT - BOTTOM}, this.mark);
    const values = this.series.map((one) => [one, one.y[one.x.indexOf(this.cursor)]])
      .filter(([, value]) => value !== undefined && value !== null && !(this.log && value <= 0));
    if (pointer !== undefined) {
      values.sort((a, b) => Math.abs(this.y(a[1]) - pointer) - Math.abs(this.y(b[1]) - pointer));
    }
    const near = values.slice(0, READ);
    for (const [one, value] of near) {
      make("circle", {class: `c${one.run % 8}`, r: 3.5, cx: x, cy: this.y(value)}, this.mark);
    }
    if (data.runs.length > 8 && near.length && near[0][0].node) near[0][0].node.classList.add("near");
    const words = near.map(([one, value]) => `${label(one)} ${shown(value)}`);
    const more = values.length - near.length;
    const end = more ? `; ${more} more` : "";
    this.readout.textContent = `epoch ${this.cursor.toLocaleString("en")}: ${words.join(", ") || "no value"}${end}`;
  }

  nearest(position) {
    const [from, to] = this.range || this.epochs;
    let found = null;
    for (const one of this.series) {
      for (const epoch of one.x) {
        const away = Math.abs(this.x(epoch) - position);
        if (epoch >= from && epoch <= to && (found === null || away < found[1])) found = [epoch, away];
      }
    }
    return found && found[0];
  }

  at(event) {
    const place = this.svg.getBoundingClientRect(), ratio = this.width / place.width;
    return [(event.clientX - place.left) * ratio, (event.clientY - place.top) * ratio];
  }

  listen() {
    let start = null, shade = null;
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && this.x) start = this.at(event)[0];
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!this.x) return;
      const [x, y] = this.at(event);
      this.cursor = this.nearest(x);
      this.read(y);
      if (start !== null && Math.abs(x - start) > 6) {
        shade = make("rect", {class: "zoomed", x: Math.min(x, start), width: Math.abs(x - start), y: TOP,
          height: HEIGHT - TOP - BOTTOM}, this.mark);
      }
    });
    this.svg.addEventListener("pointerup", (event) => {
      if (shade && start !== null) this.show(this.nearest(start), this.nearest(this.at(event)[0]));
      start = shade = null;
    });
    this.svg.addEventListener("pointerleave", () => { start = shade = null; this.cursor = null; this.read(); });
    this.svg.addEventListener("dblclick", () => this.show(null, null));
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  // Show the epochs between two; all of them where the two are the same.
  show(one, other) {
    this.range = one === null || one === other ? null : [Math.min(one, other), Math.max(one, other)];
    this.cursor = null;
    this.draw();
  }

  key(event) {
    if (!this.x || event.ctrlKey || event.metaKey || event.altKey) return;
    const [from, to] = this.range || this.epochs, here = this.cursor === null ? from : this.cursor;
    const all = [...new Set(this.series.flatMap((one) => one.x))].filter((each) => each >= from && each <= to);
    all.sort((a, b) => a - b);
    const place = all.indexOf(here), half = Math.max(1, Math.round((to - from) / 4));
    const moves = {ArrowLeft: place - 1, ArrowRight: this.cursor === null ? 0 : place + 1, Home: 0, End: all.length - 1};
    if (event.key in moves) {
      this.cursor = all[Math.max(0, Math.min(all.length - 1, moves[event.key]))] ?? null;
      this.read();
    } else if (event.key === "+" || event.key === "=") {
      this.zoom(here - half, here + half, here);
    } else if (event.key === "-") {
      this.zoom(here - 4 * half, here + 4 * half, here);
    } else if (event.key === "0" || event.key === "Escape") {
      this.show(null, null);
    } else {
      return;
    }
    event.preventDefault();
  }

  zoom(from, to, cursor) {
    const [first, last] = this.epochs;
    this.show(Math.max(first, from), Math.min(last, to));
    this.cursor = cursor;
    this.read();
  }
}

function label(one) {
  const split = {train: "training", validation: "validation"}[one.split];
  const words = data.runs.length > 1 ? [data.runs[one.run].name] : [];
  return [...words, split].filter(Boolean).join(" ") || "value";
}

const redraw = () => charts.forEach((chart) => chart.draw());

// Draw what is in the boxes of the page for the first time.
function begin(numbers) {
  data = numbers;
  for (const name in options) delete options[name];
  for (const box of document.querySelectorAll(".controls input")) options[box.name] = box;
  charts = [...document.querySelectorAll(".chart")].map((box, index) => new Chart(box, data.charts[index]));
  for (const name in options) options[name].addEventListener("change", redraw);
  document.getElementById("whole").addEventListener("click", () => charts.forEach((chart) => chart.show(null, null)));
}

// Draw other numbers of the same runs, which keep what is shown of them.
function renew(numbers) {
  data = numbers;
  charts.forEach((chart, index) => { chart.content = data.charts[index]; });
  redraw();
}

for (const [name, printed] of [["beforeprint", true], ["afterprint", false]]) {
  addEventListener(name, () => { onPaper = printed; redraw(); });
}
let width = document.body.clientWidth;
new ResizeObserver(() => {
  if (document.body.clientWidth === width) return;
  width = document.body.clientWidth;
  redraw();
}).observe(document.body);
const block = document.getElementById("curve-data");
if (block) begin(JSON.parse(block.textContent));
