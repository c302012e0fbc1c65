// Names of variables of a generated program.

/** The first of name, name_2, name_3, ... that is free. */
export function numberName(
  wanted: string,
  isFree: (name: string) => boolean,
  separator = '_',
): string {
  let name = wanted
  for (let i = 2; !isFree(name); i++) name = `${wanted}${separator}${i}`
  return name
}

/** Names of one scope. Those of enclosing scopes are visible and never shadowed. */
export class ProgramNames {
  protected readonly taken = new Set<string>()

  /** @param reserved words that the language or the program uses */
  constructor(
    private readonly reserved: ReadonlySet<string>,
    private readonly outer?: ProgramNames,
  ) {}

  /** Reserves an unused name, with a number if needed. */
  take(wanted: string): string {
    const name = numberName(wanted, (each) => this.isFree(each))
    this.taken.add(name)
    return name
  }

  protected isFree(name: string): boolean {
    return !this.reserved.has(name) && !this.taken.has(name) && (this.outer?.isFree(name) ?? true)
  }
}
