// The colors of the page, as the style has them, and numbers as text.
"use strict";
const colors = (() => {
  let known = {};

  function rgb(name) { // [red, green, blue] of a variable of the style
    if (!known[name]) {
      const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      known[name] = [1, 3, 5].map(at => parseInt(text.slice(at, at + 2), 16));
    }
    return known[name];
  }

  const mixed = (one, other, share) => one.map((value, i) => value + (other[i] - value) * share);

  function diverging(share) { // a color for -1 to 1; the middle of the way is steeper, so that a border is seen
    const strength = Math.min(1, Math.abs(share)) ** 0.8;
    return mixed(rgb("--middle"), rgb(share < 0 ? "--negative" : "--positive"), strength);
  }

  const ofClass = (index, count) => rgb(count === 2 ? ["--negative", "--positive"][index] : `--c${index}`);
  const css = color => `rgb(${color.map(Math.round).join()})`;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    known = {};
    dispatchEvent(new Event("colors"));
  });
  return {rgb, mixed, diverging, ofClass, css};
})();

function shownNumber(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) return value.toExponential(2);
  return value.toFixed(Math.abs(value) >= 100 ? 1 : digits);
}

const FEATURES = {x: "x", y: "y", x2: "x²", y2: "y²", xy: "xy", sin_x: "sin x", sin_y: "sin y"};
const FORMULAS = {
  x: (x, y) => x, y: (x, y) => y, xy: (x, y) => x * y, x2: (x, y) => x * x, y2: (x, y) => y * y,
  sin_x: (x, y) => Math.sin(x), sin_y: (x, y) => Math.sin(y),
};
