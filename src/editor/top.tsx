// The bar along the top: which workflow, the run, and what belongs to the whole window.
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { shortcut, type CommandId } from './commands.ts'
import { useEditor } from './context.ts'
import { icons, Mark } from './icons.tsx'
import { itemOf } from './menus.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

interface ButtonProps {
  command: CommandId
  icon: ComponentChildren
  label?: string
  class?: string
  children?: ComponentChildren
}

/** A button for a command: its name, keys and state come from there. */
export function CommandButton({ command: id, icon, label, class: classes = 'icon', children }: ButtonProps) {
  const { commands } = useEditor()
  const command = commands[id]
  const keys = shortcut(command)
  const name = label ?? command.label
  return (
    <button
      type="button"
      class={`button ${classes}`}
      disabled={!(command.enabled?.() ?? true)}
      onClick={() => command.run()}
      aria-label={name}
      title={keys ? `${name} (${keys})` : name}
    >
      {icon}
      {children}
    </button>
  )
}

export function Top() {
  return (
    <header class="top">
      <ProgressLine />
      <div>
        <Workflow />
      </div>
      <div class="runs" role="group" aria-label={texts.top.run}>
        <RunButtons />
      </div>
      <div class="tools">
        <CommandButton command="undo" icon={<icons.undo />} />
        <CommandButton command="redo" icon={<icons.redo />} />
        <span class="rule" />
        <CommandButton command="add" icon={<icons.plus />} class="" label={texts.top.add}>
          <span class="wide">{texts.top.add}</span>
        </CommandButton>
        <span class="rule" />
        <ThemeButton />
        <PanelButton />
      </div>
    </header>
  )
}

function Workflow() {
  const editor = useEditor()
  const open = state.drawer.value !== undefined
  const name = state.name.value
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        class="button icon"
        aria-label={texts.top.library}
        title={texts.top.library}
        aria-expanded={open}
        onClick={() => (state.drawer.value = open ? undefined : 'gallery')}
      >
        <icons.drawer />
      </button>
      <span class="rule" />
      <Mark />
      <div class="title">
        <input
          ref={input}
          class="name"
          aria-label={texts.top.rename}
          value={name}
          size={Math.max(4, name.length)}
          spellcheck={false}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.value = name
            if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur()
          }}
          onBlur={(event) => event.currentTarget.value.trim() !== name && editor.workspace.setTitle(event.currentTarget.value)}
        />
        {state.dirty.value && <span class="unsaved" role="img" aria-label={texts.unsaved} title={texts.unsaved} />}
      </div>
      <button
        type="button"
        class="button icon"
        aria-label={texts.top.file}
        title={texts.top.file}
        aria-haspopup="menu"
        onClick={(event) => {
          const { left, bottom } = event.currentTarget.getBoundingClientRect()
          state.menu.value = {
            at: [left, bottom + 4],
            items: [
              itemOf(editor, 'new'),
              itemOf(editor, 'open'),
              { ...itemOf(editor, 'gallery'), run: () => (state.drawer.value = 'gallery') },
              'rule',
              itemOf(editor, 'save'),
              itemOf(editor, 'saveAs'),
              itemOf(editor, 'download'),
              'rule',
              itemOf(editor, 'shortcuts'),
            ],
          }
        }}
      >
        <icons.chevron />
      </button>
    </>
  )
}

function RunButtons() {
  const now = state.run.state.value
  const { top } = texts
  return (
    <>
      {now === 'idle' ? (
        <CommandButton command="run" icon={<icons.run />} class="primary">
          {top.run}
        </CommandButton>
      ) : (
        <CommandButton command="stop" icon={<icons.stop />} class="outline">
          {top.stop}
        </CommandButton>
      )}
      <CommandButton
        command="pause"
        icon={now === 'paused' ? <icons.run /> : <icons.pause />}
        label={now === 'paused' ? top.resume : top.pause}
      />
      <CommandButton command="step" icon={<icons.step />} />
      <LiveButton />
    </>
  )
}

function LiveButton() {
  const editor = useEditor()
  const { live } = state.settings.value
  return (
    <button
      type="button"
      class="button icon"
      aria-label={texts.top.live}
      title={texts.top.liveMeaning[live ? 'on' : 'off']}
      aria-pressed={live}
      onClick={() => editor.setLive(!live)}
    >
      <icons.live />
    </button>
  )
}

const themes = { system: <icons.half />, dark: <icons.moon />, light: <icons.sun /> }

function ThemeButton() {
  const editor = useEditor()
  const { theme } = state.settings.value
  const next = { system: 'dark', dark: 'light', light: 'system' } as const
  return (
    <button
      type="button"
      class="button icon"
      aria-label={texts.top.theme[theme]}
      title={texts.top.theme[theme]}
      onClick={() => editor.setTheme(next[theme])}
    >
      {themes[theme]}
    </button>
  )
}

function PanelButton() {
  const editor = useEditor()
  const shown = state.panelShown.value
  return (
    <button
      type="button"
      class="button icon"
      aria-label={texts.top.panel}
      title={texts.top.panel}
      aria-pressed={shown}
      onClick={() => editor.showPanel(!shown)}
    >
      <icons.panel />
    </button>
  )
}

function ProgressLine() {
  const { state: now, progress } = state.run
  if (now.value === 'idle') return null
  const part = progress.value && progress.value.count ? progress.value.index / progress.value.count : undefined
  return (
    <span
      class={part === undefined ? 'progress waiting' : 'progress'}
      role="progressbar"
      aria-label={texts.status.running}
      {...(part !== undefined && { 'aria-valuenow': Math.round(part * 100), 'aria-valuemin': 0, 'aria-valuemax': 100 })}
    >
      <span style={part === undefined ? {} : { transform: `scaleX(${part})` }} />
    </span>
  )
}
