import {
  add,
  concat,
  customGrad,
  expandDims,
  keep,
  matMul,
  mul,
  reshape,
  slice,
  stack,
  sub,
  sum,
  tidy,
  transpose,
  unstack,
  zeros,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { globalNormOf } from '../../../core/tensors.ts';
import { limited } from '../../clip/limits.ts';
import { differentiable, positionOf, type Request } from '../layer-call.ts';
import type { Functions, OpsCell, OpsClips } from './cell.ts';

/**
 * A whole recurrent layer in one differentiable operation, in tfjs operations alone: for webgl, webgpu and any
 * backend whose memory the host cannot reach. Nothing is read back.
 *
 * @returns [batch, outputs and then the carry, units]
 */
export function opsPass(cell: OpsCell, functions: Functions, request: Request): Tensor3D {
  const run = customGrad((...args: unknown[]) => {
    const save = args[args.length - 1] as (tensors: Tensor[]) => void;
    const { history, kept } = forward(cell, functions, request);
    const outputs = history.slice(1).map(([h]) => h!);
    const rows = request.sequences ? outputs : outputs.slice(-1);
    if (request.carry) rows.push(history.at(-1)![1]!);
    // One flat list is all that tfjs keeps: the kernel, then for each step the states before it and what it kept.
    save([request.recurrentKernel, ...kept.flatMap((each, step) => [...history[step]!, ...each])]);
    const perStep = cell.states + (kept[0]?.length ?? 0);
    return {
      value: stack(rows, 1),
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        tidy(() => backward(cell, functions, request, dy, saved[0]!, inGroups(saved.slice(1), perStep))),
    };
  });
  return run(...differentiable(request)) as Tensor3D;
}

function forward(cell: OpsCell, functions: Functions, request: Request): { history: Tensor[][]; kept: Tensor[][] } {
  const { batch, time, units, projection, recurrentKernel, bias, initial } = request;
  const z = unstack(reshape(bias ? add(projection, bias) : projection, [batch, time, cell.gates * units]), 1);
  const blocks = blocksOf(cell, recurrentKernel, units);
  const masks = masksOf(request);
  const first: Tensor[] = initial ? [...initial] : Array.from({ length: cell.states }, () => zeros([batch, units]));
  const history = [first];
  const kept: Tensor[][] = [];
  for (let step = 0; step < time; step += 1) {
    const t = positionOf(request, step);
    const previous = history[step]!;
    const made = tidy(() => {
      const next = cell.forward(functions, z[t]!, previous, blocks);
      return { ...next, states: next.states.map((state, s) => mixed(masks?.[t], state, previous[s]!)) };
    });
    history.push(made.states);
    kept.push(made.kept);
  }
  return { history, kept };
}

function backward(
  cell: OpsCell,
  functions: Functions,
  request: Request,
  dy: Tensor,
  recurrentKernel: Tensor,
  steps: Tensor[][],
): Tensor[] {
  const { batch, time, units, sequences, carry, onGradient } = request;
  const rows = unstack(dy, 1);
  const blocks = blocksOf(cell, recurrentKernel, units).map((block) => transpose(block));
  const masks = masksOf(request);
  const clip = clipsOf(request);
  let gradients: Tensor[] = Array.from({ length: cell.states }, () => zeros([batch, units]));
  if (carry) gradients[1] = rows.at(-1)!;
  const dz: Tensor[] = [];
  const operands: Tensor[][] = cell.blocks.map(() => []);
  for (let step = time - 1; step >= 0; step -= 1) {
    const t = positionOf(request, step);
    const fromOutput = sequences ? rows[step] : step === time - 1 ? rows[0] : undefined;
    const reaching = fromOutput ? [add(gradients[0]!, fromOutput), ...gradients.slice(1)] : gradients;
    const mask = masks?.[t];
    const entering = mask ? reaching.map((gradient) => mul(gradient, mask)) : reaching;
    if (onGradient) onGradient(t, keep(globalNormOf({ gradient: entering[0]! })));
    const saved = steps[step]!;
    const previous = saved.slice(0, cell.states);
    const back = tidy(() => {
      const made = cell.backward(
        functions,
        { previous, kept: saved.slice(cell.states), gradients: entering, blocks },
        clip,
      );
      return { ...made, gradients: made.gradients.map((gradient, s) => mixed(mask, gradient, reaching[s]!)) };
    });
    gradients = back.gradients;
    dz[t] = back.dz;
    back.operands.forEach((operand, block) => (operands[block]![t] = operand));
  }

  const flat = (list: Tensor[]): Tensor => reshape(stack(list, 1), [batch * time, -1]);
  const dZ = flat(dz);
  const dU = cell.blocks.map(({ from, to }, block) =>
    matMul(transpose(flat(operands[block]!)), slice(dZ, [0, from * units], [-1, (to - from) * units])),
  );
  return [
    dZ,
    dU.length === 1 ? dU[0]! : concat(dU, 1),
    ...(request.bias ? [sum(dZ, 0)] : []),
    ...(request.initial ? gradients : []),
  ];
}

function clipsOf({ limits }: Request): OpsClips {
  const bounded = (gradient: Tensor): Tensor => (limits ? limited(gradient, limits) : gradient);
  const same = (gradient: Tensor): Tensor => gradient;
  return {
    state: limits?.at === 'state' ? bounded : same,
    gate: limits?.at === 'preactivation' ? bounded : same,
  };
}

function blocksOf(cell: OpsCell, recurrentKernel: Tensor, units: number): Tensor[] {
  if (cell.blocks.length === 1) return [recurrentKernel];
  return cell.blocks.map(({ from, to }) => slice(recurrentKernel, [0, from * units], [-1, (to - from) * units]));
}

/** [batch, 1] for each time step. */
function masksOf({ mask }: Request): Tensor[] | undefined {
  return mask ? unstack(expandDims(mask, 2), 1) : undefined;
}

function mixed(mask: Tensor | undefined, where: Tensor, elsewhere: Tensor): Tensor {
  return mask ? add(mul(where, mask), mul(elsewhere, sub(1, mask))) : where;
}

function inGroups(list: Tensor[], size: number): Tensor[][] {
  return Array.from({ length: list.length / size }, (_, group) => list.slice(group * size, (group + 1) * size));
}
