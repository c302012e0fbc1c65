// The open workflows, one beside the other. With only one there is no bar.
import { useLayoutEffect, useRef } from 'preact/hooks'
import { CommandButton, IconButton } from './buttons.tsx'
import { useEditor } from './context.ts'
import { icons } from './icons.tsx'
import * as state from './state.ts'
import { texts, translated } from './texts.ts'

export function TabBar() {
  const { workspace, focus } = useEditor()
  const bar = useRef<HTMLUListElement>(null)
  const tabs = state.tabs.value
  const shown = state.tab.value
  const names = () => [...bar.current!.querySelectorAll<HTMLElement>('.go')]
  useLayoutEffect(() => {
    bar.current?.querySelector('.shown')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [shown, tabs.length])
  if (!state.severalTabs.value) return null

  /** One stop of the tab key; arrows go from one to the next, with Mod they move it. */
  const onKeyDown = (event: KeyboardEvent) => {
    const now = names().indexOf(document.activeElement as HTMLElement)
    const { key } = tabs[now] ?? {}
    if (key === undefined) return
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[event.key]
    const focusOn = (place: number) =>
      requestAnimationFrame(() =>
        names()
          .at(place % names().length)
          ?.focus(),
      )
    if (event.key === 'Delete') void workspace.close(key).then(() => focusOn(Math.min(now, state.tabs.value.length - 1)))
    else if (event.key === 'Escape') focus()
    else if (next === undefined) return
    else {
      if (event.ctrlKey || event.metaKey) workspace.moveTab(key, next)
      focusOn(next)
    }
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <nav class="tab-bar" aria-label={texts.tabs.label}>
      <ul ref={bar} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <TabEntry key={tab.key} tab={tab} />
        ))}
      </ul>
      <CommandButton command="new" class="icon small" icon={<icons.plus />} />
    </nav>
  )
}

function TabEntry({ tab: { key, name: written, dirty } }: { tab: state.Tab }) {
  const name = translated(written)
  const { workspace } = useEditor()
  const shown = key === state.tab.value
  const runs = state.run.present.value?.tab === key
  const notes = [dirty && texts.unsaved, runs && texts.tabs.runs].filter(Boolean)
  return (
    <li
      class={shown ? 'tab shown' : 'tab'}
      data-key={key}
      // Without this the middle button would scroll.
      onMouseDown={(event) => event.button === 1 && event.preventDefault()}
      onAuxClick={(event) => event.button === 1 && void workspace.close(key)}
      onPointerDown={(event) => event.button === 0 && drag(event, (to) => workspace.moveTab(key, to))}
    >
      <button
        type="button"
        class="go"
        aria-current={shown}
        tabIndex={shown ? 0 : -1}
        title={[name, ...notes].join(' · ')}
        onClick={() => void workspace.turnTo(key)}
      >
        {runs && <span class="dot busy" role="img" aria-label={texts.tabs.runs} />}
        <span class="name">{name}</span>
        {dirty && <span class="unsaved" role="img" aria-label={texts.unsaved} />}
      </button>
      <IconButton
        class="icon small"
        label={texts.tabs.close(name)}
        icon={<icons.close />}
        onClick={() => void workspace.close(key)}
      />
    </li>
  )
}

/** Moves a tab along with the pointer: `move` gets the place it is over. */
function drag({ currentTarget, clientX, pointerId }: PointerEvent & { currentTarget: HTMLElement }, move: (to: number) => void) {
  const bar = currentTarget.parentElement!
  const { key } = currentTarget.dataset
  let dragged = false
  const over = (event: PointerEvent) => {
    if (event.pointerId !== pointerId || (!dragged && Math.abs(event.clientX - clientX) < 6)) return
    dragged = true
    const others = [...bar.children].filter((each) => (each as HTMLElement).dataset.key !== key)
    const middles = others.map((each) => each.getBoundingClientRect()).map(({ left, width }) => left + width / 2)
    move(middles.filter((middle) => middle < event.clientX).length)
  }
  const up = () => {
    removeEventListener('pointermove', over)
    // What ends a drag is no click.
    if (!dragged) return
    addEventListener('click', swallow, { capture: true })
    setTimeout(() => removeEventListener('click', swallow, { capture: true }))
  }
  const swallow = (event: Event) => event.stopPropagation()
  addEventListener('pointermove', over)
  addEventListener('pointerup', up, { once: true })
  addEventListener('pointercancel', up, { once: true })
}
