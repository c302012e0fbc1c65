// Marks the times on which choices depend that may differ from machine to machine.

/**
 * Returns a measured time. `npm run test:inverted` inverts these, so that tests run with each other
 * choice.
 */
export const measured = (time: number): number => time
