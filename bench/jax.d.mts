import type { Given } from './problem.ts'
import type { Opened } from './tfjs.ts'

export function openJax(backend: string, given: Given): Promise<Opened>
