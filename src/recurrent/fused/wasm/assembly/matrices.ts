// Matrix products on panels: a right operand [depth, columns] is stored as columns/8 panels of [depth, 8].
import { multiplyAdd } from './activations';
import { BLOCK_ROWS, batch, gateOutputs, gateRow, gates, stateRow, time, units } from './sizes';

/** Bytes of one row of a panel. */
const PANEL_ROW: usize = 32;

/** Stores a kernel [rows, gates·units] as panels over its columns. */
export function packKernel(kernel: usize, rows: i32, panel: usize): void {
  const row = (<usize>(gates * units)) << 2;
  const columns = <i32>(stateRow >> 2);
  for (let gate = 0; gate < gates; gate++) {
    for (let first = 0; first < columns; first += 8) {
      let at = kernel + ((<usize>(gate * units + first)) << 2);
      const count = min(units - first, 8);
      for (let r = 0; r < rows; r++, at += row, panel += PANEL_ROW) copyAndPad(panel, at, count);
    }
  }
}

/** Stores gates `from` to `to` of a kernel [rows, gates·units], transposed, as panels over its rows. */
export function packTransposed(kernel: usize, rows: i32, from: i32, to: i32, panel: usize): void {
  const row = (<usize>(gates * units)) << 2;
  const columns = <i32>(stateRow >> 2);
  for (let first = 0; first < rows; first += 8) {
    for (let gate = from; gate < to; gate++) {
      for (let unit = 0; unit < columns; unit++, panel += PANEL_ROW) {
        const at = kernel + row * first + ((<usize>(gate * units + unit)) << 2);
        for (let i = 0; i < 8; i++) {
          const inside = unit < units && first + i < rows;
          store<f32>(panel + ((<usize>i) << 2), inside ? load<f32>(at + row * i) : 0);
        }
      }
    }
  }
}

/** Copies up to 8 float32, and clears the rest of the 8. */
function copyAndPad(to: usize, from: usize, count: i32): void {
  if (count >= 8) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    return;
  }
  for (let i = 0; i < 8; i++) store<f32>(to + ((<usize>i) << 2), i < count ? load<f32>(from + ((<usize>i) << 2)) : 0);
}

/** Copies `columns` float32 into a padded row, and clears its padding. */
export function padRow(to: usize, from: usize, columns: i32): void {
  for (; columns > 0; columns -= 8, to += 32, from += 32) copyAndPad(to, from, columns);
}

/**
 * c += a·b for `rows` rows and `bytes` of each row of c.
 *
 * Element (r, k) of a is at `a + r·aRow + k·aStep`; b is stored as panels of `depth` rows.
 */
export function multiply(
  a: usize,
  aRow: usize,
  aStep: usize,
  rows: i32,
  panel: usize,
  depth: i32,
  c: usize,
  cRow: usize,
  bytes: usize,
): void {
  const panelBytes = <usize>depth * PANEL_ROW;
  for (const end = c + bytes; c < end; c += 32, panel += panelBytes) {
    let r = 0;
    let x = a;
    let y = c;
    for (; r + 4 <= rows; r += 4, x += aRow * 4, y += cRow * 4) {
      addTileOfFour(x, aRow, aStep, panel, panel + panelBytes, y, cRow);
    }
    for (; r < rows; r++, x += aRow, y += cRow) addTileOfOne(x, aStep, panel, panel + panelBytes, y);
  }
}

function addTileOfFour(a: usize, aRow: usize, aStep: usize, panel: usize, end: usize, c: usize, cRow: usize): void {
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  const c1 = c + cRow;
  const c2 = c1 + cRow;
  const c3 = c2 + cRow;
  let c00 = v128.load(c);
  let c01 = v128.load(c, 16);
  let c10 = v128.load(c1);
  let c11 = v128.load(c1, 16);
  let c20 = v128.load(c2);
  let c21 = v128.load(c2, 16);
  let c30 = v128.load(c3);
  let c31 = v128.load(c3, 16);
  while (panel < end) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    const x0 = v128.load32_splat(a);
    c00 = multiplyAdd(x0, b0, c00);
    c01 = multiplyAdd(x0, b1, c01);
    const x1 = v128.load32_splat(a1);
    c10 = multiplyAdd(x1, b0, c10);
    c11 = multiplyAdd(x1, b1, c11);
    const x2 = v128.load32_splat(a2);
    c20 = multiplyAdd(x2, b0, c20);
    c21 = multiplyAdd(x2, b1, c21);
    const x3 = v128.load32_splat(a3);
    c30 = multiplyAdd(x3, b0, c30);
    c31 = multiplyAdd(x3, b1, c31);
    panel += PANEL_ROW;
    a += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c1, c10);
  v128.store(c1, c11, 16);
  v128.store(c2, c20);
  v128.store(c2, c21, 16);
  v128.store(c3, c30);
  v128.store(c3, c31, 16);
}

function addTileOfOne(a: usize, aStep: usize, panel: usize, end: usize, c: usize): void {
  let c0 = v128.load(c);
  let c1 = v128.load(c, 16);
  for (; panel < end; panel += PANEL_ROW, a += aStep) {
    const x = v128.load32_splat(a);
    c0 = multiplyAdd(x, v128.load(panel), c0);
    c1 = multiplyAdd(x, v128.load(panel, 16), c1);
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
}

/**
 * gradient += aᵀ·∂L/∂z over all steps, for the bytes `from` to `to` of the gates.
 *
 * @param a [time·batch, aRow]
 * @param gradient [aRow/4, gateRow]
 * @param panel scratch memory for one panel of BLOCK_ROWS rows
 */
export function addWeightGradient(a: usize, aRow: usize, gradient: usize, from: usize, to: usize, panel: usize): void {
  let left = batch * time;
  for (let z = gateOutputs; left > 0; left -= BLOCK_ROWS) {
    const rows = min(left, BLOCK_ROWS);
    for (let column = from; column < to; column += PANEL_ROW) {
      let at = z + column;
      let into = panel;
      for (let r = 0; r < rows; r++, at += gateRow, into += PANEL_ROW) copyAndPad(into, at, 8);
      multiply(a, 4, aRow, <i32>(aRow >> 2), panel, rows, gradient + column, gateRow, PANEL_ROW);
    }
    a += <usize>rows * aRow;
    z += <usize>rows * gateRow;
  }
}
