// Records that were damaged: named with their line, or read as what they still say; never lost, never a crash.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../lab/errors.ts';
import { writeReport } from '../../lab/node/compare.ts';
import { ResultsFolder } from '../../lab/node/results-folder.ts';
import { toLine, type Run } from '../../lab/run/record.ts';
import { seededRandom } from '../../src/testing/random.ts';
import { runOf, stepLine } from '../lab/fixtures.ts';
import { damagedText } from './damage.ts';
import type { Row } from './figures.ts';

const STEPS = 6;

const sound = runOf(
  {},
  {},
  Array.from({ length: STEPS }, (_, step) => stepLine(step, { loss: 4 / (step + 1) })),
);
const text = [sound.start, ...sound.steps, sound.end].map((record) => `${toLine(record)}\n`).join('');

/** Damages a record this many times; each time it is refused with its line, or shown in a report. */
export function damageRecords(times: number): Row[] {
  const random = seededRandom(3);
  const path = mkdtempSync(join(tmpdir(), 'gradclip-records-'));
  const folder = new ResultsFolder(path);
  folder.assertWritable();
  folder.addRun('sound', text);
  const outcomes = new Map<string, { refused: number; shown: number }>();
  try {
    for (let time = 0; time < times; time += 1) {
      const { content, how, line } = damagedText(text, random);
      const file = join(path, 'runs', 'damaged.jsonl');
      writeFileSync(file, content);
      const outcome = outcomes.get(how) ?? { refused: 0, shown: 0 };
      outcomes.set(how, outcome);
      const wrong = (what: string, cause?: unknown): Error =>
        new Error(`a record that ${how} at line ${line}: ${what}\n${content}`, { cause });
      const read = attempted(() => folder.readRun('damaged'));
      if (read instanceof Error) {
        outcome.refused += 1;
        if (!(read instanceof LabError)) throw wrong(`it threw ${String(read)}`, read);
        const named = Number(/damaged\.jsonl, line (\d+): /.exec(read.message)?.[1]);
        const isEnd = read.message.includes('the end of the run is missing');
        // What is missing shows at the line that follows, and an end of the run that lost its line break is no fault.
        if (!isEnd && !(named >= line - 1 && named <= line + 1)) throw wrong(`"${read.message}" names another line`);
      } else {
        outcome.shown += 1;
        expectWhole(read, wrong);
        const plan = { experiment: '', question: '', budget: '', command: '', runs: ['sound', 'damaged'] };
        const published = attempted(() => writeReport(folder, plan));
        if (published instanceof Error) throw wrong(`the report of it threw ${published.message}`, published);
      }
      if (readFileSync(file, 'utf8') !== Buffer.from(content).toString('utf8')) throw wrong('reading changed the file');
      if (folder.readRun('sound').steps.length !== STEPS) throw wrong('the sound run beside it was lost');
    }
  } finally {
    rmSync(path, { recursive: true });
  }
  return [...outcomes].map(([how, { refused, shown }]) => ({
    'a record that': how,
    times: refused + shown,
    'refused, with its line': refused,
    'still a run': shown,
  }));
}

function expectWhole({ steps, end }: Run, wrong: (what: string) => Error): void {
  const misplaced = steps.findIndex(({ step }, place) => step !== place);
  if (misplaced >= 0 || steps.length !== end.steps) throw wrong('a step is missing');
  const numbers = [
    end.metric,
    end.steps,
    end.ms,
    ...steps.flatMap((one) => [one.loss, one.normBefore, one.normAfter, one.ms]),
  ];
  if (!numbers.every((value) => typeof value === 'number')) throw wrong('a number is none');
}

function attempted<Result>(run: () => Result): Result | Error {
  try {
    return run();
  } catch (error) {
    return error as Error;
  }
}
