// State of the outline.
import { signal } from '@preact/signals'
import type { NodeId } from '../../workflow/index.ts'

/** Node that receives the focus as soon as the outline lists it. */
export const outlineTarget = signal<NodeId | undefined>(undefined)
