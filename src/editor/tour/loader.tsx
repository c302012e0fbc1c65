// The tour's place on the screen; what it is made of is fetched when it is shown for the first time.
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { putAside, shownStep } from './touring.ts'

const tour = signal<ComponentType | undefined>(undefined)

export function TourLoader() {
  const open = shownStep.value !== undefined
  useEffect(() => {
    // Without a network it waits: nothing is missing but a hint.
    if (open && !tour.value) void import('./tour.tsx').then(({ Tour }) => (tour.value = Tour), putAside)
  }, [open])
  const Tour = tour.value
  return open && Tour ? <Tour /> : null
}
