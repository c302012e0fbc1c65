// Names of the variables of `forward` in a graph of layers.

/** A value while names are given. */
export interface NamedValue {
  /** Preferred names, in their order. */
  names: readonly string[]
  /** Position of the line that computes it, and of the last line that reads it. */
  from: number
  until: number
}

/**
 * Gives names to the values of a function, so that a name is used again once its value has been read
 * for the last time. `reserved` are names of arguments.
 */
export class Variables {
  private readonly until = new Map<string, number>()

  /** Names that are in use until a line, such as arguments. */
  hold(name: string, until: number) {
    this.until.set(name, until)
  }

  name({ names, from, until }: NamedValue): string {
    const isFree = (name: string) => (this.until.get(name) ?? -1) <= from
    const found = names.find(isFree) ?? this.numbered(names[0], isFree)
    this.until.set(found, until)
    return found
  }

  private numbered(name: string, isFree: (name: string) => boolean): string {
    for (let i = 2; ; i++) if (isFree(`${name}${i}`)) return `${name}${i}`
  }
}
