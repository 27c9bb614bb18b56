// Times clipping by global norm in jax-js, compiled with `jit`, on the sets of the benchmark; prints JSON.
// Needs `npm install --no-save @jax-js/jax`. optax for jax-js is not on npm, so its three lines are written out.
globalThis.navigator ??= {};
const { init, jit, numpy: np, random } = await import('@jax-js/jax');
await init();

const SETS = { A: [6, [521, 64]], B: [20, [1000, 500]], C: [200, [50, 100]] };

const clip = jit((gradients) => {
  const squares = gradients.map((gradient) => np.sum(np.square(gradient.ref)));
  const norm = np.sqrt(squares.reduce((total, square) => np.add(total, square)));
  const factor = np.minimum(1, np.divide(1e-3, norm));
  return gradients.map((gradient, index) =>
    np.multiply(gradient, index === gradients.length - 1 ? factor : factor.ref),
  );
});

const rows = [];
for (const [set, [count, shape]] of Object.entries(SETS)) {
  const gradients = Array.from({ length: count }, (_, index) => random.normal(random.key(index), shape));
  const times = [];
  for (let round = -3; round < 15; round += 1) {
    const start = performance.now();
    const clipped = clip(gradients.map((gradient) => gradient.ref));
    await Promise.all(clipped.map((one) => one.blockUntilReady()));
    const spent = performance.now() - start;
    for (const one of clipped) one.dispose();
    if (round >= 0) times.push(spent);
  }
  times.sort((a, b) => a - b);
  rows.push({ peer: 'jax-js, jit', set, ms: times[times.length >> 1] });
}
console.log(JSON.stringify(rows));
