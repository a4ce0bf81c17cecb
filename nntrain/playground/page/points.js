// Points in the plane: the distributions of nntrain's toy_2d, which are those of the TensorFlow Playground.
"use strict";
function generator(seed) { // numbers from 0 to 1 (mulberry32), uniform and normal ones
  let state = (seed + 0x6d2b79f5) | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const uniform = (low, high) => low + (high - low) * next();
  const normal = deviation => deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const shuffled = count => { // a permutation of 0 … count - 1
    const order = Int32Array.from({length: count}, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  };
  return {next, uniform, normal, shuffled};
}

const points = (() => { // each returns [x, y, label] of point i of n: a class, or a number from -1 to 1
  const PEAKS = [[-4, 2.5, 1], [0, 2.5, -1], [4, 2.5, 1], [-4, -2.5, -1], [0, -2.5, 1], [4, -2.5, -1]];
  const moved = (random, point, radius, noise) => point.map(v => v + random.uniform(-radius, radius) * noise);
  const isFirst = (i, n) => i < n - Math.floor(n / 2);
  return {
    circle(random, i, n, noise) {
      const radius = isFirst(i, n) ? random.uniform(0, 2.5) : random.uniform(3.5, 5), angle = random.uniform(0, 2 * Math.PI);
      const point = [radius * Math.sin(angle), radius * Math.cos(angle)];
      return [...point, Math.hypot(...moved(random, point, 5, noise)) < 2.5 ? 1 : 0];
    },
    xor(random, i, n, noise) {
      const point = [0, 0].map(() => random.uniform(-5, 5)).map(v => v + (v > 0 ? 0.3 : -0.3));
      const [a, b] = moved(random, point, 5, noise);
      return [...point, a * b >= 0 ? 1 : 0];
    },
    gauss(random, i, n, noise) {
      const label = isFirst(i, n) ? 1 : -1, deviation = Math.sqrt(0.5 + 7 * noise);
      return [2 * label + random.normal(deviation), 2 * label + random.normal(deviation), label > 0 ? 1 : 0];
    },
    spiral(random, i, n, noise) {
      const first = isFirst(i, n), half = n - Math.floor(n / 2);
      const along = first ? i / half : (i - half) / Math.floor(n / 2), angle = 1.75 * along * 2 * Math.PI + (first ? 0 : Math.PI);
      return [...moved(random, [5 * along * Math.sin(angle), 5 * along * Math.cos(angle)], 1, noise), first ? 1 : 0];
    },
    moons(random, i, n, noise) {
      const half = n - Math.floor(n / 2), first = i < half, count = first ? half : Math.floor(n / 2);
      const angle = Math.PI * (first ? i : i - half) / Math.max(count - 1, 1);
      const point = first ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
      return [...point.map(v => v + random.normal(noise)), first ? 0 : 1];
    },
    reg_plane(random, i, n, noise) {
      const point = [random.uniform(-6, 6), random.uniform(-6, 6)], [a, b] = moved(random, point, 6, noise);
      return [...point, (a + b) / 10];
    },
    reg_gauss(random, i, n, noise) {
      const point = [random.uniform(-6, 6), random.uniform(-6, 6)], at = moved(random, point, 6, noise);
      const heights = PEAKS.map(([x, y, sign]) => sign * Math.max(0, 1 - Math.hypot(at[0] - x, at[1] - y) / 2));
      return [...point, heights.reduce((best, height) => Math.abs(height) > Math.abs(best) ? height : best, heights[0])];
    },
  };
})();
const KINDS = {circle: "Circle", xor: "Xor", gauss: "Gauss", spiral: "Spiral", reg_plane: "Plane", reg_gauss: "Hills"};
