// A trained network of nntrain, one row at a time, in plain JavaScript: no library, no network, no server.
"use strict";
const nntrain = (() => {
  const round = Math.fround; // to float32, as the trained model computes
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  function numbers(base64) { // little-endian float32
    const bytes = new Uint8Array(base64.length * 3 / 4 | 0), place = new Uint8Array(128);
    for (let i = 0; i < 64; i++) place[ALPHABET.charCodeAt(i)] = i;
    for (let i = 0, at = 0; i < base64.length; i += 4) {
      const four = [0, 1, 2, 3].reduce((bits, k) => bits << 6 | place[base64.charCodeAt(i + k) & 127], 0);
      bytes[at++] = four >> 16; bytes[at++] = four >> 8; bytes[at++] = four;
    }
    const view = new DataView(bytes.buffer), found = new Float32Array(bytes.length >> 2);
    for (let i = 0; i < found.length; i++) found[i] = view.getFloat32(4 * i, true);
    return found;
  }

  function erf(x) { // 2/√π e^(-x²) Σ 2^n x^(2n+1) / (2n+1)!!: every term has the sign of x
    if (Math.abs(x) > 6) return Math.sign(x);
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  function erfinv(t) { // Winitzki's approximation, made exact by Halley's steps
    if (t === 0) return 0;
    const log = Math.log1p(-t * t), a = 0.147, b = 2 / (Math.PI * a) + log / 2;
    let x = Math.sign(t) * Math.sqrt(Math.sqrt(b * b - log / a) - b);
    for (let step = 0; step < 4; step++) {
      const off = (erf(x) - t) / (2 / Math.sqrt(Math.PI) * Math.exp(-x * x));
      x -= off / (1 + x * off);
    }
    return x;
  }

  const sigmoid = x => 1 / (1 + Math.exp(-x));
  const softplus = x => x > 30 ? x : Math.log1p(Math.exp(x));
  const SCALE = 1.0507009873554805, ALPHA = 1.6732632423543772; // of selu
  const functions = {
    linear: x => x,
    relu: x => Math.max(0, x),
    relu6: x => Math.min(Math.max(0, x), 6),
    leaky_relu: (x, o) => x > 0 ? x : (o.slope ?? 0.2) * x,
    relu_of: (x, o) => x >= (o.most ?? Infinity) ? o.most : x >= o.threshold ? x : o.slope * (x - o.threshold),
    elu: (x, o) => x > 0 ? x : (o.alpha ?? 1) * Math.expm1(x),
    selu: x => SCALE * (x > 0 ? x : ALPHA * Math.expm1(x)),
    gelu: x => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    silu: x => x * sigmoid(x),
    mish: x => x * Math.tanh(softplus(x)),
    sigmoid,
    hard_sigmoid: x => Math.min(Math.max(0, x + 3), 6) / 6,
    tanh: Math.tanh,
    softplus,
    softsign: x => x / (1 + Math.abs(x)),
    exponential: Math.exp,
    step: x => x >= 0 ? 1 : 0,
  };

  const tensor = (shape, data) => ({shape, data: data ?? new Float64Array(shape.reduce((a, b) => a * b, 1))});
  const map = (x, f) => tensor(x.shape, x.data.map(f));

  function softmax(x, log) { // over the last axis
    const width = x.shape[x.shape.length - 1], y = tensor(x.shape);
    for (let at = 0; at < x.data.length; at += width) {
      const part = x.data.subarray(at, at + width), most = Math.max(...part);
      const total = part.reduce((sum, v) => sum + Math.exp(v - most), 0);
      part.forEach((v, i) => { y.data[at + i] = log ? v - most - Math.log(total) : Math.exp(v - most) / total; });
    }
    return y;
  }

  function activated(x, o) {
    if (o.name === "softmax" || o.name === "log_softmax") return softmax(x, o.name === "log_softmax");
    return map(x, v => functions[o.name](v, o));
  }

  function window(size, o, axis) { // how many places a window has along an axis, and where the first begins
    const reach = (o.size[axis] - 1) * (o.dilation?.[axis] ?? 1) + 1, stride = o.strides[axis];
    if (o.padding === "valid") return [Math.floor((size - reach) / stride) + 1, 0];
    const places = Math.ceil(size / stride);
    return [places, -Math.floor(Math.max((places - 1) * stride + reach - size, 0) / 2)];
  }

  function slide(x, o, channels, begin, add, end) { // calls them for every place of a window and for all in it
    const [height, width, depth] = x.shape;
    const [rows, top] = window(height, o, 0), [columns, left] = window(width, o, 1);
    const y = tensor([rows, columns, channels]), [down, across] = o.dilation ?? [1, 1];
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
      const at = (r * columns + c) * channels, out = y.data.subarray(at, at + channels);
      begin(out);
      let count = 0;
      for (let i = 0; i < o.size[0]; i++) for (let j = 0; j < o.size[1]; j++) {
        const row = r * o.strides[0] + top + i * down, column = c * o.strides[1] + left + j * across;
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        count++;
        add(out, (row * width + column) * depth, i * o.size[1] + j);
      }
      end?.(out, count);
    }
    return y;
  }

  function run(network, x) {
    return network.reduce((x, o) => layers[o.op](x, o), x);
  }

  function meanOf(outputs, logits) { // of probabilities or numbers; of logits, the logit of the mean probability
    const mean = tensor(outputs[0].shape), single = mean.data.length === 1;
    for (const x of outputs) {
      const y = !logits ? x : single ? map(x, sigmoid) : softmax(x, false);
      y.data.forEach((v, i) => { mean.data[i] += v / outputs.length; });
    }
    return !logits ? mean : map(mean, p => single ? Math.log(p) - Math.log1p(-p) : Math.log(p));
  }

  const layers = {
    activation: activated,
    ensemble: (x, o) => meanOf(o.members.map(member => run(member, x)), o.logits),
    center: (x, o) => map(x, (v, i) => {
      const at = w => w[i % w.length];
      return (v - (o.mean ? at(o.mean) : 0)) * (o.factor ? at(o.factor) : 1) + (o.offset ? at(o.offset) : 0);
    }),
    dense(x, o) {
      const width = x.shape[x.shape.length - 1], rows = x.data.length / width;
      const y = tensor([...x.shape.slice(0, -1), o.units]);
      for (let r = 0; r < rows; r++) {
        const out = y.data.subarray(r * o.units, (r + 1) * o.units);
        if (o.bias) out.set(o.bias);
        for (let i = 0; i < width; i++) {
          const v = x.data[r * width + i];
          if (v !== 0) for (let u = 0; u < o.units; u++) out[u] += v * o.kernel[i * o.units + u];
        }
      }
      return y;
    },
    conv(x, o) {
      const depth = x.shape[2], each = depth / o.groups, filters = o.filters / o.groups;
      return slide(x, o, o.filters, out => { if (o.bias) out.set(o.bias); }, (out, at, k) => {
        for (let g = 0; g < o.groups; g++) for (let i = 0; i < each; i++) {
          const v = x.data[at + g * each + i], from = (k * each + i) * o.filters + g * filters;
          if (v !== 0) for (let f = 0; f < filters; f++) out[g * filters + f] += v * o.kernel[from + f];
        }
      });
    },
    depthwise(x, o) {
      const depth = x.shape[2], many = o.multiplier;
      return slide(x, o, depth * many, out => { if (o.bias) out.set(o.bias); }, (out, at, k) => {
        for (let i = 0; i < depth * many; i++) out[i] += x.data[at + (i / many | 0)] * o.kernel[k * depth * many + i];
      });
    },
    pool(x, o) {
      const depth = x.shape[2];
      if (o.max) return slide(x, o, depth, out => out.fill(-Infinity), (out, at) => {
        for (let i = 0; i < depth; i++) out[i] = Math.max(out[i], x.data[at + i]);
      });
      return slide(x, o, depth, () => {}, (out, at) => {
        for (let i = 0; i < depth; i++) out[i] += x.data[at + i];
      }, (out, count) => out.forEach((v, i) => { out[i] = v / count; }));
    },
    everywhere(x, o) { // the largest or the mean of each channel
      const depth = x.shape[2], y = tensor(o.shape), places = x.data.length / depth;
      y.data.fill(o.max ? -Infinity : 0);
      x.data.forEach((v, i) => { y.data[i % depth] = o.max ? Math.max(y.data[i % depth], v) : y.data[i % depth] + v; });
      return o.max ? y : map(y, v => v / places);
    },
    cut(x, o) { // rows and columns added around the image, or taken from it where `top` or `left` is negative
      const [height, width, depth] = x.shape, y = tensor([o.height, o.width, depth]);
      for (let r = 0; r < height; r++) for (let c = 0; c < width; c++) {
        const row = r + o.top, column = c + o.left;
        if (row < 0 || row >= o.height || column < 0 || column >= o.width) continue;
        const at = (r * width + c) * depth;
        y.data.set(x.data.subarray(at, at + depth), (row * o.width + column) * depth);
      }
      return y;
    },
    reshape: (x, o) => tensor(o.shape, x.data),
    standardize(x, o) { // LayerNormalization over the last axis
      const y = tensor(x.shape);
      for (let at = 0; at < x.data.length; at += o.width) {
        const part = x.data.subarray(at, at + o.width), mean = part.reduce((a, b) => a + b, 0) / o.width;
        const variance = part.reduce((sum, v) => sum + (v - mean) ** 2, 0) / o.width;
        part.forEach((v, i) => { y.data[at + i] = (v - mean) / Math.sqrt(variance + o.epsilon); });
      }
      return y;
    },
    prelu: (x, o) => map(x, (v, i) => v > 0 ? v : o.alpha[i % o.alpha.length] * v),
    parametric(x, o) {
      const y = activated(x, o);
      return map(x, (v, i) => v + o.alpha[i % o.alpha.length] * (y.data[i] - v));
    },
    loglink(x, o) {
      const width = o.mean.length;
      return map(x, (v, i) => {
        const end = o.end[i % width];
        return o.mean[i % width] * Math.exp(Math.min(v, end)) * (1 + Math.max(0, v - end));
      });
    },
    periodic(x, o) { // waves of the first columns; the others follow as they are
      const found = [];
      for (let c = 0; c < o.columns; c++) {
        const waves = [], many = o.frequencies;
        for (let k = 0; k < many; k++) {
          const angle = 2 * Math.PI * x.data[c] * o.frequency[c * many + k];
          waves.push(o.plr ? Math.sin(angle) : Math.cos(angle + o.phase[c * many + k]));
        }
        if (o.plr) for (let k = 0; k < many; k++) waves.push(Math.cos(2 * Math.PI * x.data[c] * o.frequency[c * many + k]));
        for (let u = 0; u < o.outputs; u++) {
          let sum = o.bias[c * o.outputs + u];
          waves.forEach((v, k) => { sum += v * o.kernel[(c * waves.length + k) * o.outputs + u]; });
          found.push(o.plr ? Math.max(0, sum) : sum);
        }
        if (!o.plr) found.push(x.data[c]);
      }
      found.push(...x.data.subarray(o.columns));
      return tensor([found.length], Float64Array.from(found));
    },
    plane(x, o) { // features of the first two numbers
      const [a, b] = x.data, of = {x: a, y: b, xy: a * b, x2: a * a, y2: b * b, sin_x: Math.sin(a), sin_y: Math.sin(b)};
      return tensor([o.features.length + x.data.length - 2],
        Float64Array.from([...o.features.map(name => of[name]), ...x.data.subarray(2)]));
    },
    table(x, o) { // TableEncoding
      const found = o.numbers.map((place, i) => {
        const v = Number.isNaN(x.data[place]) ? o.fill[i] : x.data[place];
        if (o.scaling === "quantile") return ranked(v, o, i) * o.factor[i];
        const scaled = (v - o.center[i]) * o.factor[i];
        return o.scaling === "robust" ? scaled / Math.sqrt(1 + (scaled / 3) ** 2) : scaled;
      });
      o.indicators.forEach(place => found.push(Number.isNaN(x.data[place]) ? 1 : 0));
      for (const {place, seen} of o.pairs) {
        const code = x.data[place];
        found.push(code === 1 ? seen[1] : code === 0 ? -seen[0] : 0);
      }
      for (const {place, seen} of o.expanded) seen.forEach((weight, code) => found.push(x.data[place] === code ? weight : 0));
      for (const {place, seen, first, missing, unseen} of o.embedded) {
        const code = x.data[place];
        const row = Number.isNaN(code) && missing >= 0 ? missing : seen[code] > 0 ? first + code : unseen;
        found.push(...o.embeddings.subarray(row * o.dimension, (row + 1) * o.dimension));
      }
      return tensor([found.length], Float64Array.from(found));
    },
  };

  function ranked(x, o, column) { // the share of the training values below x, computed in float32 as in training
    const last = o.levels - 1, at = k => o.quantiles[column * o.levels + k];
    const share = passed => {
      let low = 0;
      for (let step = last / 2; step >= 1; step /= 2) if (passed(at(low + step), x)) low += step;
      const start = at(low), end = at(Math.min(low + 1, last));
      const part = round(round(x - start) / (end > start ? round(end - start) : 1));
      return round(low + Math.min(Math.max(part, 0), 1)) / last;
    };
    const both = round(share((q, v) => q <= v) + share((q, v) => q < v)) / 2;
    if (!o.normal) return both;
    const inside = Math.min(Math.max(both, round(o.nearest)), round(1 - o.nearest));
    return erfinv(round(round(2 * inside) - 1)) * Math.SQRT2;
  }

  const DIRECTIVES = {Y: "\\d{4}", y: "\\d{2}", m: "\\d{1,2}", d: "\\d{1,2}", H: "\\d{1,2}", M: "\\d{1,2}", S: "\\d{1,2}",
    f: "\\d{1,9}", b: "[a-z]{3}", B: "[a-z]+"};
  const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

  function date(text, format, parts) { // the numbers of a date; throws for what is none
    const names = [];
    const pattern = format.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/%(.)/g, (_, name) => {
      names.push(name);
      return `(${DIRECTIVES[name]})`;
    });
    const found = new RegExp(`^${pattern}$`, "i").exec(text);
    if (!found) throw new Error(`“${text}” is no date`);
    const get = name => names.includes(name) ? found[1 + names.indexOf(name)] : undefined;
    const short = Number(get("y") ?? 0);
    const year = Number(get("Y") ?? short + (short < 69 ? 2000 : 1900));
    const named = (get("b") ?? get("B") ?? "").slice(0, 3).toLowerCase();
    const month = named ? MONTHS.indexOf(named) + 1 : Number(get("m") ?? 1), day = Number(get("d") ?? 1);
    const whole = new Date(Date.UTC(2000, month - 1, day));
    whole.setUTCFullYear(year, month - 1, day);
    const hour = Number(get("H") ?? 0);
    if (whole.getUTCMonth() !== month - 1 || whole.getUTCDate() !== day || hour > 23) throw new Error(`“${text}” is no date`);
    const values = {year, month, weekday: (whole.getUTCDay() + 6) % 7, hour};
    const cycles = {month: [1, 12], weekday: [0, 7], hour: [0, 24]};
    return parts.map(part => {
      const [name, wave] = part.split("_");
      if (!wave) return values[name];
      const angle = 2 * Math.PI * (values[name] - cycles[name][0]) / cycles[name][1];
      return wave === "sin" ? Math.sin(angle) : Math.cos(angle);
    });
  }

  function number(text, decimal) {
    const plain = decimal === "." ? text : text.replace(/\./g, "_").replace(decimal, ".");
    const found = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? round(Number(plain)) : NaN;
    if (!Number.isFinite(found)) throw new Error(`“${text}” is no number`);
    return found;
  }

  function written(text, style) { // the number of a cell such as $1,234.50; its expression is one of Python
    const plain = text.replace(/[\u00a0\u2007\u202f]/g, " ").replace(/[\u2212\u2013]/g, "-").replace(/\u2019/g, "'");
    const found = new RegExp(`^(?:${style.cell.replaceAll("(?P<", "(?<")})$`).exec(plain);
    if (found === null) throw new Error(`“${text}” is no number as the other rows have it`);
    const digits = style.thousands ? found.groups.digits.replaceAll(style.thousands, "") : found.groups.digits;
    const sign = [found.groups.first, found.groups.second].includes("-") ? "-" : "";
    return number(sign + digits.replace(style.decimal, "."), ".");
  }

  function encoded(column, cell, table) { // the numbers that the model takes for the text of a cell
    const text = cell.trim();
    const empty = text === "" || table.missing.includes(text);
    if (column.kind === "date") {
      return empty ? column.parts.map(() => NaN) : date(text, column.format, column.parts).map(round);
    }
    if (empty) return [NaN];
    if (column.kind === "numeric") return [column.style ? written(text, column.style) : number(text, table.decimal)];
    const place = column.categories.indexOf(column.kind === "boolean" ? text.toLowerCase() : text);
    return [place < 0 && column.kind === "boolean" ? NaN : place];
  }

  function load(page, weights) {
    const all = numbers(weights);
    const filled = value => Array.isArray(value) ? value.map(filled)
      : value === null || typeof value !== "object" ? value
      : "at" in value ? all.subarray(value.at, value.at + value.size)
      : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]));
    const network = page.layers.map(filled), {output, table, classes} = page.schema;
    const outputs = row => run(network, tensor(page.schema.input.shape, Float64Array.from(row, round))).data;
    const scores = row => {
      let found = outputs(row);
      if (output.activation === "sigmoid") found = found.map(sigmoid);
      if (output.activation === "softmax") found = softmax(tensor([found.length], found), false).data;
      return "mirror" in output ? [output.mirror - found[0], found[0]] : Array.from(found);
    };
    const predict = row => {
      const found = scores(row);
      let best = found.indexOf(Math.max(...found));
      if ("mirror" in output) best = found[1] > output.threshold ? 1 : 0;
      return {scores: found, best: classes.length ? best : -1};
    };
    const row = cells => table.columns.flatMap((column, i) => encoded(column, cells[i], table));
    return {predict, row};
  }

  return {load};
})();
