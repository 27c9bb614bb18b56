import type { HostCell } from './cell.ts';

/**
 * c′ = σ(zf)∘c + σ(zi)∘φ(zg), h′ = σ(zo)∘φ(c′), with z = x·W + b + h·U in the order i, f, g, o.
 *
 * The slots are h, c and φ(c).
 */
export const hostLSTM: HostCell = {
  gates: 4,
  states: 2,
  slots: 3,
  blocks: (units) => [{ from: 0, to: 4 * units }],

  forward({ batch, time, units, bias, phi, sigma }, { t, previous, next, gates, products }) {
    const recurrent = products.multiply(0, previous[0]!);
    const z = gates();
    const carry = previous[1]!;
    const [h, c, activatedCarry] = next as [Float32Array, Float32Array, Float32Array];
    for (let row = 0; row < batch; row += 1) {
      const atI = (row * time + t) * 4 * units;
      const [atF, atG, atO] = [atI + units, atI + 2 * units, atI + 3 * units];
      const fromI = row * 4 * units;
      const own = row * units;
      for (let unit = 0; unit < units; unit += 1) {
        const i = sigma.value(z[atI + unit]! + recurrent[fromI + unit]! + bias[unit]!);
        const f = sigma.value(z[atF + unit]! + recurrent[fromI + units + unit]! + bias[units + unit]!);
        const g = phi.value(z[atG + unit]! + recurrent[fromI + 2 * units + unit]! + bias[2 * units + unit]!);
        const o = sigma.value(z[atO + unit]! + recurrent[fromI + 3 * units + unit]! + bias[3 * units + unit]!);
        const cell = f * carry[own + unit]! + i * g;
        const out = phi.value(cell);
        z[atI + unit] = i;
        z[atF + unit] = f;
        z[atG + unit] = g;
        z[atO + unit] = o;
        c[own + unit] = cell;
        activatedCarry[own + unit] = out;
        h[own + unit] = o * out;
      }
    }
  },

  backward({ batch, time, units, phi, sigma }, { t, previous, next, gates, products, gradients, dz, ...clip }) {
    const [dh, dc] = gradients as [Float32Array, Float32Array];
    const carry = previous[1]!;
    const activatedCarry = next[2]!;
    const z = gates();
    clip.clipState(dh);
    for (let row = 0; row < batch; row += 1) {
      const atO = ((row * time + t) * 4 + 3) * units;
      const own = row * units;
      for (let unit = 0; unit < units; unit += 1) {
        dc[own + unit]! += dh[own + unit]! * z[atO + unit]! * phi.slope(activatedCarry[own + unit]!);
      }
    }
    clip.clipState(dc);
    for (let row = 0; row < batch; row += 1) {
      const atI = (row * time + t) * 4 * units;
      const toI = row * 4 * units;
      const own = row * units;
      for (let unit = 0; unit < units; unit += 1) {
        const i = z[atI + unit]!;
        const f = z[atI + units + unit]!;
        const g = z[atI + 2 * units + unit]!;
        const o = z[atI + 3 * units + unit]!;
        const dcell = dc[own + unit]!;
        dz[toI + unit] = dcell * g * sigma.slope(i);
        dz[toI + units + unit] = dcell * carry[own + unit]! * sigma.slope(f);
        dz[toI + 2 * units + unit] = dcell * i * phi.slope(g);
        dz[toI + 3 * units + unit] = dh[own + unit]! * activatedCarry[own + unit]! * sigma.slope(o);
        dc[own + unit] = dcell * f;
      }
    }
    for (let gate = 0; gate < 4; gate += 1) clip.clipGate(gate);
    dh.set(products.multiply(0, dz));
  },
};
