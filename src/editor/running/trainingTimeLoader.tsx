// Loads the slider over the steps of a training when one has been recorded.
import { lazyComponent } from '../ui/lazy.tsx'
import { shownFrames } from './trainingFrames.ts'

const Slider = lazyComponent(
  async () => (await import('./trainingTime.tsx')).TrainingSlider,
  // Offline on the first visit. The next training tries again.
  () => {},
)

/** Nothing is shown until a training has recorded two steps. */
export const TrainingTime = () => (shownFrames.value.steps.value.length < 2 ? null : <Slider />)
