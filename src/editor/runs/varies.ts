// Which params can be varied by a sweep.
import type { Param } from '../../engine/plan/op.ts'

const kinds: ReadonlySet<Param['kind']> = new Set(['number', 'seed', 'choice', 'boolean', 'text'])

export const varies = ({ kind }: Param): boolean => kinds.has(kind)
