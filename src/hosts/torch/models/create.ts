// Expressions that create the modules of a class.

/** The creation of a module: an expression, or modules in a row. */
export type Create = Single | Row

/** A module of a layer, or of a block by its class: an empty name if a function returns it. */
export type Single = { code: string } | { code: string; block: string }

/** Modules in a row by their names. */
export interface Row {
  row: [name: string, create: Create][]
}

/** Creates a module that does nothing, in place of a missing one. */
export const NOTHING: Single = { code: 'nn.Identity()' }
