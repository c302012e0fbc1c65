// The definitions that a network needs, collected while it is written.
import { numberName } from '../../program/programNames.ts'
import type { Definition } from './definition.ts'

/** Definitions by name in the order in which they were added, helper functions before modules. */
export class Parts {
  private readonly codes = new Map<string, string>()

  /** Adds a definition unless it is there, and returns its name. */
  define(name: string, code: () => string): string {
    if (!this.codes.has(name)) {
      // Its own helpers come first.
      const written = code()
      this.codes.set(name, written)
    }
    return name
  }

  /** Adds a definition, with a number if its name is there with other code. Returns its name. */
  defineNumbered(wanted: string, separator: string, code: (name: string) => string): string {
    const isFree = (each: string) => (this.codes.get(each) ?? code(each)) === code(each)
    const name = numberName(wanted, isFree, separator)
    return this.define(name, () => code(name))
  }

  definitions(): Definition[] {
    const all = [...this.codes].map(([name, code]) => ({ name, code }))
    const isFunction = ({ code }: Definition) => /^def [a-z]/.test(code)
    return all.toSorted((a, b) => Number(isFunction(b)) - Number(isFunction(a)))
  }
}
