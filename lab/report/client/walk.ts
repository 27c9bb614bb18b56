import type { Reading } from '../charts/drawing.ts';

const FAR = 10;

/** The reading that a key leads to from another: along a line, or to the line beside it; undefined for other keys. */
export function walked(key: string, readings: readonly Reading[], from: Reading | undefined): Reading | undefined {
  const moves: Record<string, Move> = {
    ArrowRight: along(1),
    ArrowLeft: along(-1),
    PageDown: along(FAR),
    PageUp: along(-FAR),
    Home: along(-Infinity),
    End: along(Infinity),
    ArrowDown: across(1),
    ArrowUp: across(-1),
  };
  const move = moves[key];
  const [first] = readings;
  if (move === undefined || first === undefined) return undefined;
  return from === undefined ? first : move(readings, from);
}

type Move = (readings: readonly Reading[], from: Reading) => Reading;

function along(by: number): Move {
  return (readings, from) => {
    const own = readings.filter(({ line }) => line === from.line);
    return nth(own, own.findIndex((one) => isSame(one, from)) + by);
  };
}

function across(by: number): Move {
  return (readings, from) => {
    const lines = [...new Set(readings.map(({ line }) => line))];
    const line = nth(lines, lines.indexOf(from.line) + by);
    const beside = readings.filter((one) => one.line === line);
    const placeOf = (one: Reading): number => (from.facet === undefined ? one.x : Number(one.y));
    return beside.reduce((nearest, one) =>
      Math.abs(placeOf(one) - placeOf(from)) < Math.abs(placeOf(nearest) - placeOf(from)) ? one : nearest,
    );
  };
}

/** The item at a place, or the one at the end that lies nearer. */
function nth<Item>(items: readonly Item[], place: number): Item {
  return items[Math.min(items.length - 1, Math.max(0, place))] as Item;
}

function isSame(a: Reading, b: Reading): boolean {
  return a.line === b.line && a.x === b.x && a.y === b.y;
}
