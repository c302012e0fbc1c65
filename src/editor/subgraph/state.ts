// State of the library of saved nodes.
import { signal } from '@preact/signals'
import type { SavedNode } from './savedNodes.ts'

/** Subgraphs that the user saved as nodes. */
export const savedNodes = signal<readonly SavedNode[]>([])
