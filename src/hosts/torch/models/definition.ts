// Functions and classes of a written network.

export interface Definition {
  name: string
  code: string
}

/** Code of the definitions by name that a file has already. */
export type Definitions = ReadonlyMap<string, string>
