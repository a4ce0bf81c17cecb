// A small dense network and its training in plain JavaScript, with the formulas of Keras.
"use strict";
const trainer = (() => {
  const sigmoid = z => 1 / (1 + Math.exp(-z)), CLOSEST = 1e-7; // Keras's epsilon, to which probabilities are clipped
  const SCALE = 1.05070098, ALPHA = 1.67326324; // of selu (Klambauer et al. 2017, https://arxiv.org/abs/1706.02515), as Keras has them
  const ACTIVATIONS = { // the value at z, and the slope there, given both
    tanh: [Math.tanh, (z, a) => 1 - a * a],
    relu: [z => Math.max(0, z), z => z > 0 ? 1 : 0],
    sigmoid: [sigmoid, (z, a) => a * (1 - a)],
    linear: [z => z, () => 1],
    elu: [z => z > 0 ? z : Math.expm1(z), (z, a) => z > 0 ? 1 : a + 1],
    silu: [z => z * sigmoid(z), (z, a) => sigmoid(z) * (1 + z - a)],
    selu: [z => SCALE * (z > 0 ? z : ALPHA * Math.expm1(z)), (z, a) => z > 0 ? SCALE : a + SCALE * ALPHA],
    softplus: [z => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), z => sigmoid(z)],
    softsign: [z => z / (1 + Math.abs(z)), z => 1 / (1 + Math.abs(z)) ** 2],
    leaky_relu: [z => z > 0 ? z : 0.2 * z, z => z > 0 ? 1 : 0.2],
  };
  const zeros = count => new Float64Array(count);

  const OPTIMIZERS = { // each updates a weight `w` by its gradient `g`, with two numbers of state for it, at step t
    SGD: ({momentum = 0, nesterov = false}) => (w, g, [m], i, rate) => {
      m[i] = momentum * m[i] - rate * g;
      w[i] += nesterov && momentum > 0 ? momentum * m[i] - rate * g : m[i];
    },
    Adam: ({beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7}) => (w, g, [m, v], i, rate, t) => {
      m[i] += (g - m[i]) * (1 - beta_1);
      v[i] += (g * g - v[i]) * (1 - beta_2);
      w[i] -= rate * Math.sqrt(1 - beta_2 ** t) / (1 - beta_1 ** t) * m[i] / (Math.sqrt(v[i]) + epsilon);
    },
    RMSprop: ({rho = 0.9, momentum = 0, epsilon = 1e-7}) => (w, g, [v, m], i, rate) => {
      v[i] = rho * v[i] + (1 - rho) * g * g;
      m[i] = momentum * m[i] + rate * g / Math.sqrt(v[i] + epsilon);
      w[i] -= m[i];
    },
  };

  function initial(sizes, random) { // Glorot's uniform weights, and biases of 0
    return sizes.slice(1).map((units, at) => {
      const limit = Math.sqrt(6 / (sizes[at] + units));
      return {kernel: Float64Array.from({length: sizes[at] * units}, () => random.uniform(-limit, limit)), bias: zeros(units)};
    });
  }

  // output: `sigmoid`, `softmax` or `linear`; weights: [{kernel, bias}], kernels row by row of the inputs
  function network({sizes, activation, output, weights}) {
    const layers = weights.map(({kernel, bias}, at) => ({
      inputs: sizes[at], units: sizes[at + 1], kernel: Float64Array.from(kernel), bias: Float64Array.from(bias),
    }));
    const [apply, slope] = ACTIVATIONS[activation];

    function product(layer, x, rows) {
      const {inputs, units, kernel, bias} = layer, z = zeros(rows * units);
      for (let r = 0; r < rows; r++) for (let u = 0; u < units; u++) {
        let sum = bias[u];
        for (let i = 0; i < inputs; i++) sum += x[r * inputs + i] * kernel[i * units + u];
        z[r * units + u] = sum;
      }
      return z;
    }

    function outputs(z, rows, units) {
      if (output === "linear") return z;
      if (output === "sigmoid") return z.map(sigmoid);
      const p = zeros(z.length);
      for (let r = 0; r < rows; r++) {
        const part = z.subarray(r * units, (r + 1) * units), most = Math.max(...part);
        const total = part.reduce((sum, v) => sum + Math.exp(v - most), 0);
        part.forEach((v, u) => { p[r * units + u] = Math.exp(v - most) / total; });
      }
      return p;
    }

    function forward(x, rows, drop) { // of each layer what goes in, z and what comes out; drop: [rate, random]
      const found = [];
      layers.forEach((layer, at) => {
        const isLast = at === layers.length - 1, z = product(layer, x, rows);
        let a = isLast ? outputs(z, rows, layer.units) : z.map(apply), mask = null;
        const plain = a;
        if (drop && drop[0] > 0 && !isLast) {
          mask = a.map(() => drop[1].next() < drop[0] ? 0 : 1 / (1 - drop[0]));
          a = a.map((v, i) => v * mask[i]);
        }
        found.push({x, z, plain, mask, a});
        x = a;
      });
      return found;
    }

    function loss(p, y, rows) { // the mean over the rows; y: classes, or numbers
      const units = layers[layers.length - 1].units;
      let sum = 0;
      for (let r = 0; r < rows; r++) {
        if (output === "linear") sum += (p[r] - y[r]) ** 2;
        else {
          const right = output === "softmax" ? p[r * units + y[r]] : y[r] ? p[r] : 1 - p[r];
          sum -= Math.log(Math.min(Math.max(right, CLOSEST), 1 - CLOSEST));
        }
      }
      return sum / rows;
    }

    function penalty({regularizer, regularization: rate}) {
      if (regularizer === "none") return 0;
      const each = regularizer === "L1" ? Math.abs : w => w * w;
      return rate * layers.reduce((sum, {kernel}) => sum + kernel.reduce((s, w) => s + each(w), 0), 0);
    }

    function gradients(passes, y, rows, {regularizer, regularization: rate}) {
      const last = layers[layers.length - 1], p = passes[passes.length - 1].a;
      let delta = p.map((v, i) => { // of the loss by z of the output layer
        const row = Math.floor(i / last.units);
        if (output === "linear") return 2 * (v - y[row]) / rows;
        return (v - (output === "softmax" ? Number(y[row] === i % last.units) : y[row])) / rows;
      });
      const found = [];
      for (let at = layers.length - 1; at >= 0; at--) {
        const {inputs, units, kernel} = layers[at], {x} = passes[at], kernelBy = zeros(kernel.length), biasBy = zeros(units);
        for (let r = 0; r < rows; r++) for (let u = 0; u < units; u++) {
          const d = delta[r * units + u];
          biasBy[u] += d;
          for (let i = 0; i < inputs; i++) kernelBy[i * units + u] += d * x[r * inputs + i];
        }
        if (regularizer !== "none") kernel.forEach((w, i) => {
          kernelBy[i] += regularizer === "L1" ? rate * Math.sign(w) : 2 * rate * w;
        });
        found.unshift({kernel: kernelBy, bias: biasBy});
        if (at === 0) break;
        const before = passes[at - 1], next = zeros(rows * inputs);
        for (let r = 0; r < rows; r++) for (let i = 0; i < inputs; i++) {
          let sum = 0;
          for (let u = 0; u < units; u++) sum += delta[r * units + u] * kernel[i * units + u];
          const k = r * inputs + i;
          next[k] = sum * slope(before.z[k], before.plain[k]) * (before.mask ? before.mask[k] : 1);
        }
        delta = next;
      }
      return found;
    }

    return {layers, forward, loss, penalty, gradients};
  }

  // data: {train, validation}, each {x, y, rows}; x row by row. `score` sums what is right of outputs and labels.
  // An epoch begins with the order of its rows, and every step takes the next batch of them.
  // options: of the optimizer, beside its learning rate.
  function training(net, data, settings, random, score, options) {
    const update = OPTIMIZERS[settings.optimizer](options);
    const state = net.layers.map(({kernel, bias}) => ({
      kernel: [zeros(kernel.length), zeros(kernel.length)], bias: [zeros(bias.length), zeros(bias.length)],
    }));
    const inputs = net.layers[0].inputs;
    let steps = 0, order = [], done = 0, loss = 0, metric = 0; // the last three: rows of this epoch, and sums over them

    function begin(given) {
      [order, done, loss, metric] = [given, 0, 0, 0];
    }

    function step() {
      const rows = order.slice(done, done + settings.batch_size);
      const {x, y} = data.train, count = rows.length, batch = zeros(count * inputs), labels = zeros(count);
      rows.forEach((row, r) => {
        for (let i = 0; i < inputs; i++) batch[r * inputs + i] = x[row * inputs + i];
        labels[r] = y[row];
      });
      const passes = net.forward(batch, count, [settings.dropout, random]), p = passes[passes.length - 1].a;
      const found = net.loss(p, labels, count) + net.penalty(settings), by = net.gradients(passes, labels, count, settings);
      steps++;
      net.layers.forEach((layer, at) => {
        for (const name of ["kernel", "bias"]) {
          by[at][name].forEach((g, i) => update(layer[name], g, state[at][name], i, settings.learning_rate, steps));
        }
      });
      [done, loss, metric] = [done + count, loss + found * count, metric + score(p, labels)];
    }

    function row() { // loss, val_loss, and what is right, of the epoch so far
      const {x, y, rows} = data.validation, p = net.forward(x, rows).at(-1).a;
      return [loss / done, net.loss(p, y, rows) + net.penalty(settings), metric / done, score(p, y) / rows];
    }

    const isFinite = () => net.layers.every(({kernel, bias}) => kernel.every(Number.isFinite) && bias.every(Number.isFinite));

    return {begin, step, row, isFinite};
  }

  return {initial, network, training};
})();
