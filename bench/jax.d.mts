import type { ProblemData } from '../src/hosts/bench/problem.ts'
import type { Opened } from './tfjs.ts'

export function openJax(backend: string, given: ProblemData): Promise<Opened>
