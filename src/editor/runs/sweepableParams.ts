// Test for params that a sweep can vary.
import type { Declaration, Param } from '../../engine/plan/op.ts'
import { getControl } from '../../workflow/controlSpec.ts'

/** Excludes observers and notes, whose params change no result. */
export const isSweepable = (param: Param, { role }: Pick<Declaration, 'role'>): boolean =>
  getControl(param) !== undefined && role !== 'observer' && role !== 'note'
