// The features of a point, and numbers as text.
"use strict";
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
