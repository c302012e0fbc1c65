// The bar along the top: which workflow, the run, and what belongs to the whole window.
import { useRef } from 'preact/hooks'
import { CommandButton, IconButton, MenuButton } from './buttons.tsx'
import { useEditor } from './context.ts'
import type { Editor } from './editor.ts'
import { icons, Mark } from './icons.tsx'
import { itemOf } from './menus.ts'
import { QueueButton } from './queue.tsx'
import { SpeedButton } from './speed.tsx'
import * as state from './state.ts'
import { languages, texts, translated } from './texts.ts'

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
        <HelpButton />
        <SettingsButton />
        <PanelButton />
      </div>
    </header>
  )
}

function Workflow() {
  const editor = useEditor()
  const open = state.drawer.value !== undefined && state.drawer.value !== 'outline'
  const name = translated(state.name.value)
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton
        label={texts.top.library}
        icon={<icons.drawer />}
        expanded={open}
        onClick={() => (state.drawer.value = open ? undefined : 'gallery')}
      />
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
      <MenuButton label={texts.top.file} icon={<icons.chevron />} menu={() => ({ items: fileItems(editor) })} />
    </>
  )
}

const fileItems = (editor: Editor): state.Menu['items'] => [
  itemOf(editor, 'new'),
  itemOf(editor, 'open'),
  itemOf(editor, 'openFolder'),
  { ...itemOf(editor, 'gallery'), run: () => (state.drawer.value = 'gallery') },
  'rule',
  itemOf(editor, 'save'),
  itemOf(editor, 'saveAs'),
  itemOf(editor, 'versions'),
  itemOf(editor, 'closeTab'),
  itemOf(editor, 'storage'),
  itemOf(editor, 'download'),
  itemOf(editor, 'downloadScript'),
  itemOf(editor, 'copyLink'),
  itemOf(editor, 'share'),
]

function HelpButton() {
  const editor = useEditor()
  const items = () => (['tour', 'commands', 'shortcuts'] as const).map((id) => itemOf(editor, id))
  return <MenuButton label={texts.top.help} icon={<icons.help />} menu={() => ({ title: texts.top.help, items: items() })} />
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
        <CommandButton command="stop" icon={<icons.stop />} class={now === 'stopping' ? 'outline stopping' : 'outline'}>
          {top.stop}
        </CommandButton>
      )}
      <CommandButton
        command="pause"
        icon={now === 'paused' ? <icons.run /> : <icons.pause />}
        label={now === 'paused' ? top.resume : top.pause}
      />
      <CommandButton command="step" icon={<icons.step />} />
      <SpeedButton />
      <LiveButton />
      <CommandButton command="queue" icon={<icons.queue />} label={texts.queue.add} />
      <QueueButton />
    </>
  )
}

function LiveButton() {
  const editor = useEditor()
  const { live } = state.settings.value
  return (
    <IconButton
      label={texts.top.live}
      title={texts.top.liveMeaning[live ? 'on' : 'off']}
      icon={<icons.live />}
      pressed={live}
      onClick={() => editor.setLive(!live)}
    />
  )
}

const themes = ['system', 'dark', 'light', 'contrast'] as const

/** How the window looks and speaks. */
function SettingsButton() {
  const editor = useEditor()
  const items = (): state.Menu['items'] => {
    const { theme, language } = state.settings.value
    const { top } = texts
    return [
      { heading: top.theme },
      ...themes.map((each) => ({ label: top.themes[each], checked: each === theme, run: () => editor.setTheme(each) })),
      'rule',
      { heading: top.language },
      { label: top.languages.system, checked: language === 'system', run: () => editor.setLanguage('system') },
      ...entriesOf(languages).map(([each, label]) => ({
        label,
        checked: each === language,
        run: () => editor.setLanguage(each),
      })),
    ]
  }
  return <MenuButton label={texts.top.settings} icon={<icons.settings />} menu={() => ({ items: items() })} />
}

const entriesOf = <K extends string, V>(of: Record<K, V>) => Object.entries(of) as [K, V][]

function PanelButton() {
  const editor = useEditor()
  const shown = state.panelShown.value
  return <IconButton label={texts.top.panel} icon={<icons.panel />} pressed={shown} onClick={() => editor.showPanel(!shown)} />
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
