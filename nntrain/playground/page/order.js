// The order of the rows in an epoch, as nntrain has it: NumPy's permutation by PCG64 and SeedSequence([seed, epoch]).
"use strict";
const epochOrder = (() => {
  const MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645n, ALL = (1n << 128n) - 1n, LOW = (1n << 64n) - 1n;

  function words(entropy, count) { // SeedSequence: a pool of four words, and `count` words of it
    let constant = 0x43b0d7e5;
    const hashed = value => {
      value ^= constant;
      constant = Math.imul(constant, 0x931e8875);
      value = Math.imul(value, constant);
      return value ^ (value >>> 16);
    };
    const mixed = (x, y) => {
      const found = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) | 0;
      return found ^ (found >>> 16);
    };
    const pool = [0, 1, 2, 3].map(i => hashed(entropy[i] ?? 0));
    for (let from = 0; from < 4; from++) for (let to = 0; to < 4; to++) {
      if (from !== to) pool[to] = mixed(pool[to], hashed(pool[from]));
    }
    let other = 0x8b51f9dd;
    return Array.from({length: count}, (_, i) => {
      let value = pool[i % 4] ^ other;
      other = Math.imul(other, 0x58f38ded);
      value = Math.imul(value, other);
      return BigInt((value ^ (value >>> 16)) >>> 0);
    });
  }

  function bits(seed, epoch) { // PCG64 (XSL RR), 32 bits at a time, the low ones first
    const w = words([seed, epoch], 8), pair = i => w[2 * i] | w[2 * i + 1] << 32n;
    const increment = (pair(2) << 64n | pair(3)) << 1n & ALL | 1n;
    const step = state => (state * MULTIPLIER + increment) & ALL;
    let state = step((step(0n) + (pair(0) << 64n | pair(1))) & ALL), kept = null;
    return () => {
      if (kept !== null) {
        const high = kept;
        kept = null;
        return high;
      }
      state = step(state);
      const value = (state >> 64n) ^ (state & LOW), turn = state >> 122n;
      const found = (value >> turn | value << (64n - turn)) & LOW;
      kept = Number(found >> 32n);
      return Number(found & 0xffffffffn);
    };
  }

  function upTo(next, most) { // a whole number up to `most`: as many bits as it has, drawn until they are not above it
    const mask = 2 ** Math.ceil(Math.log2(most + 1)) - 1;
    for (;;) {
      const found = (next() & mask) >>> 0;
      if (found <= most) return found;
    }
  }

  return (seed, epoch, count) => {
    const order = Array.from({length: count}, (_, i) => i), next = bits(seed, epoch);
    for (let i = count - 1; i > 0; i--) {
      const j = upTo(next, i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  };
})();
