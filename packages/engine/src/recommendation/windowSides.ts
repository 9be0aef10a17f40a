/** Sides of the windows that steps see, by the number of space axes. */
export const WINDOW_SIDES = { 2: { least: 64, most: 128 }, 3: { least: 32, most: 64 } } as const;
