// Bar of the open workflows. Hidden if only one is open.
import { returnFocus } from '../ui/focus.ts'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { CommandButton, IconButton } from '../ui/buttons.tsx'
import { MathText } from '../ui/math.tsx'
import { showMenu, type Menu } from '../ui/state.ts'
import { toLabel } from '../../painters/cutText.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { useEditor } from './services.ts'
import { icons } from '../ui/icons.tsx'
import { openTabs, severalTabs, shownTab, type Tab } from '../workspace/state.ts'
import { runState } from '../running/state.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'

export function TabBar() {
  const { workspace } = useEditor()
  const bar = useRef<HTMLUListElement>(null)
  const tabs = openTabs.value
  const shown = shownTab.value
  const names = () => [...(bar.current?.querySelectorAll<HTMLElement>('.go') ?? [])]
  useLayoutEffect(() => {
    bar.current?.querySelector('.shown')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [shown, tabs.length])
  if (!severalTabs.value) return null

  /**
   * The bar is one tab stop. Arrow keys move the focus between tabs; with Mod they move the tab.
   */
  const onKeyDown = (event: KeyboardEvent) => {
    const now = names().indexOf(document.activeElement as HTMLElement)
    const { key } = tabs[now] ?? {}
    if (key === undefined) return
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[
      event.key
    ]
    const focusOn = (place: number) =>
      requestAnimationFrame(() =>
        names()
          .at(place % names().length)
          ?.focus(),
      )
    if (event.key === 'Delete')
      void workspace.close(key).then(() => focusOn(Math.min(now, openTabs.value.length - 1)))
    else if (event.key === 'Escape') returnFocus()
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
      <CommandButton command="listTabs" class="icon small list" icon={<icons.list />} />
    </nav>
  )
}

function TabEntry({ tab: { key, name: written, dirty } }: { tab: Tab }) {
  const name = translateWorkflow(written)
  const plainName = toLabel(name)
  const { workspace } = useEditor()
  const shown = key === shownTab.value
  const runs = runState.present.value?.tab === key
  const notes = [dirty && texts.unsaved, runs && texts.tabs.running].filter(Boolean)
  return (
    <li
      class={shown ? 'tab shown' : 'tab'}
      data-key={key}
      // Prevents autoscroll by the middle button.
      onMouseDown={(event) => event.button === 1 && event.preventDefault()}
      onAuxClick={(event) => event.button === 1 && void workspace.close(key)}
      onContextMenu={(event) => {
        event.preventDefault()
        showMenu({
          at: [event.clientX, event.clientY],
          title: plainName,
          items: tabItems(workspace, key),
        })
      }}
      onPointerDown={(event) =>
        event.button === 0 && dragTab(event, (to) => workspace.moveTab(key, to))
      }
    >
      <button
        type="button"
        class="go"
        aria-current={shown}
        tabIndex={shown ? 0 : -1}
        title={[plainName, ...notes].join(' · ')}
        onClick={() => void workspace.activateTab(key)}
      >
        {runs && <span class="dot busy" role="img" aria-label={texts.tabs.running} />}
        <span class="name">
          <MathText>{name}</MathText>
        </span>
        {dirty && <span class="unsaved" role="img" aria-label={texts.unsaved} />}
      </button>
      <IconButton
        class="icon small"
        label={texts.tabs.close(plainName)}
        icon={<icons.close />}
        onClick={() => void workspace.close(key)}
      />
    </li>
  )
}

function tabItems(workspace: Workspace, key: number): Menu['items'] {
  const keys = openTabs.value.map((tab) => tab.key)
  return [
    { label: texts.commands.closeTab, run: () => void workspace.close(key) },
    {
      label: texts.commands.closeOthers,
      disabled: keys.length < 2,
      run: () => void workspace.closeOthers(key),
    },
    {
      label: texts.commands.closeRight,
      disabled: keys.at(-1) === key,
      run: () => void workspace.closeRight(key),
    },
  ]
}

/** Drags a tab. `move` receives its new index. */
function dragTab(
  { currentTarget, clientX, pointerId }: PointerEvent & { currentTarget: HTMLElement },
  move: (to: number) => void,
) {
  const bar = currentTarget.parentElement
  if (!bar) return
  const { key } = currentTarget.dataset
  let dragged = false
  const over = (event: PointerEvent) => {
    if (event.pointerId !== pointerId || (!dragged && Math.abs(event.clientX - clientX) < 6)) return
    dragged = true
    const others = [...bar.children].filter((each) => (each as HTMLElement).dataset.key !== key)
    const middles = others
      .map((each) => each.getBoundingClientRect())
      .map(({ left, width }) => left + width / 2)
    move(middles.filter((middle) => middle < event.clientX).length)
  }
  const up = () => {
    removeEventListener('pointermove', over)
    // Suppresses the click at the end of a drag.
    if (!dragged) return
    addEventListener('click', swallow, { capture: true })
    setTimeout(() => removeEventListener('click', swallow, { capture: true }))
  }
  const swallow = (event: Event) => event.stopPropagation()
  addEventListener('pointermove', over)
  addEventListener('pointerup', up, { once: true })
  addEventListener('pointercancel', up, { once: true })
}
