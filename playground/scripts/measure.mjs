// Prints how fast the built page in site/playground is: its first step, the longest tasks of its main thread, and its frames.
import { withBuiltPage } from './built-page.mjs';

const TASKS = ['char-lm', 'temporal-order', 'adding', 'weather'];
const FOUR_RUNS = '#rnn/sgd/1/none/global-norm:maxNorm=0.25/agc/z-clip';
const FRAMES_MS = 5000;

/** Waits until the last run has reached a step. */
const reaches = (page, step) =>
  page.waitForFunction((wanted) => Number(document.querySelector('.run:last-child dd')?.textContent) >= wanted, step, {
    polling: 'raf',
    timeout: 180_000,
  });

/** Returns the processor time in milliseconds of the longest task of the main thread while `act` runs. */
async function longestTask(browser, page, act) {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const main = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const tasks = traceEvents.filter(
    ({ name, pid, tid }) => name.endsWith('RunTask') && main.some((one) => one.pid === pid && one.tid === tid),
  );
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
}

await withBuiltPage(process.argv[2], async (browser, address) => {
  const withPage = async (act) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await act(page);
    await page.close();
  };
  await withPage(async (page) => {
    const startedAt = performance.now();
    await page.goto(address, { waitUntil: 'commit' });
    await reaches(page, 0);
    console.log(`first step on wasm: ${((performance.now() - startedAt) / 1000).toFixed(2)} s`);
  });
  for (const task of TASKS) {
    await withPage(async (page) => {
      const longest = await longestTask(browser, page, async () => {
        await page.goto(`${address}#rnn/sgd/0.3/none/global-norm:maxNorm=0.25?task=${task}`, { waitUntil: 'commit' });
        await reaches(page, 100);
      });
      console.log(`longest task in the first 100 steps of ${task}: ${longest.toFixed(0)} ms of processor time`);
    });
  }
  await withPage(async (page) => {
    await page.goto(address + FOUR_RUNS);
    await reaches(page, 30);
    const frames = await page.evaluate(
      (duration) =>
        new Promise((resolve) => {
          const endsAt = performance.now() + duration;
          let count = 0;
          const onFrame = (now) => {
            if (now > endsAt) return resolve(count);
            count += 1;
            requestAnimationFrame(onFrame);
          };
          requestAnimationFrame(onFrame);
        }),
      FRAMES_MS,
    );
    console.log(`while four runs train: ${((1000 * frames) / FRAMES_MS).toFixed(0)} frames per second`);
  });
});
