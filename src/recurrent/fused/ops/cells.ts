import { add, concat, matMul, mul, split, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { OpsCell } from './cell.ts';

/** SimpleRNN: h′ = φ(z + h·U). */
export const opsSimpleRNN: OpsCell = {
  gates: 1,
  states: 1,
  blocks: [{ from: 0, to: 1 }],

  forward({ applyPhi }, z, [h], [U]) {
    const output = applyPhi(add(z, matMul(h!, U!)));
    return { states: [output], kept: [output] };
  },

  backward({ phi }, { previous, kept: [output], gradients: [dh], blocks: [Ut] }, clip) {
    const dz = clip.gate(mul(clip.state(dh!), phi.slopes(output!)));
    return { dz, gradients: [matMul(dz, Ut!)], operands: [previous[0]!] };
  },
};

/** LSTM: c′ = f∘c + i∘g and h′ = o∘φ(c′), where i, f, g, o are σ, σ, φ, σ of the four parts of z + h·U. */
export const opsLSTM: OpsCell = {
  gates: 4,
  states: 2,
  blocks: [{ from: 0, to: 4 }],

  forward({ applyPhi, applySigma }, z, [h, c], [U]) {
    const [zi, zf, zg, zo] = split(add(z, matMul(h!, U!)), 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    const [i, f, g, o] = [applySigma(zi), applySigma(zf), applyPhi(zg), applySigma(zo)] as const;
    const carry = add(mul(f, c!), mul(i, g));
    const activatedCarry = applyPhi(carry);
    return { states: [mul(o, activatedCarry), carry], kept: [i, f, g, o, activatedCarry] };
  },

  backward({ phi, sigma }, { previous, kept, gradients, blocks: [Ut] }, clip) {
    const [i, f, g, o, activatedCarry] = kept as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const [h, c] = previous as [Tensor, Tensor];
    const dh = clip.state(gradients[0]!);
    const dc = clip.state(add(gradients[1]!, mul(mul(dh, o), phi.slopes(activatedCarry))));
    const dz = concat(
      [
        clip.gate(mul(mul(dc, g), sigma.slopes(i))),
        clip.gate(mul(mul(dc, c), sigma.slopes(f))),
        clip.gate(mul(mul(dc, i), phi.slopes(g))),
        clip.gate(mul(mul(dh, activatedCarry), sigma.slopes(o))),
      ],
      1,
    );
    return { dz, gradients: [matMul(dz, Ut!), mul(dc, f)], operands: [h] };
  },
};

/** GRU: h′ = u∘h + (1−u)∘a with a = φ(za + (r∘h)·Ua). As in tfjs, the reset gate comes before the product. */
export const opsGRU: OpsCell = {
  gates: 3,
  states: 1,
  blocks: [
    { from: 0, to: 2 },
    { from: 2, to: 3 },
  ],

  forward({ applyPhi, applySigma }, z, [h], [Uur, Ua]) {
    const units = h!.shape[1] as number;
    const [zur, za] = split(z, [2 * units, units], 1) as [Tensor, Tensor];
    const [zu, zr] = split(add(zur, matMul(h!, Uur!)), 2, 1) as [Tensor, Tensor];
    const [u, r] = [applySigma(zu), applySigma(zr)];
    const a = applyPhi(add(za, matMul(mul(r, h!), Ua!)));
    return { states: [add(mul(u, h!), mul(sub(1, u), a))], kept: [u, r, a] };
  },

  backward({ phi, sigma }, { previous: [h], kept, gradients, blocks: [Uurt, Uat] }, clip) {
    const [u, r, a] = kept as [Tensor, Tensor, Tensor];
    const dh = clip.state(gradients[0]!);
    const da = clip.gate(mul(mul(dh, sub(1, u)), phi.slopes(a)));
    const dReset = matMul(da, Uat!);
    const dr = clip.gate(mul(mul(dReset, h!), sigma.slopes(r)));
    const du = clip.gate(mul(mul(dh, sub(h!, a)), sigma.slopes(u)));
    const dur = concat([du, dr], 1);
    const dhPrevious = add(add(mul(dh, u), mul(dReset, r)), matMul(dur, Uurt!));
    return { dz: concat([dur, da], 1), gradients: [dhPrevious], operands: [h!, mul(r, h!)] };
  },
};
