// Asks before something that cannot be taken back.
import type { ComponentChildren } from 'preact';
import { Dialog } from './dialog';

export function Confirm({ title, does, onYes, onNo, children }: { title: string; does: string; onYes: () => void; onNo: () => void; children: ComponentChildren }) {
  return (
    <Dialog title={title} onClose={onNo}>
      <p>{children}</p>
      <footer class="dialog-foot">
        <button type="button" onClick={onNo} autoFocus>Cancel</button>
        <button type="button" class="danger" onClick={onYes}>{does}</button>
      </footer>
    </Dialog>
  );
}
