// Sizes of nodes.

/** Height of a node's title bar, in units of the graph. */
export const TITLE = 30
