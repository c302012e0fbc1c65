// Slider over the steps of a training: all charts and samples as of a step. Loaded with the first
// training.
import { texts } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { useRunning } from './services.ts'
import { shownFrames } from './trainingFrames.ts'
import type { ShownStep } from './frames.ts'

export function TrainingSlider() {
  const { runner } = useRunning()
  const { steps, shown, bytes } = shownFrames.value
  const list = steps.value
  if (list.length < 2) return null
  const step = shown.value
  const last = list.length - 1
  const at = step ? findStep(list, step) : last
  const text = stepText(list, at)
  return (
    <span
      class={step ? 'training-time earlier' : 'training-time'}
      role="group"
      aria-label={texts.trainingTime.label}
    >
      <input
        type="range"
        aria-label={texts.trainingTime.step}
        aria-valuetext={text}
        title={texts.trainingTime.hint}
        data-bytes={bytes}
        min={0}
        max={last}
        step={1}
        value={at}
        onInput={({ currentTarget }) => {
          const position = currentTarget.valueAsNumber
          runner.showTrainingStep(position >= last ? undefined : list[position])
        }}
      />
      <output>{text}</output>
      <button
        type="button"
        class="button small"
        disabled={!step}
        onClick={() => runner.showTrainingStep(undefined)}
      >
        {texts.trainingTime.now}
      </button>
    </span>
  )
}

/** Steps may have been merged since one was chosen. */
const findStep = (steps: readonly ShownStep[], { serial }: ShownStep) =>
  Math.max(
    0,
    steps.findLastIndex((step) => step.serial <= serial),
  )

function stepText(steps: readonly ShownStep[], at: number): string {
  const { index, count } = steps[at]
  return texts.status.step(format.count(index), format.count(count))
}
