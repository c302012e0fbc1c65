// State of the presentation. presentation.tsx is loaded on demand.
import { signal } from '@preact/signals'

/** True while the workflow is presented. */
export const presenting = signal(false)

/** True if everything outside of the presented part is dimmed. */
export const spotlightOn = signal(true)

/** Number of subgraphs around the level at which the presentation began. */
export const startLevel = signal(0)
