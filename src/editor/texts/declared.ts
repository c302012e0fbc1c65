// What nodes say of themselves, in another language.
import { mapValues } from '../../engine/records.ts'
import type { Declaration, Param } from '../../engine/plan/op.ts'

/** The sentences of declarations, from English. One that many nodes say is there once; an English one that changes is missed. */
export type NodeTexts = Readonly<Record<string, string>>

/** A declaration with its summary and what it says of slots, params and choices as `words` has them. Names stay; what has no words stays English. */
export function declaredIn<D extends Declaration>(words: NodeTexts, declaration: D): D {
  const said = (english: string) => words[english] ?? english
  const about = <T extends { about: string }>(part: T): T => ({ ...part, about: said(part.about) })
  const param = (part: Param): Param =>
    part.kind === 'choice' && part.each ? { ...about(part), each: mapValues(part.each, said) } : about(part)
  return {
    ...declaration,
    summary: said(declaration.summary),
    inputs: mapValues(declaration.inputs, about),
    outputs: mapValues(declaration.outputs, about),
    params: mapValues(declaration.params, param),
  }
}
