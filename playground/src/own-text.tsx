import { useId, useRef } from 'preact/hooks';
import { ownText, takeText } from './session.ts';

/** A place to paste a text to train on, in place of the book that comes with the page. */
export function OwnText() {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const own = ownText.value;
  return (
    <details class="own-text">
      <summary>{own === undefined ? 'Use a text of your own' : `Your text: ${own.length} characters`}</summary>
      <label for={id}>At least a few thousand characters. They stay in this tab and are not part of the link.</label>
      <textarea id={id} ref={area} rows={5} spellcheck={false} />
      <div class="row">
        <button type="button" onClick={() => takeText(area.current?.value ?? '')}>
          Train on it
        </button>
        {own === undefined ? null : (
          <button type="button" onClick={() => takeText(undefined)}>
            Back to the book
          </button>
        )}
      </div>
    </details>
  );
}
