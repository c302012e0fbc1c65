// Reduced motion, by the user's setting or the system's preference.
import { settings } from '../storage/settings.ts'

const system = matchMedia('(prefers-reduced-motion: reduce)')

export const reducedMotion = {
  get matches(): boolean {
    return settings.value.motion === 'reduced' || system.matches
  },
}
