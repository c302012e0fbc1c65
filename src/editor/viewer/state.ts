// State of the picture viewer.
import { signal } from '@preact/signals'
import type { ViewerRequest } from './sources.ts'

/** Content of the open viewer. Assign it to open or close the viewer. */
export const shownViewer = signal<ViewerRequest | undefined>(undefined)
