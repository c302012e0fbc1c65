// Loads equations when the first one is shown.
import { lazyComponent } from '../ui/lazy.tsx'

export const Equation = lazyComponent(
  async () => (await import('./equation.tsx')).Equation,
  // Offline on the first visit. The next equation tries again.
  () => {},
)
