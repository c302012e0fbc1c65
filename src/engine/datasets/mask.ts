/** Character of a masked place in texts of tokens. */
export const MASK = '_'
