// The settings as a config of nntrain, and how the loss compares with that of `nntrain fit`.
"use strict";
function yamlOf(begin, settings, epochs, steps) { // steps: of all epochs, where the last is not complete, else 0
  const {base} = begin;
  const plain = /^[A-Za-z_][\w./-]*( [\w./-]+)*$/, reserved = /^(true|false|null|yes|no|on|off)$/i;
  const text = value => {
    if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
    if (value !== null && typeof value === "object") {
      return `{${Object.entries(value).map(([key, inner]) => `${text(key)}: ${text(inner)}`).join(", ")}}`;
    }
    if (typeof value !== "string") return String(value);
    return plain.test(value) && !reserved.test(value) ? value : /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(value) ? JSON.stringify(value) : `'${value.replace(/'/g, "''")}'`;
  };
  const split = {validation: settings.held_out}, rate = settings.regularization;
  const penalty = settings.regularizer !== "none" && rate > 0 ? {kernel_regularizer: {[settings.regularizer]: rate}} : {};
  let data = {toy_2d: {kind: settings.kind, size: settings.size, noise: settings.noise, data_seed: settings.data_seed, features: settings.features, test: "none", ...base.points, ...split}};
  if (settings.kind === null) {
    const [[source, kept]] = Object.entries(base.data), [x, y] = settings.columns ?? [];
    const columns = settings.columns ? {columns: {[x]: "numeric", [y]: "numeric", "...": "drop"}} : {};
    data = {[source]: {...kept, ...split, ...columns, ...(base.featured ? {features: settings.features} : {})}};
  }
  const hidden = settings.hidden.flatMap(units => [
    {Dense: {units, activation: settings.activation, ...penalty}}, ...(settings.dropout ? [{Dropout: settings.dropout}] : [])]);
  const sigmoid = settings.kind?.startsWith("reg_") ? {} : {activation: "sigmoid"};
  const [first, ...rest] = settings.kind === null ? base.outputs : [{Dense: {units: 1, ...sigmoid}}];
  const output = [{Dense: {...first.Dense, ...penalty}}, ...rest];
  const train = {...(steps ? {steps} : {epochs}), batch_size: settings.batch_size, save: "last", optimizer: {[settings.optimizer]: {learning_rate: settings.learning_rate, ...optionsOf(begin, settings)}}};
  const item = value => typeof value === "string" ? value : text(value).slice(1, -1);
  const [[source, options]] = Object.entries(data), line = `  ${item(data)}`;
  const each = Object.entries(options).map(([key, value]) => `    ${item({[key]: value})}`);
  const lines = line.length <= 116 ? [line] : [`  ${source}:`, ...each];
  return [
    "# nntrain fit playground.yaml", `# The network of the playground after ${steps ? counted(steps, "step") : counted(epochs, "epoch")}.`,
    `seed: ${settings.seed}`, "data:", ...lines, "model:", ...[...hidden, ...output].map(layer => `  - ${item(layer)}`),
    "train:", ...Object.entries(train).map(([key, value]) => `  ${key}: ${text(value)}`), "",
  ].join("\n");
}

// The options of the optimizer beside the learning rate: its momentum, and what the config says where it is the same.
function optionsOf({base: {optimizer: [name, options]}, with_momentum}, settings) {
  const {nesterov, ...more} = name === settings.optimizer ? options : {};
  if (!with_momentum.includes(settings.optimizer) || settings.momentum === 0) return more;
  return {momentum: settings.momentum, ...(nesterov === undefined ? {} : {nesterov}), ...more};
}

const counted = (count, thing) => `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;

function compared({spread, settings: first}, view) { // in words, for the settings that the page begins with
  const {epochs, seeds, losses, val_losses} = spread, row = view.rows?.[epochs - 1];
  const range = values => `${shownNumber(Math.min(...values), 4)} to ${shownNumber(Math.max(...values), 4)}`;
  const told = `With the settings that this page begins with, nntrain fit (seeds ${seeds[0]} to ${seeds.at(-1)}) ends after ${epochs} epochs with a training loss of ${range(losses)} and a validation loss of ${range(val_losses)}.`;
  const others = ({seed, ...rest}) => JSON.stringify(rest);
  if (others(view.settings) !== others(first)) return told;
  if (!row) return `${told} Train ${epochs} epochs here to compare.`;
  const isWithin = (value, values) => value >= 0.99 * Math.min(...values) && value <= 1.01 * Math.max(...values);
  const said = isWithin(row[1], losses) && isWithin(row[2], val_losses) ? "both within 1 % of these ranges" : "not both within these ranges";
  return `${told} Here it ends with ${shownNumber(row[1], 4)} and ${shownNumber(row[2], 4)}: ${said}.`;
}
