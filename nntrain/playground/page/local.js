// The engine of a page that is one file: the data, the network and the training are here.
"use strict";
const engine = (() => {
  const GRID = 96, STEP = 3, MOST_KEPT = 256, MOST_POINTS = 500, FRAME = 40; // points of the plane, and which of them a unit's picture has; epochs to go back to, milliseconds of training
  let begin = null, show = () => {}, view = {run: 0}, session = null, timer = 0;

  const isNumber = kind => kind !== null && kind.startsWith("reg_");
  const isEqual = (one, other, names) => names.every(name => JSON.stringify(one[name]) === JSON.stringify(other[name]));

  function rowsOf(settings) { // {train, validation}: rows of x, y and a label, and what the plane is
    const {base, data, settings: first} = begin;
    if (settings.kind === null) {
      const places = settings.columns ? settings.columns.map(name => base.columns.indexOf(name)) : [0, 1];
      const picked = rows => rows.map(row => [row[places[0]], row[places[1]], row.at(-1)]);
      const same = settings.held_out === first.held_out;
      const parts = same ? data.own : split([...data.own.train, ...data.own.validation], settings, data.classes.length > 0);
      return {train: picked(parts.train), validation: picked(parts.validation), classes: data.classes};
    }
    const classes = isNumber(settings.kind) ? [] : ["negative", "positive"];
    if (data[settings.kind] && isEqual(settings, first, ["size", "noise", "held_out", "data_seed"])) return {...data[settings.kind], classes};
    const random = generator(settings.data_seed * 7919 + 1);
    const every = Array.from({length: settings.size}, (_, i) => points[settings.kind](random, i, settings.size, settings.noise));
    return {...split(every, settings, classes.length > 0), classes};
  }

  function split(rows, settings, byClass) { // the same share of each class
    const order = generator(settings.data_seed + 17).shuffled(rows.length), groups = new Map();
    for (const i of order) {
      const key = byClass ? rows[i].at(-1) : 0;
      groups.set(key, [...(groups.get(key) ?? []), rows[i]]);
    }
    const train = [], validation = [];
    for (const group of groups.values()) {
      const count = Math.round(group.length * settings.held_out);
      validation.push(...group.slice(0, count));
      train.push(...group.slice(count));
    }
    return {train, validation};
  }

  function encoding(settings, train) { // a table's columns as TableEncoding makes them; points stay as they are
    if (settings.kind !== null) return {place: (x, y) => [x, y], extra: []};
    const columns = [0, 1].map(at => {
      const cells = train.map(row => row[at]), known = cells.filter(v => v !== null).sort((a, b) => a - b);
      const mean = known.reduce((a, b) => a + b, 0) / known.length, middle = (known.length - 1) / 2;
      const deviation = Math.sqrt(known.reduce((sum, v) => sum + (v - mean) ** 2, 0) / known.length);
      const isConstant = known[0] === known.at(-1);
      return {hasGaps: known.length < cells.length, mean: isConstant ? 0 : mean, factor: isConstant ? 0 : 1 / deviation,
        median: (known[Math.floor(middle)] + known[Math.ceil(middle)]) / 2};
    });
    const gaps = [0, 1].filter(at => columns[at].hasGaps);
    return {
      place: (...cells) => cells.map((v, at) => ((v ?? columns[at].median) - columns[at].mean) * columns[at].factor),
      extra: gaps,
    };
  }

  function inputsOf(settings, coded, rows) { // row by row
    const found = [];
    for (const [a, b] of rows) {
      const [x, y] = coded.place(a, b);
      for (const name of settings.features) found.push(FORMULAS[name](x, y));
      for (const at of coded.extra) found.push([a, b][at] === null ? 1 : 0);
    }
    return Float64Array.from(found);
  }

  function made(settings) { // a training of these settings, before its first epoch
    const rows = rowsOf(settings), coded = encoding(settings, rows.train), labels = part => part.map(row => row.at(-1));
    const count = rows.classes.length, output = count === 0 ? "linear" : count === 2 ? "sigmoid" : "softmax";
    const scale = count || settings.kind !== null ? [0, 1] : moments(labels(rows.train));
    const part = each => ({x: inputsOf(settings, coded, each), rows: each.length,
      y: Float64Array.from(labels(each), v => (v - scale[0]) / scale[1])});
    const sizes = [settings.features.length + coded.extra.length, ...settings.hidden, count > 2 ? count : 1];
    const random = generator(settings.seed);
    const given = begin.spread.weights[settings.seed];
    const fits = given && isEqual({sizes: given.sizes}, {sizes}, ["sizes"]) && isEqual(settings, begin.settings, ["kind", "features", "columns"]);
    const weights = fits ? given.layers : trainer.initial(sizes, random);
    const net = trainer.network({sizes, activation: settings.activation, output, weights});
    const data = {train: part(rows.train), validation: part(rows.validation)};
    const plane = corners(settings, rows);
    return {settings, rows, coded, net, data, output, scale, count, plane, kept: new Map(), every: 1, step: 0, // of the epoch that has begun
      grid: inputsOf(settings, coded, cornersGrid(plane)), training: trainer.training(net, data, settings, random, score({output, count, scale}), optionsOf(begin, settings))};
  }

  function moments(values) { // mean and deviation; a constant has the deviation 1
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return [mean, Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) || 1];
  }

  function corners(settings, rows) {
    const every = [...rows.train, ...rows.validation];
    const ends = [0, 1].map(at => every.map(row => row[at]).filter(v => v !== null)).map(v => [Math.min(...v), Math.max(...v)]);
    if (settings.kind !== null && settings.kind !== "moons") return {low: ends.map(([a]) => Math.min(a, -6)), high: ends.map(([, b]) => Math.max(b, 6))};
    const room = ends.map(([a, b]) => 0.06 * Math.max(b - a, 1e-6));
    return {low: ends.map(([a], i) => a - room[i]), high: ends.map(([, b], i) => b + room[i])};
  }

  function cornersGrid({low, high}) {
    const at = (axis, i) => low[axis] + (high[axis] - low[axis]) * i / (GRID - 1);
    return Array.from({length: GRID * GRID}, (_, i) => [at(0, i % GRID), at(1, GRID - 1 - Math.floor(i / GRID))]);
  }

  function scene({settings, rows, count, plane, coded, net}) {
    const names = [...settings.features, ...coded.extra.map(at => `no ${(settings.columns ?? ["x", "y"])[at]}`)];
    const layers = net.layers.map(({units}, at) => ({name: at === net.layers.length - 1 ? "Output" : `Layer ${at + 1}`, units, shown: units}));
    const labels = [...rows.train, ...rows.validation].map(row => row.at(-1));
    const whole = part => part.filter(row => row[0] !== null && row[1] !== null).slice(0, MOST_POINTS);
    return {
      axes: settings.columns ?? ["x", "y"], classes: rows.classes, grid: GRID, ...plane,
      targets: count ? [0, 1] : [Math.min(...labels), Math.max(...labels)],
      points: {train: whole(rows.train), validation: whole(rows.validation)},
      layers: [{name: "Inputs", units: names.length, shown: names.length, names}, ...layers],
    };
  }

  const toBytes = (values, most) => Uint8Array.from(values, v => Math.round(127.5 + 127.5 * Math.max(-1, Math.min(1, (v || 0) / most))));

  function thinned(values, units, unit, most) { // some points of the plane, of one unit
    const found = [];
    for (let r = 0; r < GRID; r += STEP) for (let c = 0; c < GRID; c += STEP) found.push(values[(r * GRID + c) * units + unit]);
    return toBytes(found, most ?? Math.max(...found.map(Math.abs), 1e-12));
  }

  function pictures({net, grid, scale, count, output}, targets) {
    const passes = net.forward(grid, GRID * GRID), p = passes.at(-1).a, ends = centred(p, output, scale, targets);
    const tables = [[grid, net.layers[0].inputs], ...passes.slice(0, -1).map(({a}, at) => [a, net.layers[at].units])];
    tables.push([ends, net.layers.at(-1).units, 1]);
    const units = tables.map(([values, many, most]) => Array.from({length: many}, (_, unit) => thinned(values, many, unit, most)));
    const kernels = net.layers.map(({kernel, inputs: rows, units: columns}) =>
      Array.from({length: rows}, (_, i) => [...kernel.subarray(i * columns, (i + 1) * columns)]));
    return {units, kernels, biases: net.layers.map(({bias}) => [...bias]), plane: predicted(p, ends, output, count)};
  }

  function centred(p, output, scale, [low, high]) { // so that -1 and 1 are the ends: of probabilities, or of the targets
    if (output !== "linear") return p.map(v => 2 * v - 1);
    const middle = low < 0 && high > 0 ? 0 : (low + high) / 2, reach = low < 0 && high > 0 ? Math.max(-low, high) : (high - low) / 2;
    return p.map(v => (v * scale[1] + scale[0] - middle) / Math.max(reach, 1e-12));
  }

  function predicted(p, ends, output, count) {
    if (output !== "softmax") return {value: toBytes(ends, 1)};
    const found = new Uint8Array(GRID * GRID), sure = new Uint8Array(GRID * GRID);
    for (let i = 0; i < found.length; i++) {
      const scores = p.subarray(i * count, (i + 1) * count), best = Math.max(...scores);
      found[i] = scores.indexOf(best);
      sure[i] = Math.round(255 * (best - 1 / count) / (1 - 1 / count));
    }
    return {class: found, sure};
  }

  function score({output, count, scale}) { // what is right, or how far from it, summed
    return (p, labels) => {
      let sum = 0;
      for (let r = 0; r < labels.length; r++) {
        if (output === "linear") sum += Math.abs(p[r] - labels[r]) * scale[1];
        else if (output === "sigmoid") sum += Number((p[r] > 0.5) === (labels[r] === 1));
        else {
          const scores = [...p.subarray(r * count, (r + 1) * count)];
          sum += Number(scores.indexOf(Math.max(...scores)) === labels[r]);
        }
      }
      return sum;
    };
  }

  function keep() {
    const {kept, net} = session;
    if (view.epoch % session.every === 0) kept.set(view.epoch, net.layers.map(({kernel, bias}) => [kernel.slice(), bias.slice()]));
    if (kept.size <= MOST_KEPT) return;
    session.every *= 2;
    for (const epoch of [...kept.keys()]) if (epoch % session.every) kept.delete(epoch);
  }

  function publish(changes) {
    view = {...view, ...changes};
    show(view);
  }

  const draw = changes => publish({...changes, shown: view.epoch, step: session.step, pictures: pictures(session, view.scene.targets)});

  function restart(settings) {
    const isRunning = view.status === "running";
    clearTimeout(timer);
    session = made(settings);
    const metrics = session.count ? "accuracy" : "mean_absolute_error";
    view = {run: view.run + 1, status: "paused", message: "", help: "", epoch: 0, shown: 0, step: 0, rows: [], inside: [], settings,
      steps: Math.ceil(session.data.train.rows / Math.min(settings.batch_size, session.data.train.rows)),
      metrics: ["loss", "val_loss", metrics, `val_${metrics}`], scene: scene(session)};
    keep();
    draw({});
    if (isRunning) goOn();
  }

  function update() { // one step, of an epoch that begins where none has
    const {settings, training, data} = session;
    if (session.step === 0) training.begin(epochOrder(settings.seed, view.epoch + 1, data.train.rows));
    training.step();
    session.step = (session.step + 1) % view.steps;
  }

  function step() { // return whether the training may go on
    update();
    return session.step > 0 ? add("inside", view.epoch + session.step / view.steps) : ended();
  }

  function epoch() { // train the rest of one; return whether the training may go on
    do update(); while (session.step > 0);
    return ended();
  }

  function ended() {
    if (!add("rows", view.epoch + 1)) return false;
    view = {...view, epoch: view.epoch + 1, inside: []};
    keep();
    return true;
  }

  function add(name, number) { // a row of an epoch, or of a step inside one; return whether it is finite
    const row = session.training.row();
    if (session.training.isFinite() && row.slice(0, 2).every(Number.isFinite)) {
      view = {...view, [name]: [...view[name], [number, ...row]]};
      return true;
    }
    publish({status: "failed", message: `the training diverged in epoch ${view.epoch + 1}: the loss is not finite`, help: "lower the learning rate"});
    return false;
  }

  function once(train) {
    if (view.status === "running") pause();
    else if (train()) draw({status: "paused"});
  }

  function goOn() {
    view = {...view, status: "running"};
    const work = () => {
      for (const end = performance.now() + FRAME; performance.now() < end;) if (!epoch()) return;
      draw({});
      timer = setTimeout(work, 10);
    };
    work();
  }

  function pause() {
    clearTimeout(timer);
    draw({status: "paused"});
  }

  function look(wanted) {
    clearTimeout(timer);
    const {net, kept} = session, now = net.layers.map(({kernel, bias}) => [kernel.slice(), bias.slice()]);
    const found = wanted >= view.epoch ? view.epoch : Math.max(...[...kept.keys()].filter(each => each <= wanted));
    const put = weights => weights.forEach(([kernel, bias], at) => {
      net.layers[at].kernel.set(kernel);
      net.layers[at].bias.set(bias);
    });
    if (found < view.epoch) put(kept.get(found));
    publish({status: "paused", shown: found, step: found < view.epoch ? 0 : session.step, pictures: pictures(session, view.scene.targets)});
    put(now);
  }

  return {
    about: "Trained by JavaScript in this page: nothing leaves your computer.",
    yaml_about: "With this config nntrain fit trains the same network.",
    start(given, first) {
      [show, begin] = [given, first];
      restart(begin.settings);
    },
    goOn, pause, look, restart,
    step: () => once(step),
    epoch: () => once(epoch),
    yaml: async (epochs, step) => yamlOf(begin, view.settings, Math.max(1, epochs), step && epochs * view.steps + step),
    compared: () => compared(begin, view),
  };
})();
