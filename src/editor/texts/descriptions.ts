// Descriptions of nodes, apart from the rest of their declarations.
import { getOwn, mapValues } from '../../engine/base/records.ts'
import type { Declaration, Param } from '../../engine/plan/op.ts'

/** Description of a node: texts that the editor shows only on request. */
export interface Description {
  summary: string
  aliases?: readonly string[]
  inputs: Record<string, string>
  outputs: Record<string, string>
  params: Record<string, string>
  /** Descriptions of choices, by param. */
  each: Record<string, Readonly<Record<string, string>>>
  equation?: string
  source?: string
}

export const describe = ({
  summary,
  aliases,
  inputs,
  outputs,
  params,
  equation,
  source,
}: Declaration): Description => ({
  summary,
  ...(aliases && { aliases }),
  inputs: listAbouts(inputs),
  outputs: listAbouts(outputs),
  params: listAbouts(params),
  each: Object.fromEntries(
    Object.entries(params).flatMap(([name, param]) =>
      param.kind === 'choice' && param.each ? [[name, param.each]] : [],
    ),
  ),
  ...(equation && { equation }),
  ...(source && { source }),
})

const listAbouts = (parts: Readonly<Record<string, { about: string }>>) =>
  Object.fromEntries(
    Object.entries(parts).flatMap(([name, { about }]) => (about ? [[name, about]] : [])),
  )

/** Inverse of {@link withDescription}. */
export function withoutDescription({
  aliases: _aliases,
  equation: _equation,
  source: _source,
  ...rest
}: Declaration): Declaration {
  return {
    ...rest,
    summary: '',
    inputs: mapValues(rest.inputs, (slot) => ({ ...slot, about: '' })),
    outputs: mapValues(rest.outputs, (slot) => ({ ...slot, about: '' })),
    params: mapValues(rest.params, (param): Param => {
      if (param.kind !== 'choice') return { ...param, about: '' }
      const { each: _each, ...bare } = param
      return { ...bare, about: '' }
    }),
  }
}

/** Returns a declaration with its description. */
export function withDescription<D extends Declaration>(
  declaration: D,
  { inputs, outputs, params, each, ...rest }: Description,
): D {
  const addAbouts = <T extends { about: string }>(
    parts: Readonly<Record<string, T>>,
    abouts: Readonly<Record<string, string>>,
  ): Record<string, T> =>
    Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [
        name,
        { ...part, about: getOwn(abouts, name) ?? part.about },
      ]),
    )
  const described = addAbouts(declaration.params, params)
  for (const [name, choices] of Object.entries(each)) {
    const param = getOwn(described, name)
    if (param?.kind === 'choice') described[name] = { ...param, each: choices }
  }
  return {
    ...declaration,
    ...rest,
    inputs: addAbouts(declaration.inputs, inputs),
    outputs: addAbouts(declaration.outputs, outputs),
    params: described,
  }
}
