// Limits on hand-ins.

/** Planned iterations beyond which the graph of a check is refused: lessons need some thousands. */
export const LESSON_ITERATIONS = 1_000_000

/** Default limit of the resident memory of a hand-in, in MiB; --memory changes it. */
export const HAND_IN_MEMORY = 2048

/** Time of all checks of a hand-in, in multiples of the limit of one. */
export const CHECKS_PER_HAND_IN = 4
