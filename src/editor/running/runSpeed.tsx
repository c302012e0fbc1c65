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
  const { label, each, short } = texts.speed
  const now = speed.value
  return (
    <MenuButton
      class={now === 'full' ? 'icon' : 'speed'}
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
    >
      {now !== 'full' && <span>{short[now]}</span>}
    </MenuButton>
  )
}
