import { recall } from './store.js';

/** Whether keys of a single character do anything (WCAG 2.1.4 asks for a way to turn them off). */
export const lettersAct = (): boolean => recall('letters') !== 'off';
