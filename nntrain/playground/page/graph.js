// The network: a column for each layer, a picture for each unit, a line for each weight.
"use strict";
const graph = (() => {
  const byId = id => document.getElementById(id);
  let drawn = "", scene = null, pictures = null, chosen = null; // chosen: [layer, unit]
  let events = {}; // feature(name, on), units(layer, count), choose(layer, unit)

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key in made) made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  function build(settings, base) { // the columns anew, where the network is another one
    const layers = byId("layers"), focused = document.activeElement?.id;
    layers.replaceChildren();
    scene.layers.forEach((layer, at) => {
      const column = element("div", {className: "layer"}, element("h3", {textContent: layer.name}));
      const isHidden = at > 0 && at < scene.layers.length - 1 && !base.fixed_model;
      column.append(isHidden ? counter(at, settings) : element("div", {className: "buttons"}, counted(layer)));
      if (at === 0 && events.hasFeatures()) column.append(element("div", {className: "features"}, ...features(settings, layer)));
      else for (let unit = 0; unit < layer.shown; unit++) column.append(button(layer, at, unit));
      if (layer.shown < layer.units) column.append(element("span", {className: "quiet", textContent: `and ${layer.units - layer.shown} more`}));
      layers.append(column);
    });
    if (focused) byId(focused)?.focus({preventScroll: true});
  }

  function counted(layer) {
    return element("span", {className: "quiet", textContent: `${layer.units} ${layer.units === 1 ? "unit" : "units"}`});
  }

  function counter(at, settings) {
    const units = settings.hidden[at - 1], name = `hidden layer ${at}`;
    const change = (id, sign, words, count) => element("button", {
      type: "button", id: `${id}_${at}`, textContent: sign, ariaLabel: `${words} in ${name}, which has ${units}`,
      disabled: count < 1 || count > events.mostUnits, onclick: () => events.units(at - 1, count),
    });
    return element("div", {className: "buttons"}, change("less", "−", "One unit less", units - 1),
      element("span", {textContent: units}), change("more", "+", "One unit more", units + 1));
  }

  function features(settings, layer) {
    const on = settings.features, known = Object.keys(FEATURES).map(name => {
      const box = element("input", {type: "checkbox", id: `feature_${name}`, checked: on.includes(name), onchange: event =>
        events.feature(name, event.target.checked)});
      if (on.length === 1 && on[0] === name) box.disabled = true;
      const canvas = element("canvas", {});
      canvas.dataset.feature = name;
      return element("label", {className: on.includes(name) ? "feature" : "feature off", title: events.nameOf(name, scene.axes)},
        element("span", {className: "name", textContent: events.nameOf(name, scene.axes)}), box, canvas);
    });
    const others = layer.names.slice(on.length).map((name, i) => {
      const canvas = element("canvas", {});
      canvas.dataset.other = on.length + i;
      return element("label", {className: "feature", title: name}, element("span", {className: "name", textContent: name}), element("span"), canvas);
    });
    return [...known, ...others];
  }

  function button(layer, at, unit) {
    const canvas = element("canvas", {}), name = at === 0 ? layer.names[unit] : `${layer.name}, unit ${unit + 1} of ${layer.units}`;
    canvas.dataset.unit = `${at} ${unit}`;
    return element("button", {type: "button", className: "unit", id: `unit_${at}_${unit}`, ariaLabel: `${name}: show its picture`,
      ariaPressed: String(isChosen(at, unit)), title: name, onclick: () => choose(at, unit)}, canvas);
  }

  const isChosen = (at, unit) => chosen !== null && chosen[0] === at && chosen[1] === unit;

  function choose(at, unit) {
    chosen = isChosen(at, unit) ? null : [at, unit];
    document.querySelectorAll(".unit").forEach(each => {
      each.ariaPressed = String(each.id === `unit_${at}_${unit}` && chosen !== null);
    });
    wires();
    tell();
    events.choose();
  }

  function paint(settings) {
    const reach = scene.low[0] >= -6.5 && scene.high[0] <= 6.5 && scene.high[0] > 3 ? 6 : 2.5;
    for (const canvas of byId("layers").querySelectorAll("canvas")) {
      const {unit, feature, other} = canvas.dataset;
      const at = unit ? unit.split(" ").map(Number) : [0, feature ? settings.features.indexOf(feature) : Number(other)];
      const text = pictures.units[at[0]]?.[at[1]];
      if (text) plane.unit(canvas, text);
      else if (feature) plane.ofFormula(canvas, feature, reach);
    }
  }

  function centers(at) { // of the pictures of a layer, left and right edges in the graph
    const outer = byId("graph").getBoundingClientRect(), column = byId("layers").children[at];
    const shown = [...column.querySelectorAll("canvas")].filter(canvas => !canvas.closest(".off"));
    const order = at === 0 ? shown.sort((a, b) => inputOf(a) - inputOf(b)) : shown;
    return order.map(canvas => {
      const box = canvas.getBoundingClientRect();
      return {left: box.left - outer.left - 4, right: box.right - outer.left + 4, y: box.top - outer.top + box.height / 2};
    });
  }

  let featuresNow = [];
  const inputOf = ({dataset}) => dataset.feature ? featuresNow.indexOf(dataset.feature) : Number(dataset.other ?? dataset.unit?.split(" ")[1]);

  function wires() {
    const svg = byId("wires");
    svg.replaceChildren();
    pictures.kernels.forEach((kernel, at) => {
      const from = centers(at), to = centers(at + 1);
      const most = Math.max(1, ...kernel.flat().map(Math.abs));
      kernel.forEach((row, i) => row.forEach((weight, j) => {
        if (!from[i] || !to[j]) return;
        const [a, b] = [from[i], to[j]], middle = (a.right + b.left) / 2;
        const near = chosen === null || (chosen[0] === at + 1 && chosen[1] === j) || (chosen[0] === at && chosen[1] === i);
        svg.append(curve.node("path", {
          d: `M${a.right} ${a.y}C${middle} ${a.y} ${middle} ${b.y} ${b.left} ${b.y}`,
          "stroke-width": (0.4 + 6 * Math.abs(weight) / Math.max(most, 2)).toFixed(2),
          class: `${weight < 0 ? "negative" : "positive"}${near ? "" : " far"}`,
        }));
      }));
    });
  }

  const HINT = "Choose a unit to see its picture large, and its weights. Blue lines are positive weights, dashed orange ones negative.";

  function tell() { // the weights of the chosen unit in words
    if (chosen === null || !pictures.units[chosen[0]]?.[chosen[1]]) {
      byId("unit").textContent = HINT;
      return;
    }
    const [at, unit] = chosen, layer = scene.layers[at], kernel = pictures.kernels[at - 1];
    if (!kernel) {
      byId("unit").textContent = `${layer.names[unit]}, an input of the network`;
      return;
    }
    const before = scene.layers[at - 1], name = i => at === 1 ? events.nameOf(before.names[i], scene.axes) : `unit ${i + 1}`;
    const weights = kernel.map((row, i) => `${name(i)} ${shownNumber(row[unit], 2)}`).join(", ");
    const bias = pictures.biases[at - 1][unit];
    byId("unit").textContent = `${layer.name}, unit ${unit + 1}: weights ${weights}${bias === undefined ? "" : `; bias ${shownNumber(bias, 2)}`}`;
  }

  function draw(view, base) {
    ({scene, pictures} = view);
    if (!scene?.layers || !pictures?.units) return;
    featuresNow = view.settings.features;
    const structure = JSON.stringify([scene.layers, view.settings.features, view.settings.hidden, view.settings.columns]);
    if (structure !== drawn) {
      drawn = structure;
      if (chosen && !(scene.layers[chosen[0]]?.shown > chosen[1])) chosen = null;
      build(view.settings, base);
    }
    paint(view.settings);
    wires();
    if (document.activeElement?.className !== "unit") tell();
  }

  addEventListener("resize", () => { if (pictures?.units) wires(); });
  return {
    draw, element,
    listen: given => { events = given; },
    repaint: settings => { if (pictures?.units) paint(settings); },
    chosen: () => chosen && pictures.units[chosen[0]]?.[chosen[1]],
    chosenName: () => chosen && (chosen[0] ? `${scene.layers[chosen[0]].name}, unit ${chosen[1] + 1}` : scene.layers[0].names[chosen[1]]),
  };
})();
