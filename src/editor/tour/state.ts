// State of the guided tour, shown to new users and on request. tour.tsx is loaded on demand.
import { computed, signal } from '@preact/signals'
import { changeSettings, settings } from '../storage/settings.ts'
import { FIRST_READY } from '../workspace/gallery.ts'
import type { WorkspaceServices } from '../workspace/services.ts'
import { readyId, workflowId } from '../workspace/state.ts'
import { nextStep, type Step, type UserProgress } from './steps.ts'

/** True until the tour is offered or requested. */
const dismissed = signal(true)
/** True if the user requested the tour, in which case its note receives the focus. */
export const requested = signal(false)

const tour = computed(() => settings.value.tour)

/** Current step. The tour belongs to one workflow and is hidden while another is open. */
export const shownStep = computed<Step | undefined>(() =>
  tour.value && !dismissed.value && tour.value.of === workflowId.value
    ? tour.value.step
    : undefined,
)

/** Shows the tour to new users, unless they opened a link or a file. */
export function offerTour(isNew: boolean) {
  if (!tour.value && isNew && readyId.value === FIRST_READY)
    changeSettings({ tour: { of: workflowId.value, step: 'run' } })
  dismissed.value = tour.value?.ended !== undefined
}

/** Continues the tour, or restarts it if it ended or its workflow is not open. */
export async function resumeTour({ workspace }: Pick<WorkspaceServices, 'workspace'>) {
  const isOpen = tour.value && !tour.value.ended && tour.value.of === workflowId.value
  // Its note must not be shown, and lose the focus, while its workflow is being opened.
  if (!isOpen) await workspace.openReady(FIRST_READY)
  requested.value = true
  if (!isOpen) changeSettings({ tour: { of: workflowId.value, step: 'run' } })
  dismissed.value = false
}

export function advanceTour(progress: UserProgress) {
  const step = shownStep.value
  const next = step && nextStep(step, progress)
  if (!tour.value || !next || next === step) return
  // The last step marks the tour as done, however it is closed.
  changeSettings({ tour: { ...tour.value, step: next, ...(next === 'end' && { ended: 'done' }) } })
}

/** Hides the tour until the next visit, or until it is requested. */
export const dismissTour = () => (dismissed.value = true)

/** Ends the tour. It is shown again only on request. */
export function skipTour() {
  dismissed.value = true
  if (tour.value && !tour.value.ended) changeSettings({ tour: { ...tour.value, ended: 'skipped' } })
}
