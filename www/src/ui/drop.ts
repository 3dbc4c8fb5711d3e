/** Files and texts that are dropped anywhere on the page. */

import { useEffect, useRef, useState } from 'preact/hooks';

/** Gives whether something is held over the page. */
export function useDrop(active: boolean, onDrop: (files: readonly File[], text: string) => void): boolean {
  const [held, setHeld] = useState(false);
  const latest = useRef(onDrop);
  latest.current = onDrop;
  useEffect(() => {
    if (!active) return;
    const over = (event: DragEvent) => {
      if (isForField(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
      setHeld(true);
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) setHeld(false);
    };
    const drop = (event: DragEvent) => {
      setHeld(false);
      if (isForField(event)) return;
      event.preventDefault();
      latest.current([...(event.dataTransfer?.files ?? [])], event.dataTransfer?.getData('text') ?? '');
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
      setHeld(false);
    };
  }, [active]);
  return held;
}

/** Keeps the browser from leaving the page for a file that is dropped where nobody takes it. */
export function useNoLeaving(): void {
  useEffect(() => {
    const refuse = (event: DragEvent) => {
      if (event.defaultPrevented || !holdsFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
    };
    addEventListener('dragover', refuse);
    addEventListener('drop', refuse);
    return () => {
      removeEventListener('dragover', refuse);
      removeEventListener('drop', refuse);
    };
  }, []);
}

const holdsFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

/** Text over a field is for the field. */
const isForField = (event: DragEvent): boolean =>
  !holdsFiles(event) && event.target instanceof Element && event.target.closest('input, textarea') !== null;
