// Translations of node declarations: summaries and descriptions of slots, params and choices.
import type { Declaration, Param } from '../../engine/plan/op.ts'

/** Texts of a node, by their position in its declaration. */
export interface NodeTexts {
  summary: string
  inputs?: Readonly<Record<string, string>>
  outputs?: Readonly<Record<string, string>>
  params?: Readonly<Record<string, string | ChoiceTexts>>
}

/** Texts of a param whose choices have descriptions. */
export interface ChoiceTexts {
  about: string
  each: Readonly<Record<string, string>>
}

/** Key of a node in tables of texts: its type without the prefix of this pack. */
export const textKey = ({ type }: Pick<Declaration, 'type'>): string =>
  type.replace(/^diffusion\//, '')

/**
 * Returns a declaration with translated texts. Each text is looked up by its position, not by its
 * English words. Names are not translated, nor are nodes missing in the table (of other packs,
 * subgraphs).
 */
export function translateDeclaration<D extends Declaration>(
  table: Readonly<Record<string, NodeTexts>>,
  declaration: D,
): D {
  const texts = getOwn(table, textKey(declaration))
  if (!texts) return declaration
  const translateAbout = <T extends { about: string }>(
    place: Readonly<Record<string, string>> | undefined,
    parts: Readonly<Record<string, T>>,
  ) => mapEntries(parts, (part, name): T => ({ ...part, about: getOwn(place, name) ?? part.about }))
  return {
    ...declaration,
    summary: texts.summary,
    inputs: translateAbout(texts.inputs, declaration.inputs),
    outputs: translateAbout(texts.outputs, declaration.outputs),
    params: mapEntries(declaration.params, (param, name) =>
      translateParam(getOwn(texts.params, name), param),
    ),
  }
}

function translateParam(texts: string | ChoiceTexts | undefined, param: Param): Param {
  if (texts === undefined) return param
  if (typeof texts === 'string') return { ...param, about: texts }
  if (param.kind !== 'choice' || !param.each) return { ...param, about: texts.about }
  const each = mapEntries(param.each, (english, choice) => getOwn(texts.each, choice) ?? english)
  return { ...param, about: texts.about, each }
}

const mapEntries = <T>(
  record: Readonly<Record<string, T>>,
  change: (value: T, name: string) => T,
): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]))

const getOwn = <T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  table && Object.hasOwn(table, name) ? table[name] : undefined
