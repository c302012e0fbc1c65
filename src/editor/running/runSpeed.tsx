// Menu of the speed of runs: full speed, or slow enough to follow each iteration.
import { MenuButton } from '../ui/buttons.tsx'
import { useRunning } from './services.ts'
import { icons } from '../ui/icons.tsx'
import { runState } from './state.ts'
import { texts } from '../texts/texts.ts'
import { speeds } from './observation.ts'

export function SpeedButton() {
  const { runner } = useRunning()
  const { speed } = runState
  const { label, each } = texts.speed
  const now = speed.value
  return (
    <MenuButton
      class={now === 'full' ? 'icon' : 'icon slow'}
      label={`${label}: ${each[now]}`}
      icon={<icons.speed />}
      menu={() => ({
        title: label,
        items: speeds.map((speed) => ({
          label: each[speed],
          checked: speed === now,
          run: () => runner.setSpeed(speed),
        })),
      })}
    />
  )
}

/** The speed of slow motion, beside the buttons, which stay in their places. */
export function SpeedNote() {
  const now = runState.speed.value
  return now === 'full' ? null : <span class="speed">{texts.speed.short[now]}</span>
}
