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
import { clipGradient } from '../../clip/clip-options.ts';
import { differentiableInputs, timeIndexOf, type LayerCall } from '../layer-call.ts';
import type { CellActivations, OpsCell, OpsClips } from './cell.ts';

/**
 * A whole recurrent layer in one differentiable operation, in tfjs operations alone: for webgl, webgpu and any
 * backend whose memory the host cannot reach. Nothing is read back.
 *
 * @returns [batch, outputs and then the carry, units]
 */
export function runLayerWithOps(cell: OpsCell, functions: CellActivations, call: LayerCall): Tensor3D {
  const run = customGrad((...args: unknown[]) => {
    const save = args[args.length - 1] as (tensors: Tensor[]) => void;
    const { history, kept } = runForward(cell, functions, call);
    const outputs = history.slice(1).map(([h]) => h!);
    const rows = call.returnSequences ? outputs : outputs.slice(-1);
    if (call.returnCarry) rows.push(history.at(-1)![1]!);
    // One flat list is all that tfjs keeps: the kernel, then for each step the states before it and what it kept.
    save([call.recurrentKernel, ...kept.flatMap((each, step) => [...history[step]!, ...each])]);
    const perStep = cell.states + (kept[0]?.length ?? 0);
    return {
      value: stack(rows, 1),
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        tidy(() => runBackward(cell, functions, call, dy, saved[0]!, splitIntoGroups(saved.slice(1), perStep))),
    };
  });
  return run(...differentiableInputs(call)) as Tensor3D;
}

function runForward(
  cell: OpsCell,
  functions: CellActivations,
  call: LayerCall,
): { history: Tensor[][]; kept: Tensor[][] } {
  const { batch, time, units, projection, recurrentKernel, bias, initialStates } = call;
  const z = unstack(reshape(bias ? add(projection, bias) : projection, [batch, time, cell.gates * units]), 1);
  const blocks = sliceBlocks(cell, recurrentKernel, units);
  const masks = splitMask(call);
  const first: Tensor[] = initialStates
    ? [...initialStates]
    : Array.from({ length: cell.states }, () => zeros([batch, units]));
  const history = [first];
  const kept: Tensor[][] = [];
  for (let step = 0; step < time; step += 1) {
    const t = timeIndexOf(call, step);
    const previous = history[step]!;
    const created = tidy(() => {
      const next = cell.forward(functions, z[t]!, previous, blocks);
      return { ...next, states: next.states.map((state, s) => selectByMask(masks?.[t], state, previous[s]!)) };
    });
    history.push(created.states);
    kept.push(created.kept);
  }
  return { history, kept };
}

function runBackward(
  cell: OpsCell,
  functions: CellActivations,
  call: LayerCall,
  dy: Tensor,
  recurrentKernel: Tensor,
  steps: Tensor[][],
): Tensor[] {
  const { batch, time, units, returnSequences, returnCarry, onGradient } = call;
  const rows = unstack(dy, 1);
  const blocks = sliceBlocks(cell, recurrentKernel, units).map((block) => transpose(block));
  const masks = splitMask(call);
  const clip = createClips(call);
  let gradients: Tensor[] = Array.from({ length: cell.states }, () => zeros([batch, units]));
  if (returnCarry) gradients[1] = rows.at(-1)!;
  const dz: Tensor[] = [];
  const operands: Tensor[][] = cell.blocks.map(() => []);
  for (let step = time - 1; step >= 0; step -= 1) {
    const t = timeIndexOf(call, step);
    const fromOutput = returnSequences ? rows[step] : step === time - 1 ? rows[0] : undefined;
    const reaching = fromOutput ? [add(gradients[0]!, fromOutput), ...gradients.slice(1)] : gradients;
    const mask = masks?.[t];
    const entering = mask ? reaching.map((gradient) => mul(gradient, mask)) : reaching;
    if (onGradient) onGradient(t, keep(globalNormOf({ gradient: entering[0]! })));
    const saved = steps[step]!;
    const previous = saved.slice(0, cell.states);
    const back = tidy(() => {
      const created = cell.backward(
        functions,
        { previous, kept: saved.slice(cell.states), gradients: entering, blocks },
        clip,
      );
      return {
        ...created,
        gradients: created.gradients.map((gradient, s) => selectByMask(mask, gradient, reaching[s]!)),
      };
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
    ...(call.bias ? [sum(dZ, 0)] : []),
    ...(call.initialStates ? gradients : []),
  ];
}

function createClips({ clipping }: LayerCall): OpsClips {
  const bounded = (gradient: Tensor): Tensor => (clipping ? clipGradient(gradient, clipping) : gradient);
  const same = (gradient: Tensor): Tensor => gradient;
  return {
    state: clipping?.at === 'state' ? bounded : same,
    gate: clipping?.at === 'preactivation' ? bounded : same,
  };
}

function sliceBlocks(cell: OpsCell, recurrentKernel: Tensor, units: number): Tensor[] {
  if (cell.blocks.length === 1) return [recurrentKernel];
  return cell.blocks.map(({ from, to }) => slice(recurrentKernel, [0, from * units], [-1, (to - from) * units]));
}

/** [batch, 1] for each time step. */
function splitMask({ mask }: LayerCall): Tensor[] | undefined {
  return mask ? unstack(expandDims(mask, 2), 1) : undefined;
}

function selectByMask(mask: Tensor | undefined, where: Tensor, elsewhere: Tensor): Tensor {
  return mask ? add(mul(where, mask), mul(elsewhere, sub(1, mask))) : where;
}

function splitIntoGroups(list: Tensor[], size: number): Tensor[][] {
  return Array.from({ length: list.length / size }, (_, group) => list.slice(group * size, (group + 1) * size));
}
