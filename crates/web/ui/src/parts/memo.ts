// Components that are drawn anew only when what they are given is another object.
import { Component, type ComponentChild, type FunctionComponent, h } from 'preact';

/** `view`, drawn anew when one of its properties is not the same as before. Signals that it reads draw it all the same. */
export function memo<P extends object>(view: FunctionComponent<P>): new (props: P) => Component<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const before = this.props as Record<string, unknown>;
      const after = next as Record<string, unknown>;
      return Object.keys(after).some((name) => before[name] !== after[name]);
    }

    override render(): ComponentChild {
      return h(view as FunctionComponent<object>, this.props);
    }
  };
}
