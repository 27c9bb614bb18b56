// What docs/reliability.md says of each subject, before its figures.

/** What a section says before its table. */
export interface Section {
  /** Whose figures it shows. */
  readonly subject: string;
  readonly title: string;
  readonly text: string;
}

export const SECTIONS: readonly Section[] = [
  {
    subject: 'soak',
    title: 'Ten thousand steps',
    text:
      'A small LSTM by `model.fit` and by `trainOnBatch`, and two bare variables by `minimize`, under Adam with a chain of ' +
      'strategies with memory, records on and a listener told of every step. Tensors, their bytes and the heap of ' +
      'WebAssembly must be the same at each of the last fifteen of twenty looks; the heap of JavaScript, after a garbage ' +
      'collection, may not grow by more than 50 bytes a step, which is less than one record takes. A quarter in, records have ' +
      'filled their window and wasm has grown as far as a step needs.',
  },
  {
    subject: 'options',
    title: 'Options and specs from strangers',
    text:
      'Options of every strategy, specs in JSON with combinators in them, settings of saved models, and the arguments of ' +
      '`chain`, `partition`, `scheduled`, `accumulated`, `clipOptimizer` and `suggestThreshold`: sound ones, sound ones with ' +
      'one thing wrong, and anything at all. That is NaN, −0, bigints, symbols, getters that throw or answer otherwise each ' +
      'time, proxies, revoked ones too, names such as `__proto__`, objects that hold themselves, 20 000 levels, lists of four ' +
      'thousand million places, and thirty lines that stand for a thousand million strategies. Each is accepted or refused ' +
      'with a ClippingError of at most 1000 characters, within two seconds of processor time, and no prototype is changed. ' +
      'What is accepted takes a step, and comes back from its own JSON.',
  },
  {
    subject: 'gradients',
    title: 'Gradients of every kind',
    text:
      'Sets of up to six variables of ranks 0 to 4, four steps each: ordinary numbers, numbers from 1e-30 to 1e30 times as ' +
      'large, denormals, zeros of both signs, numbers up to the largest of float32, NaN and ±Infinity; empty tensors, one of ' +
      '120 000 elements in every fortieth set, and gradients that are missing, null or undefined, as a map and as a list. ' +
      'Every strategy of the shelf and three combinators, each under `skip`, `zero`, `propagate` and `throw`. Names, shapes ' +
      'and dtypes are kept; what is finite stays finite; nothing comes out longer where that is promised; a policy does what ' +
      'it says; the memory of a strategy is finite always, and bit for bit the same after a step that was not; no tensor is ' +
      'left. The device is the cpu backend under another name, on which the framework takes the operations of webgl and webgpu.',
  },
  {
    subject: 'gradients-in-a-browser',
    title: 'The same in a browser',
    text:
      'On wasm, and on webgl without a graphics card. There lengths may be off by 1e-5, since shaders divide and root to a few ' +
      'units in the last place, and denormals may be taken for 0.',
  },
  {
    subject: 'resume',
    title: 'Saved after every step',
    text:
      'An LSTM is trained for fifty steps and saved, as text and back, before each. From each of the fifty files a model is ' +
      'loaded and trained to the end. Its weights and the memory of its strategy must then be, bit for bit, those of the ' +
      'model that was never interrupted: for every optimizer that tfjs can save, and for every strategy with a memory.',
  },
  {
    subject: 'checkpoints',
    title: 'Damaged checkpoints',
    text:
      'A saved model is damaged and loaded. Loading it, or its first step, must say what is wrong; the sound file must then ' +
      'still load and go on bit for bit. Of numbers that are other numbers, and not NaN, nothing can be said: a file holds no ' +
      'checksum of them.',
  },
  {
    subject: 'faults',
    title: 'Strategies that break the contract',
    text:
      'In the middle of training a strategy throws, answers other names, shapes or types than it was given, tensors that are ' +
      'none or are disposed, no memory, or a `skip` that is no scalar. The error must name it; weights, the memory of the ' +
      'optimizer and that of the strategy must be what they were; no tensor may be left; and the next step must be taken. ' +
      'A strategy that keeps a tensor it does not return is named on the console; the law suite of `gradclip/testing` refuses it ' +
      'with an error.',
  },
  {
    subject: 'together',
    title: 'Two models in one page',
    text:
      'Two models with the same layer names, each with a wrapper of its own around one strategy, are trained in random turns; ' +
      'half way one of them is disposed. Weights, memory and records of each must be those of a model trained alone.',
  },
  {
    subject: 'together-in-a-browser',
    title: 'Two models in one page of a browser',
    text: 'The same in Chromium.',
  },
  {
    subject: 'records',
    title: 'Damaged records',
    text:
      'A file of records is cut, overwritten, edited, or has lines lost, doubled, changed round or put in. It is refused by ' +
      'the name of the file and the line, or is still a run, of which a report can be made. Reading changes no file, and the ' +
      'sound run beside it is there afterwards.',
  },
  {
    subject: 'datasets',
    title: 'Damaged data',
    text:
      'The user’s own data of every task that takes some, damaged in the same ways and in its bytes; WAV files too. It is ' +
      'refused with a reason, or makes finite batches.',
  },
  {
    subject: 'kills',
    title: 'Killed while it works',
    text:
      'A comparison of five short runs, on one thread and on workers in turn, is killed (SIGKILL) at a random moment and ' +
      'begun again, until it ends. After each kill every run that was finished must be the very file it was, neither changed ' +
      'nor written anew, and every new one whole; at the end all five are there, and nothing else.',
  },
];
