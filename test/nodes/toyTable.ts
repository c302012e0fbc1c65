// Node table for the test of the build plugin.
import { toyOps } from './toys.ts'

export const nodes = toyOps
