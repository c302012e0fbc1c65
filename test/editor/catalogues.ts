// The templates of all messages that have translations.
import type { Template } from '../../src/engine/base/catalogue.ts'

const modules = import.meta.glob<Record<string, object>>(
  ['../../src/{engine/,}messages/*.ts', '../../src/editor/texts/dropMessages.ts'],
  { eager: true },
)

const isTemplate = (value: unknown): value is Template =>
  typeof value === 'function' && 'id' in value && 'text' in value

export const templates: readonly Template[] = Object.values(modules)
  .flatMap(Object.values)
  .flatMap((exported: object) => Object.values(exported).filter(isTemplate))

/** Names of the placeholders in an English text. */
export const holesIn = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort()
