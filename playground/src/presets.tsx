import { signal } from '@preact/signals';
import { hashOf, setupFrom } from './link.ts';
import { OwnText } from './own-text.tsx';
import { open, ownText, setup } from './session.ts';

const PRESETS: readonly (readonly [title: string, hash: string])[] = [
  ['Make it explode', '#rnn/sgd/3/none'],
  ['Save it with one line', '#rnn/sgd/3/none/global-norm:maxNorm=0.25'],
  ['Clip too hard', '#rnn/sgd/3/global-norm:maxNorm=0.003/global-norm:maxNorm=0.25'],
  [
    'Vanishing: clipping cannot help',
    '#rnn-small/sgd/0.1/none/global-norm:maxNorm=0.25?task=temporal-order&units=32&batch=16',
  ],
];

// Whether the field for a text is open.
const asksForText = signal(false);

/** Set-ups to begin with, each a sentence. */
export function Presets() {
  const now = hashOf(setup.value);
  return (
    <>
      <nav class="presets" aria-label="Examples">
        {PRESETS.map(([title, hash]) => (
          <button
            key={title}
            type="button"
            aria-pressed={now === hash && ownText.value === undefined && !asksForText.value}
            onClick={() => {
              asksForText.value = false;
              ownText.value = undefined;
              open(setupFrom(hash).setup);
            }}
          >
            {title}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={asksForText.value || ownText.value !== undefined}
          aria-expanded={asksForText.value}
          onClick={() => {
            asksForText.value = !asksForText.value;
          }}
        >
          Your own text
        </button>
      </nav>
      {asksForText.value ? <OwnText onTaken={() => (asksForText.value = false)} /> : null}
    </>
  );
}
