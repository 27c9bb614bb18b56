import type { HostCell } from './cell.ts';

/**
 * h′ = u∘h + (1−u)∘a with u = σ(zu), r = σ(zr), a = φ(x·Wa + ba + (r∘h)·Ua): tfjs's GRU, which resets before the
 * product. Gates in the order u, r, a. Two products a step: the candidate needs r first.
 */
export const hostGRU: HostCell = {
  gates: 3,
  states: 1,
  slots: 1,
  blocks: (units) => [
    { from: 0, to: 2 * units },
    { from: 2 * units, to: 3 * units, gatedBy: 1 },
  ],

  forward({ batch, time, units, bias, phi, sigma }, { t, previous, next, gates, products }) {
    const before = previous[0]!;
    const h = next[0]!;
    const recurrent = products.multiply(0, before);
    let z = gates();
    // Until the candidate is known, `h` holds what goes into its product, r∘h.
    for (let row = 0; row < batch; row += 1) {
      const at = (row * time + t) * 3 * units;
      const from = row * 2 * units;
      const own = row * units;
      for (let unit = 0; unit < units; unit += 1) {
        const u = sigma.value(z[at + unit]! + recurrent[from + unit]! + bias[unit]!);
        const r = sigma.value(z[at + units + unit]! + recurrent[from + units + unit]! + bias[units + unit]!);
        z[at + unit] = u;
        z[at + units + unit] = r;
        h[own + unit] = r * before[own + unit]!;
      }
    }
    const candidate = products.multiply(1, h);
    z = gates();
    for (let row = 0; row < batch; row += 1) {
      const at = (row * time + t) * 3 * units;
      const own = row * units;
      for (let unit = 0; unit < units; unit += 1) {
        const a = phi.value(z[at + 2 * units + unit]! + candidate[own + unit]! + bias[2 * units + unit]!);
        const u = z[at + unit]!;
        z[at + 2 * units + unit] = a;
        h[own + unit] = u * before[own + unit]! + (1 - u) * a;
      }
    }
  },

  backward(pass, step) {
    const { batch, time, units, phi, sigma } = pass;
    const { t, previous, gates, products, gradients, dz, clipState, clipGate } = step;
    const dh = gradients[0]!;
    const before = previous[0]!;
    const da = new Float32Array(batch * units);
    const dur = new Float32Array(batch * 2 * units);
    clipState(dh);
    let z = gates();
    for (let row = 0; row < batch; row += 1) {
      const at = (row * time + t) * 3 * units;
      const to = row * 3 * units;
      const own = row * units;
      for (let unit = 0; unit < units; unit += 1) {
        const u = z[at + unit]!;
        const a = z[at + 2 * units + unit]!;
        dz[to + unit] = dh[own + unit]! * (before[own + unit]! - a) * sigma.slope(u);
        dz[to + 2 * units + unit] = dh[own + unit]! * (1 - u) * phi.slope(a);
      }
    }
    clipGate(0);
    clipGate(2);
    for (let row = 0; row < batch; row += 1) {
      const from = (row * 3 + 2) * units;
      da.set(dz.subarray(from, from + units), row * units);
    }
    const dReset = products.multiply(1, da);
    z = gates();
    for (let row = 0; row < batch; row += 1) {
      const at = (row * time + t) * 3 * units;
      const to = row * 3 * units;
      const own = row * units;
      for (let unit = 0; unit < units; unit += 1) {
        const r = z[at + units + unit]!;
        const drh = dReset[own + unit]!;
        dz[to + units + unit] = drh * before[own + unit]! * sigma.slope(r);
        dh[own + unit] = dh[own + unit]! * z[at + unit]! + drh * r;
      }
    }
    clipGate(1);
    for (let row = 0; row < batch; row += 1) {
      const from = row * 3 * units;
      dur.set(dz.subarray(from, from + 2 * units), row * 2 * units);
    }
    const throughGates = products.multiply(0, dur);
    for (let i = 0; i < dh.length; i += 1) dh[i]! += throughGates[i]!;
  },
};
