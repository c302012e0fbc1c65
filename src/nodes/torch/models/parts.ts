// The definitions that a network needs, collected while it is written.
import type { Definition } from './definition.ts'

/** Definitions by name: functions before classes and what creates modules, both in the order in which they were added. */
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

  /** Code of a definition, if it is there. */
  get(name: string): string | undefined {
    return this.codes.get(name)
  }

  definitions(): Definition[] {
    const all = [...this.codes].map(([name, code]) => ({ name, code }))
    const isFunction = ({ code }: Definition) => /^def [a-z]/.test(code)
    return all.toSorted((a, b) => Number(isFunction(b)) - Number(isFunction(a)))
  }
}
