// The controls: what they show of the settings, and what the settings become when one is changed.
"use strict";
const controls = (() => {
  const byId = id => document.getElementById(id);
  const RATES = [0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
  const CHOICES = {
    learning_rate: RATES, regularization: [0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    dropout: [0, 0.1, 0.2, 0.3, 0.4, 0.5], batch_size: [1, 2, 5, 10, 16, 20, 30, 32, 64, 128, 256],
    momentum: [0, 0.5, 0.8, 0.9, 0.95, 0.99],
  };
  const NUMBERS = new Set([...Object.keys(CHOICES), "seed", "noise", "size"]);
  let settings = null, base = null, most = null, withMomentum = [], change = () => {};

  function fill(select, values, value) { // the options of a select, with the present value among them
    const known = [...new Set([...values, value])];
    if (typeof value === "number") known.sort((a, b) => a - b);
    if ([...select.options].map(option => option.value).join() !== known.join()) {
      select.replaceChildren(...known.map(each => new Option(named(select.name, each), each)));
    }
    select.value = value;
  }

  const named = (name, value) => name === "batch_size" && value >= 100000 ? "all" : String(value);

  function begin({base: given, settings: first, activations, optimizers, with_momentum, most: limits}, onChange) {
    [base, settings, most, withMomentum, change] = [given, first, limits, with_momentum, onChange];
    CHOICES.activation = activations;
    CHOICES.optimizer = optimizers;
    kinds();
    for (const name of ["x", "y"]) {
      document.querySelector(`[name=${name}]`).replaceChildren(...base.columns.map(column => new Option(column, column)));
    }
    byId("columns").addEventListener("change", columns);
    byId("settings").addEventListener("submit", event => event.preventDefault());
    byId("settings").addEventListener("change", ({target}) => changed(target));
    for (const name of ["noise", "size", "share"]) {
      const input = document.querySelector(`[name=${name}]`);
      input.addEventListener("input", () => { outputs(); });
      input.addEventListener("change", () => changed(input));
    }
    byId("others").addEventListener("click", () => set({data_seed: settings.data_seed + 1}));
    byId("fewer").addEventListener("click", () => set({hidden: settings.hidden.slice(0, -1)}));
    byId("more").addEventListener("click", () => set({hidden: [...settings.hidden, settings.hidden.at(-1) ?? 4]}));
    graph.listen({
      mostUnits: most.units,
      hasFeatures: () => settings.kind !== null || base.featured,
      nameOf: (name, axes) => settings.kind === null && base.featured ? ofColumns(name, axes) : FEATURES[name] ?? name,
      feature: (name, on) => set({features: Object.keys(FEATURES).filter(each => each === name ? on : settings.features.includes(each))}),
      units: (at, count) => set({hidden: settings.hidden.map((units, i) => i === at ? count : units)}),
      choose: () => dispatchEvent(new Event("chosen")),
    });
    for (const part of document.querySelectorAll(".of_model")) part.hidden = base.fixed_model;
    byId("for_learning_rate").hidden = byId("for_optimizer").hidden = base.scheduled;
    show(settings);
  }

  function ofColumns(name, [x, y]) { // a feature of two columns of a table: `age²`
    return {x, y, x2: `${x}²`, y2: `${y}²`, xy: `${x}·${y}`, sin_x: `sin ${x}`, sin_y: `sin ${y}`}[name] ?? name;
  }

  function kinds() {
    const field = byId("kinds"), own = base.name ? [[null, base.name]] : [];
    const known = base.fixed_model ? own : [...own, ...Object.entries(KINDS)];
    if (settings.kind === "moons") known.push(["moons", "Moons"]);
    field.append(...known.map(([kind, name]) => {
      const input = graph.element("input", {type: "radio", name: "kind", value: kind ?? "", onchange: () => choose(kind)});
      const label = graph.element("label", {className: kind && points[kind] ? "kind" : "kind own"}, input);
      if (kind && points[kind]) label.append(graph.element("canvas", {}));
      label.append(graph.element("span", {textContent: name}));
      label.dataset.kind = kind ?? "";
      return label;
    }));
    thumbnails();
  }

  function thumbnails() {
    for (const canvas of byId("kinds").querySelectorAll("canvas")) {
      const kind = canvas.parentElement.dataset.kind, size = 96, random = generator(1), context = canvas.getContext("2d");
      canvas.width = canvas.height = size;
      context.fillStyle = colors.css(colors.rgb("--middle"));
      context.fillRect(0, 0, size, size);
      for (let i = 0; i < 160; i++) {
        const [x, y, label] = points[kind](random, i, 160, 0);
        const share = kind.startsWith("reg_") ? label : 2 * label - 1;
        context.fillStyle = colors.css(colors.diverging(share));
        context.beginPath();
        const [a, b] = kind === "moons" ? [(x - 0.5) / 1.8, (y - 0.25) / 1.8] : [x / 6.4, y / 6.4];
        context.arc((a + 1) * size / 2, (1 - b) * size / 2, 3.4, 0, 2 * Math.PI);
        context.fill();
      }
    }
  }

  function choose(kind) {
    set({kind, columns: kind === null ? columnsNow() : null});
  }

  let lastColumns = null;
  const columnsNow = () => lastColumns ?? (base.columns.length ? base.columns.slice(0, 2) : null);

  function columns({target}) { // x and y; choosing the one for the other swaps them
    const [x, y] = ["x", "y"].map(name => document.querySelector(`[name=${name}]`).value), before = settings.columns;
    lastColumns = x !== y ? [x, y] : target.name === "x" ? [x, before[0]] : [before[1], y];
    set({columns: lastColumns});
  }

  function changed(input) {
    if (!input.checkValidity()) {
      input.reportValidity();
      return;
    }
    if (input.name === "share") set({held_out: Number((1 - input.value / 100).toFixed(2))});
    else if (input.value !== "") set({[input.name]: NUMBERS.has(input.name) ? Number(input.value) : input.value});
  }

  function set(values) {
    settings = {...settings, ...values};
    show(settings);
    change(settings);
  }

  function outputs() {
    for (const name of ["noise", "size", "share"]) {
      byId(`${name}_now`).textContent = document.querySelector(`[name=${name}]`).value + (name === "share" ? " %" : "");
    }
  }

  function show(given) {
    settings = given;
    lastColumns = settings.columns ?? lastColumns;
    for (const [name, values] of Object.entries(CHOICES)) fill(document.querySelector(`#settings [name=${name}]`), values, settings[name]);
    for (const name of ["seed", "regularizer", "noise", "size"]) document.querySelector(`[name=${name}]`).value = settings[name];
    byId("for_momentum").hidden = base.scheduled || !withMomentum.includes(settings.optimizer);
    document.querySelector("[name=regularization]").disabled = settings.regularizer === "none";
    document.querySelector("[name=share]").value = Math.round(100 * (1 - settings.held_out));
    for (const input of byId("kinds").querySelectorAll("input")) input.checked = input.value === (settings.kind ?? "");
    for (const part of document.querySelectorAll(".of_points")) part.hidden = settings.kind === null;
    for (const part of document.querySelectorAll(".of_split")) part.hidden = base.fixed_split;
    byId("columns").hidden = settings.kind !== null || base.columns.length === 0;
    (settings.columns ?? []).forEach((column, i) => { document.querySelector(`[name=${"xy"[i]}]`).value = column; });
    const depth = settings.hidden.length;
    byId("depth").textContent = `${depth} hidden ${depth === 1 ? "layer" : "layers"}`;
    byId("fewer").disabled = depth === 0;
    byId("more").disabled = depth >= most.layers;
    outputs();
  }

  addEventListener("colors", thumbnails);
  return {begin, show, now: () => settings};
})();
