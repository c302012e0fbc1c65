// Bar of the presentation: steps, title, run and the time of the training.
import { useRunning } from '../running/services.ts'
import { runState } from '../running/state.ts'
import { TrainingTime } from '../running/trainingTimeLoader.tsx'
import { formatFault, texts, translateWorkflow } from '../texts/texts.ts'
import { CommandButton, IconButton } from '../ui/buttons.tsx'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { MathText } from '../ui/math.tsx'
import { workflowName } from '../workspace/state.ts'
import { stepTitle } from './notes.tsx'
import { spotlightOn } from './state.ts'
import type { Step } from './steps.ts'

interface Props {
  index: number
  count: number
  step: Step | undefined
  goTo: (index: number) => void
  leave: () => void
}

export function PresentationBar({ index, count, step, goTo, leave }: Props) {
  const { present } = texts
  return (
    <div class="present-bar" role="group" aria-label={present.bar}>
      <IconButton
        label={present.previous}
        icon={<icons.back />}
        disabled={index <= 0}
        onClick={() => goTo(index - 1)}
      />
      <output class="position" aria-live="off">
        {present.position(count ? index + 1 : 0, count)}
      </output>
      <IconButton
        label={present.next}
        icon={<icons.forward />}
        disabled={index >= count - 1}
        onClick={() => goTo(index + 1)}
      />
      <span class="title">
        <MathText>{translateWorkflow(workflowName.value)}</MathText>
      </span>
      <Announcement index={index} count={count} step={step} />
      <RunText />
      <TrainingTime />
      <RunButton />
      <IconButton
        label={present.spotlight}
        icon={<icons.spotlight />}
        pressed={spotlightOn.value}
        onClick={() => (spotlightOn.value = !spotlightOn.value)}
      />
      {document.fullscreenEnabled && (
        <IconButton
          label={present.fullScreen}
          icon={<icons.fit />}
          onClick={() => void toggleFullScreen()}
        />
      )}
      <IconButton label={present.leave} icon={<icons.close />} onClick={leave} />
    </div>
  )
}

async function toggleFullScreen() {
  if (document.fullscreenElement) await document.exitFullscreen()
  // The browser may refuse, for example in a frame. The presentation works without.
  else await document.documentElement.requestFullscreen().catch(() => {})
}

/** Reads each step to screen readers. */
function Announcement({ index, count, step }: Pick<Props, 'index' | 'count' | 'step'>) {
  const { stage } = useRunning()
  return (
    <span class="hidden" role="status">
      {step && `${texts.present.position(index + 1, count)}: ${stepTitle(stage, step)}`}
    </span>
  )
}

/** Progress of the run, or its first fault. */
function RunText() {
  const { progress, faults, phase } = runState
  const [fault] = faults.value
  if (fault)
    return (
      <span class="fault-text" role="alert">
        {formatFault(fault)}
      </span>
    )
  const now = progress.value
  if (!now || phase.value === 'idle') return null
  const steps = texts.status.step(format.count(now.index), format.count(now.count))
  return (
    <span class="run-text">
      {steps}
      {now.loss !== undefined && ` · ${texts.status.loss} ${format.number(now.loss)}`}
    </span>
  )
}

const RunButton = () =>
  runState.phase.value === 'idle' ? (
    <CommandButton command="run" class="primary" icon={<icons.run />}>
      {texts.top.run}
    </CommandButton>
  ) : (
    <CommandButton command="stop" class="outline" icon={<icons.stop />}>
      {texts.top.stop}
    </CommandButton>
  )
