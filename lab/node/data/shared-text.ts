import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** A text whose code points are in memory that threads share, and the id of the data. */
interface SharedText {
  readonly dataId: string;
  readonly points: Int32Array;
}

const keyOf = (task: string): string => `gradclip-lab:text:${task}`;

/** Shares the text of a task with this thread and with the threads that start later. Replaces the text before. */
export function shareText(task: string, dataId: string, points: Int32Array): void {
  const text: SharedText = { dataId, points };
  setEnvironmentData(keyOf(task), text as object as Parameters<typeof setEnvironmentData>[1]);
}

/** Returns the shared text of a task, if it has this data. */
export function findSharedText(task: string, dataId: string): Int32Array | undefined {
  const text = getEnvironmentData(keyOf(task)) as unknown as SharedText | undefined;
  return text?.dataId === dataId ? text.points : undefined;
}
