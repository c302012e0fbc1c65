// Test for params that a sweep can vary.
import type { Declaration, Param } from '../../engine/plan/op.ts'

const kinds: ReadonlySet<Param['kind']> = new Set(['number', 'seed', 'choice', 'boolean', 'text'])

/** Excludes observers and notes, whose params change no result. */
export const isSweepable = ({ kind }: Param, { role }: Pick<Declaration, 'role'>): boolean =>
  kinds.has(kind) && role !== 'observer' && role !== 'note'
