// Top bar: workflow name and file menu, run controls, and tools of the window.
import { setLanguage } from './appearance.ts'
import { showPanel } from '../ui/state.ts'
import { useRef } from 'preact/hooks'
import { CommandButton, IconButton, MenuButton } from '../ui/buttons.tsx'
import { useEditor } from './services.ts'
import { icons, Mark } from '../ui/icons.tsx'
import { commandItem } from './menus.ts'
import { QueueButton } from '../running/queueLoader.tsx'
import { SpeedButton, SpeedNote } from '../running/runSpeed.tsx'
import { panelShown, showDrawer, shownDrawer, type Menu } from '../ui/state.ts'
import { unsaved, workflowName } from '../workspace/state.ts'
import { runState, type RunProgress } from '../running/state.ts'
import { changeSettings, saveIntervals, settings } from '../storage/settings.ts'
import { languages, texts, translateWorkflow } from '../texts/texts.ts'

export function TopBar() {
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
  const open =
    shownDrawer.value !== undefined &&
    shownDrawer.value !== 'outline' &&
    shownDrawer.value !== 'lessons'
  const name = translateWorkflow(workflowName.value)
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton
        label={texts.top.library}
        icon={<icons.drawer />}
        expanded={open}
        onClick={() => showDrawer(open ? undefined : 'gallery')}
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
          onBlur={(event) =>
            event.currentTarget.value.trim() !== name &&
            editor.workspace.setTitle(event.currentTarget.value)
          }
        />
        {unsaved.value && (
          <span class="unsaved" role="img" aria-label={texts.unsaved} title={texts.unsaved} />
        )}
      </div>
      <MenuButton
        label={texts.top.file}
        icon={<icons.chevron />}
        menu={() => ({ items: fileItems() })}
      />
    </>
  )
}

const fileItems = (): Menu['items'] => [
  commandItem('new'),
  commandItem('open'),
  commandItem('openFolder'),
  { ...commandItem('gallery'), run: () => showDrawer('gallery') },
  'rule',
  commandItem('save'),
  commandItem('saveAs'),
  commandItem('versions'),
  commandItem('closeTab'),
  commandItem('storage'),
  commandItem('download'),
  commandItem('downloadScript'),
  commandItem('downloadTorch'),
  commandItem('downloadNotebook'),
  commandItem('copyLink'),
  commandItem('share'),
  commandItem('embed'),
  commandItem('savePage'),
  'rule',
  commandItem('appMode'),
  commandItem('present'),
]

function HelpButton() {
  const items = () =>
    (['tour', 'lessons', 'commands', 'shortcuts', 'bench'] as const).map((id) => commandItem(id))
  return (
    <MenuButton
      label={texts.top.help}
      icon={<icons.help />}
      menu={() => ({ title: texts.top.help, items: items() })}
    />
  )
}

function RunButtons() {
  const now = runState.phase.value
  const { top } = texts
  return (
    <>
      {now === 'idle' ? (
        <CommandButton command="run" icon={<icons.run />} class="primary main">
          {top.run}
        </CommandButton>
      ) : (
        <CommandButton
          command="stop"
          icon={<icons.stop />}
          class={now === 'stopping' ? 'outline main stopping' : 'outline main'}
        >
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
      <span class="notes">
        <SpeedNote />
        <QueueButton />
      </span>
    </>
  )
}

function LiveButton() {
  const { live } = settings.value
  return (
    <IconButton
      label={texts.top.live}
      title={texts.top.liveHints[live ? 'on' : 'off']}
      icon={<icons.live />}
      pressed={live}
      onClick={() => changeSettings({ live: !live })}
    />
  )
}

const themes = ['system', 'dark', 'light', 'contrast'] as const

/** Menu of theme, language and the saving of trainings, and the way to all settings. */
function SettingsButton() {
  const { stage } = useEditor()
  const items = (): Menu['items'] => {
    const { theme, language, saveEvery } = settings.value
    const { top } = texts
    return [
      { heading: top.theme },
      ...themes.map((each) => ({
        label: top.themes[each],
        checked: each === theme,
        run: () => changeSettings({ theme: each }),
      })),
      'rule',
      { heading: top.language },
      {
        label: top.languages.system,
        checked: language === 'system',
        run: () => void setLanguage(stage, 'system'),
      },
      ...typedEntries(languages).map(([each, label]) => ({
        label,
        checked: each === language,
        run: () => void setLanguage(stage, each),
      })),
      'rule',
      { heading: top.saveEvery },
      ...saveIntervals.map((each) => ({
        label: top.saveIntervals[each],
        checked: each === saveEvery,
        run: () => changeSettings({ saveEvery: each }),
      })),
      'rule',
      commandItem('settings'),
    ]
  }
  return (
    <MenuButton
      label={texts.top.settings}
      icon={<icons.settings />}
      menu={() => ({ items: items() })}
    />
  )
}

const typedEntries = <K extends string, V>(of: Record<K, V>) => Object.entries(of) as [K, V][]

function PanelButton() {
  const shown = panelShown.value
  return (
    <IconButton
      label={texts.top.panel}
      icon={<icons.panel />}
      pressed={shown}
      onClick={() => showPanel(!shown)}
    />
  )
}

/** Completed share of a loop, or of all trainings if there are several. */
function runProgressShare({ index, count, training }: RunProgress): number | undefined {
  if (!count) return undefined
  return training ? (training.number - 1 + index / count) / training.of : index / count
}

function ProgressLine() {
  const { phase: now, progress } = runState
  if (now.value === 'idle') return null
  const part = progress.value && runProgressShare(progress.value)
  return (
    <span
      class={part === undefined ? 'progress waiting' : 'progress'}
      role="progressbar"
      aria-label={texts.status.running}
      {...(part !== undefined && {
        'aria-valuenow': Math.round(part * 100),
        'aria-valuemin': 0,
        'aria-valuemax': 100,
      })}
    >
      <span style={part === undefined ? {} : { transform: `scaleX(${part})` }} />
    </span>
  )
}
