/** Both servers compress every message alike, and keep the window of the last. */
export const COMPRESSION = { level: 6, threshold: 0 };
