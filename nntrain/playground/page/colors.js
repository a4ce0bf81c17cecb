// The colors of the page, as the style has them.
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

  function diverging(share, most = 1) { // a color for -1 to 1; steeper around 0, so that a border is seen
    const strength = most * Math.min(1, Math.abs(share)) ** 0.8;
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
