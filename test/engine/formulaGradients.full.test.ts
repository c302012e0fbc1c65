// 10,000 formulas: values and gradients of random formulas equal those of an independent interpreter in float64.
import { test } from 'vitest'
import { onCpu } from '../backends.ts'
import { compareRandomFormulas } from './formulaProperty.ts'

onCpu(() => {
  test('10,000 random formulas equal the reference in value and gradient', () => {
    compareRandomFormulas(10_000)
  })
})
