// In a page: gives the tests what they call.

import { liveMany } from './life.mjs';

globalThis.liveMany = liveMany;
