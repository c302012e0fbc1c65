// How fast runs go: as fast as they can, or so that each iteration can be followed.
import { MenuButton } from './buttons.tsx'
import { useEditor } from './context.ts'
import { icons } from './icons.tsx'
import * as state from './state.ts'
import { texts } from './texts.ts'
import { speeds } from './watching.ts'

export function SpeedButton() {
  const { runner } = useEditor()
  const { speed } = state.run
  const { label, each, short } = texts.speed
  const now = speed.value
  return (
    <MenuButton
      class={now === 'full' ? 'icon' : 'speed'}
      label={`${label}: ${each[now]}`}
      icon={<icons.speed />}
      menu={() => ({
        title: label,
        items: speeds.map((one) => ({ label: each[one], checked: one === now, run: () => runner.setSpeed(one) })),
      })}
    >
      {now !== 'full' && <span>{short[now]}</span>}
    </MenuButton>
  )
}
