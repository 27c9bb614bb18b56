import { useEffect, useId, useRef } from 'preact/hooks';
import { ownText, takeText } from './session.ts';

/** A field for a text to train on, in place of the book that comes with the page. */
export function OwnText({ onTaken }: { readonly onTaken: () => void }) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);
  const take = (text: string | undefined) => () => {
    takeText(text);
    onTaken();
  };
  return (
    <div class="own-text">
      <label for={id}>
        Paste at least a few thousand characters. They stay in this tab and are not part of the link.
      </label>
      <textarea id={id} ref={area} rows={4} spellcheck={false} defaultValue={ownText.value ?? ''} />
      <div class="row">
        <button type="button" class="main" onClick={() => take(area.current?.value ?? '')()}>
          Train on it
        </button>
        {ownText.value === undefined ? null : (
          <button type="button" onClick={take(undefined)}>
            Back to the book
          </button>
        )}
      </div>
    </div>
  );
}
