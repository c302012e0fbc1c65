/** What stands for a masked place in texts of tokens. */
export const MASK = '_'
