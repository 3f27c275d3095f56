// Where an expression is written: a plain field at once, and the editor in its place when its code is there.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Editor } from './editor';

/** A text that comes from elsewhere than the field. Each is another object, so that the same text can come twice. */
export interface Given {
  text: string;
}

interface Props {
  given: Given;
  onInput: (value: string) => void;
  onRun: (value: string) => void;
}

/** The field owns its text: what it tells is never put back, or fast typing would race with itself. */
export function QueryField({ given, onInput, onRun }: Props) {
  const [plain, setPlain] = useState(given.text);
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const [isThere, setThere] = useState(false);
  // The editor lives longer than one drawing: it calls whom it is to call now.
  const calls = useRef({ onInput, onRun });
  calls.current = { onInput, onRun };
  const newest = useRef(plain);
  newest.current = plain;
  useEffect(() => {
    let gone = false;
    import('./editor').then(
      ({ openEditor }) => {
        if (gone || !place.current) return;
        editor.current = openEditor(place.current, newest.current, { onInput: (text) => calls.current.onInput(text), onRun: (text) => calls.current.onRun(text) });
        setThere(true);
      },
      // Without it the plain field stays.
      () => undefined,
    );
    return () => {
      gone = true;
      editor.current?.end();
    };
  }, []);
  useEffect(() => {
    editor.current?.set(given.text);
    setPlain(given.text);
  }, [given]);
  return (
    <div class="query-field">
      <div ref={place} class={isThere ? 'query-editor' : ''} />
      {!isThere && (
        <textarea
          class="mono"
          aria-label="Expression"
          rows={1}
          spellcheck={false}
          value={plain}
          onInput={(event) => {
            setPlain(event.currentTarget.value);
            onInput(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey) return;
            event.preventDefault();
            onRun(event.currentTarget.value);
          }}
        />
      )}
    </div>
  );
}
