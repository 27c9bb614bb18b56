import type { HostCell } from './cell.ts';

/** h′ = φ(x·W + b + h·U). */
export const hostSimpleRNN: HostCell = {
  gates: 1,
  states: 1,
  slots: 1,
  blocks: (units) => [{ from: 0, to: units }],

  forward({ batch, time, units, bias, phi }, { t, previous, next, gates, products }) {
    const recurrent = products.multiply(0, previous[0]!);
    const z = gates();
    const h = next[0]!;
    for (let row = 0; row < batch; row += 1) {
      const at = (row * time + t) * units;
      const own = row * units;
      for (let unit = 0; unit < units; unit += 1) {
        const a = phi.value(z[at + unit]! + recurrent[own + unit]! + bias[unit]!);
        h[own + unit] = a;
        z[at + unit] = a;
      }
    }
  },

  backward({ phi }, { next, products, gradients, dz, clipState, clipGate }) {
    const dh = gradients[0]!;
    const h = next[0]!;
    clipState(dh);
    for (let i = 0; i < dh.length; i += 1) dz[i] = dh[i]! * phi.slope(h[i]!);
    clipGate(0);
    dh.set(products.multiply(0, dz));
  },
};
