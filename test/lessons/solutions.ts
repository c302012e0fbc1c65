// Right and wrong answers to all lessons. They are in the tests only.
import { cs180 } from './cs180.ts'
import { diffusion } from './diffusion.ts'
import type { Solution } from './edits.ts'

export const solutions: Readonly<Record<string, Solution>> = { ...diffusion, ...cs180 }
