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
import { recurrentInputs, timeIndexOf, type LayerCall, type ProjectedCall } from '../layer-call.ts';
import type { CellActivations, OpsCell, OpsClips } from './cell.ts';

/**
 * Runs a whole recurrent layer as one differentiable operation that consists of tfjs operations.
 *
 * For webgl, webgpu and any other backend whose buffers the host cannot access. It reads nothing back.
 *
 * @returns [batch, {@link countOutputRows}, units]: the outputs, then the carry.
 */
export function runLayerWithOps(cell: OpsCell, activations: CellActivations, call: ProjectedCall): Tensor3D {
  const run = customGrad((...args: unknown[]) => {
    const save = args[args.length - 1] as (tensors: Tensor[]) => void;
    const { history, kept } = runForward(cell, activations, call);
    const outputs = history.slice(1).map(([h]) => h!);
    const rows = call.returnSequences ? outputs : outputs.slice(-1);
    if (call.returnCarry) rows.push(history.at(-1)![1]!);
    // tfjs saves one flat list: the kernel, then for each step the states before it and the tensors it kept.
    save([call.recurrentKernel, ...kept.flatMap((tensors, step) => [...history[step]!, ...tensors])]);
    const perStep = cell.states + (kept[0]?.length ?? 0);
    return {
      value: stack(rows, 1),
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        tidy(() => runBackward(cell, activations, call, dy, saved[0]!, splitIntoGroups(saved.slice(1), perStep))),
    };
  });
  return run(call.projection, ...recurrentInputs(call)) as Tensor3D;
}

function runForward(
  cell: OpsCell,
  activations: CellActivations,
  call: ProjectedCall,
): { history: Tensor[][]; kept: Tensor[][] } {
  const { batch, time, units, projection, recurrentKernel, bias, initialStates } = call;
  const z = unstack(reshape(bias ? add(projection, bias) : projection, [batch, time, cell.gates * units]), 1);
  const blocks = sliceBlocks(cell, recurrentKernel, units);
  const masks = splitMask(call);
  const history: Tensor[][] = [
    initialStates ? [...initialStates] : Array.from({ length: cell.states }, () => zeros([batch, units])),
  ];
  const kept: Tensor[][] = [];
  for (let step = 0; step < time; step += 1) {
    const t = timeIndexOf(call, step);
    const previous = history[step]!;
    const result = tidy(() => {
      const next = cell.forward(activations, z[t]!, previous, blocks);
      return { ...next, states: next.states.map((state, s) => selectByMask(masks?.[t], state, previous[s]!)) };
    });
    history.push(result.states);
    kept.push(result.kept);
  }
  return { history, kept };
}

function runBackward(
  cell: OpsCell,
  activations: CellActivations,
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
    const result = tidy(() => {
      const back = cell.backward(
        activations,
        { previous, kept: saved.slice(cell.states), gradients: entering, blocks },
        clip,
      );
      return {
        ...back,
        gradients: back.gradients.map((gradient, s) => selectByMask(mask, gradient, reaching[s]!)),
      };
    });
    gradients = result.gradients;
    dz[t] = result.dz;
    result.operands.forEach((operand, block) => (operands[block]![t] = operand));
  }
  return [...weightGradients(cell, call, dz, operands), ...(call.initialStates ? gradients : [])];
}

/** The gradients of the projection, the recurrent kernel and, if there is one, the bias. */
function weightGradients(cell: OpsCell, call: LayerCall, dz: Tensor[], operands: Tensor[][]): Tensor[] {
  const { batch, time, units, bias } = call;
  const mergeSteps = (steps: Tensor[]): Tensor => reshape(stack(steps, 1), [batch * time, -1]);
  const dZ = mergeSteps(dz);
  const dU = cell.blocks.map(({ from, to }, block) =>
    matMul(transpose(mergeSteps(operands[block]!)), slice(dZ, [0, from * units], [-1, (to - from) * units])),
  );
  return [dZ, dU.length === 1 ? dU[0]! : concat(dU, 1), ...(bias ? [sum(dZ, 0)] : [])];
}

function createClips({ clipping }: LayerCall): OpsClips {
  const clip = (gradient: Tensor): Tensor => (clipping ? clipGradient(gradient, clipping) : gradient);
  const passThrough = (gradient: Tensor): Tensor => gradient;
  return {
    state: clipping?.at === 'state' ? clip : passThrough,
    gate: clipping?.at === 'preactivation' ? clip : passThrough,
  };
}

function sliceBlocks(cell: OpsCell, recurrentKernel: Tensor, units: number): Tensor[] {
  if (cell.blocks.length === 1) return [recurrentKernel];
  return cell.blocks.map(({ from, to }) => slice(recurrentKernel, [0, from * units], [-1, (to - from) * units]));
}

/** Returns the mask of each time step, [batch, 1]. */
function splitMask({ mask }: LayerCall): Tensor[] | undefined {
  return mask ? unstack(expandDims(mask, 2), 1) : undefined;
}

function selectByMask(mask: Tensor | undefined, unmasked: Tensor, masked: Tensor): Tensor {
  return mask ? add(mul(unmasked, mask), mul(masked, sub(1, mask))) : unmasked;
}

function splitIntoGroups(list: Tensor[], size: number): Tensor[][] {
  return Array.from({ length: list.length / size }, (_, group) => list.slice(group * size, (group + 1) * size));
}
