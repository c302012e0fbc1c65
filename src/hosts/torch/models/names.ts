// Names of definitions in a file with several networks.
import { numberName } from '../../program/programNames.ts'
import type { Definition, Definitions } from './definition.ts'

/**
 * Renames definitions whose names the file has with other code, and their uses. What uses a renamed
 * one differs from the file's as well, and is renamed in turn.
 */
export function withFreeNames(
  definitions: readonly Definition[],
  taken: Definitions,
): Definition[] {
  let all = [...definitions]
  for (;;) {
    const other = all.find(({ name, code }) => taken.has(name) && taken.get(name) !== code)
    if (!other) return all
    const names = new Set([...taken.keys(), ...all.map(({ name }) => name)])
    const free = freeName(other.name, names)
    all = all.map(({ name, code }) => ({
      name: name === other.name ? free : name,
      code: code.replaceAll(new RegExp(`(?<![.\\w])${other.name}\\b(?!=)`, 'g'), free),
    }))
  }
}

/** The name with a number: ResnetBlock2, or attention_2. */
function freeName(name: string, names: ReadonlySet<string>): string {
  const isFree = (each: string) => each !== name && !names.has(each)
  return numberName(name, isFree, /^[A-Z]/.test(name) ? '' : '_')
}
