// The editor for expressions: completion by what the collector has, marks where something is wrong, words on functions.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands';
import { HighlightStyle, bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { PromQLExtension } from '@prometheus-io/codemirror-promql';
import { names } from './names';

export interface Editor {
  /** Puts another text there, unless it is the same. */
  set: (text: string) => void;
  end: () => void;
}

const colours = HighlightStyle.define([
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--series-2)' },
  { tag: tags.number, color: 'var(--series-5)' },
  { tag: tags.keyword, color: 'var(--series-3)', fontWeight: '600' },
  { tag: [tags.function(tags.variableName), tags.operatorKeyword, tags.modifier], color: 'var(--accent)' },
  { tag: tags.labelName, color: 'var(--series-7)' },
  { tag: tags.operator, color: 'var(--soft)' },
  { tag: tags.comment, color: 'var(--soft)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--error-text)' },
]);

const looks = EditorView.theme({
  '&': { fontSize: '14px', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-content': { fontFamily: 'var(--mono)', padding: '8px 10px', caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-line': { padding: '0' },
  '.cm-placeholder': { color: 'var(--soft)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--accent)' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--text)', border: '1px solid var(--line)', borderRadius: '8px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
  '.cm-completionDetail': { color: 'var(--soft)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--error)' },
});

/** Puts an editor into `place`. */
export function openEditor(place: HTMLElement, text: string, { onInput, onRun }: { onInput: (text: string) => void; onRun: (text: string) => void }): Editor {
  const language = new PromQLExtension().setComplete({ remote: names });
  const run = (view: EditorView): boolean => {
    if (completionStatus(view.state) === 'active' && acceptCompletion(view)) return true;
    onRun(view.state.doc.toString());
    return true;
  };
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: text,
      extensions: [
        history(),
        bracketMatching(),
        closeBrackets(),
        autocompletion(),
        syntaxHighlighting(colours),
        looks,
        EditorView.lineWrapping,
        placeholder('Expression, e.g. sum by (service) (rate(messages_processed_total[5m]))'),
        EditorView.contentAttributes.of({ 'aria-label': 'Expression' }),
        language.asExtension(),
        Prec.highest(keymap.of([{ key: 'Enter', run }, { key: 'Shift-Enter', run: insertNewlineAndIndent }])),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onInput(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    set: (next) => {
      if (next !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    end: () => {
      language.destroy();
      view.destroy();
    },
  };
}
