// Which params can be varied by a sweep.
import type { Declaration, Param } from '../../engine/plan/op.ts'

const kinds: ReadonlySet<Param['kind']> = new Set(['number', 'seed', 'choice', 'boolean', 'text'])

/** Those of observers and notes change nothing that is computed. */
export const varies = ({ kind }: Param, { role }: Pick<Declaration, 'role'>): boolean =>
  kinds.has(kind) && role !== 'observer' && role !== 'note'
