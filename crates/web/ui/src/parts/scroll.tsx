// What may be wider than the window scrolls by itself, with the keyboard too.
import type { ComponentChildren } from 'preact';

export function Scroll({ children }: { children: ComponentChildren }) {
  return <div class="scroll" tabIndex={0}>{children}</div>;
}
