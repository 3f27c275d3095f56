// A text that can be copied.
import { useState } from 'preact/hooks';
import { Icon } from './icon';

/** How long it is said that it was copied, in milliseconds. */
const SAID = 1500;

export function Copy({ text }: { text: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    // Without TLS there is no clipboard: the text can still be marked.
    await navigator.clipboard?.writeText(text).then(() => setDone(true), () => undefined);
    setTimeout(() => setDone(false), SAID);
  };
  return (
    <span class="copy">
      <code>{text}</code>
      <button type="button" class="plain" aria-label={done ? 'Copied' : 'Copy'} title="Copy" onClick={copy}>
        <Icon name={done ? 'check' : 'copy'} />
      </button>
    </span>
  );
}
