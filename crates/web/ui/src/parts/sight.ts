// Whether an element is in sight, or nearly: what nobody sees need not be drawn anew.
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** How far out of sight something may be that counts as seen: who scrolls finds it drawn. */
const MARGIN = '300px';

const hearers = new Map<Element, (isSeen: boolean) => void>();
let observer: IntersectionObserver | undefined;

function watch(element: Element, hear: (isSeen: boolean) => void): () => void {
  observer ??= new IntersectionObserver((entries) => {
    for (const entry of entries) hearers.get(entry.target)?.(entry.isIntersecting);
  }, { rootMargin: MARGIN });
  hearers.set(element, hear);
  observer.observe(element);
  return () => {
    observer?.unobserve(element);
    hearers.delete(element);
  };
}

/** A place for the element, and whether it is in sight; so it counts until it is known. */
export function useSight<T extends Element>(): [RefObject<T | null>, boolean] {
  const place = useRef<T>(null);
  const [isSeen, setSeen] = useState(true);
  useEffect(() => (place.current ? watch(place.current, setSeen) : undefined), []);
  return [place, isSeen];
}
