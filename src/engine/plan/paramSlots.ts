// Params as inputs: a number, seed, boolean or choice param may be wired instead of set. The wire is
// an input with the name of the param.
import { getOwn } from '../base/records.ts'
import type { Declaration, InputSlot, Param } from './op.ts'

/** Returns the input that a param becomes when it is wired; undefined if it cannot be wired. */
export function paramSlot(spec: Param): InputSlot | undefined {
  const type = paramType(spec)
  return type && { accepts: [type], about: spec.about, optional: true }
}

/** Returns the slot type of a wired param; undefined if it cannot be wired. */
export function paramType({ kind }: Param): 'number' | 'text' | undefined {
  if (kind === 'choice') return 'text'
  return kind === 'number' || kind === 'seed' || kind === 'boolean' ? 'number' : undefined
}

/** Returns true if an input is that of a param which is wired to numbers. */
export function isNumberParam({ params }: Pick<Declaration, 'params'>, slot: string): boolean {
  const spec = getOwn(params, slot)
  return spec !== undefined && paramType(spec) === 'number'
}

/** Returns the names of the wired inputs of a node that are params. */
export const wiredParams = (
  { params }: Pick<Declaration, 'params'>,
  inputs: Readonly<Record<string, unknown>>,
): string[] => Object.keys(inputs).filter((name) => Object.hasOwn(params, name))
