// Loads the tour when it is first shown.
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { dismissTour, shownStep } from './state.ts'

const tour = signal<ComponentType | undefined>(undefined)

export function TourLoader() {
  const open = shownStep.value !== undefined
  useEffect(() => {
    // Without a network the tour is dismissed until the next visit.
    if (open && !tour.value)
      void import('./tour.tsx').then(({ Tour }) => (tour.value = Tour), dismissTour)
  }, [open])
  const Tour = tour.value
  return open && Tour ? <Tour /> : null
}
