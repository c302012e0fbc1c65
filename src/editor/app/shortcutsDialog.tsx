// Dialog of keyboard shortcuts: groups, search, gestures, and changing, exporting and importing keys.
import { safeFileName } from '../../engine/base/fileName.ts'
import { useMemo, useState } from 'preact/hooks'
import { useFirstFocus } from '../ui/modal.ts'
import { changeSettings, settings } from '../storage/settings.ts'
import { keyTexts } from '../texts/keyTexts.ts'
import {
  commandEntries,
  formatShortcut,
  isMac,
  type Command,
  type CommandId,
} from '../ui/commands.ts'
import { download } from '../ui/download.ts'
import { icons } from '../ui/icons.tsx'
import { pickFiles } from '../ui/pickFiles.ts'
import { showToast } from '../ui/state.ts'
import { groupOf, keyGroups } from './keyGroups.ts'
import { KeyRow } from './keyRow.tsx'
import {
  readKeyFile,
  writeKeys,
  type KeyedCommand,
  type KeyFileProblem,
  type KeyTable,
} from './keySettings.ts'
import './shortcuts.css'

/** Commands whose keys contain the number of a tab. */
const fixedCommands: ReadonlySet<string> = new Set<CommandId>(['toTab'])

/** All commands with their current and usual keys. */
function keyedCommands(): KeyedCommand[] {
  void settings.value.keys // Rerenders when keys change.
  return commandEntries().map(([id, { keys = [], usualKeys = [], native = false }]) => ({
    id,
    keys,
    usual: usualKeys,
    fixed: native || fixedCommands.has(id),
  }))
}

const storeKeys = (keys: KeyTable) => changeSettings({ keys })

export function ShortcutsDialog({ close }: { close: () => void }) {
  const { shortcuts } = keyTexts()
  const [query, setQuery] = useState('')
  const [said, say] = useState('')
  const field = useFirstFocus<HTMLInputElement>()
  const commands = keyedCommands()
  const labels = new Map(commandEntries())
  const store = (id: string, keys: KeyTable) => {
    storeKeys(keys)
    say(shortcuts.changed(labels.get(id as CommandId)?.label ?? id, formatKeys(keys[id] ?? [])))
  }
  const found = useMemo(
    () => findCommands(commands, labels, query),
    [query, settings.value.keys, shortcuts],
  )
  const gestures = findGestures(query)
  return (
    <div class="shortcuts-dialog">
      <h2 id="dialog-title">{shortcuts.title}</h2>
      <input
        ref={field}
        type="search"
        class="field"
        aria-label={shortcuts.search}
        placeholder={shortcuts.search}
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <div class="key-groups" tabIndex={0} role="region" aria-label={shortcuts.title}>
        {keyGroups.map((group) => {
          const rows = found.filter(({ id }) => groupOf[id as CommandId] === group)
          return (
            rows.length > 0 && (
              <section key={group}>
                <h3>{shortcuts.groups[group]}</h3>
                <ul>
                  {rows.map((command) => (
                    <KeyRow
                      key={command.id}
                      command={command}
                      commands={commands}
                      label={(id) => labels.get(id as CommandId)?.label ?? id}
                      table={settings.value.keys}
                      onChange={(table) => store(command.id, table)}
                    />
                  ))}
                </ul>
              </section>
            )
          )
        })}
        {gestures.length > 0 && (
          <section>
            <h3>{shortcuts.gestures}</h3>
            <dl>
              {gestures.map(([gesture, what]) => (
                <div key={gesture}>
                  <dt>{gesture}</dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        )}
        {found.length + gestures.length === 0 && <p class="empty">{shortcuts.none(query)}</p>}
      </div>
      <p class="hidden" role="status">
        {said}
      </p>
      <Buttons commands={commands} say={say} close={close} />
    </div>
  )
}

function Buttons({
  commands,
  say,
  close,
}: {
  commands: readonly KeyedCommand[]
  say: (text: string) => void
  close: () => void
}) {
  const { shortcuts } = keyTexts()
  const table = settings.value.keys
  return (
    <div class="answers">
      <button
        type="button"
        class="button"
        disabled={Object.keys(table).length === 0}
        onClick={() => {
          storeKeys({})
          say(shortcuts.wasReset)
        }}
      >
        {shortcuts.resetAll}
      </button>
      <button type="button" class="button" onClick={() => void importKeys(commands)}>
        {shortcuts.import}
      </button>
      <button
        type="button"
        class="button"
        onClick={() =>
          download({
            name: safeFileName('litegraph-diffusion-keys.json'),
            mime: 'application/json',
            bytes: writeKeys(table),
          })
        }
      >
        {shortcuts.export}
      </button>
      <button type="button" class="button outline" onClick={close}>
        <icons.close />
        {shortcuts.close}
      </button>
    </div>
  )
}

async function importKeys(commands: readonly KeyedCommand[]) {
  const [picked] = await pickFiles({ accept: '.json', several: false })
  if (!picked) return
  const { shortcuts } = keyTexts()
  const { table, problems } = readKeyFile(await picked.file.text(), commands)
  const texts = problems.map(formatProblem)
  if (!table) return showToast(shortcuts.importFailed, { text: texts.join(' '), error: true })
  storeKeys(table)
  showToast(shortcuts.imported(Object.keys(table).length), {
    ...(texts.length > 0 && { text: shortcuts.skipped(texts), error: true }),
  })
}

function formatProblem(problem: KeyFileProblem): string {
  const { problems } = keyTexts().shortcuts
  switch (problem.kind) {
    case 'json':
      return problems.json
    case 'format':
      return problems.format
    case 'command':
      return problems.command(problem.id)
    case 'keys':
      return problems.keys(problem.id)
    case 'taken':
      return problems.taken(problem.id, formatShortcut(problem.keys), problem.other)
  }
}

const formatKeys = (keys: readonly string[]) =>
  keys.map(formatShortcut).join(', ') || keyTexts().shortcuts.noKeys

/** Commands whose label and one of their shortcuts contain every word. */
function findCommands(
  commands: readonly KeyedCommand[],
  labels: ReadonlyMap<CommandId, Command>,
  query: string,
): readonly KeyedCommand[] {
  const words = splitQuery(query)
  return commands.filter(({ id, keys }) => {
    const label = labels.get(id as CommandId)?.label ?? id
    const shortcuts = keys.map((each) => `${each} ${formatShortcut(each)}`)
    return ['', ...shortcuts].some((each) => hasWords(words, label, each))
  })
}

function findGestures(query: string): readonly (readonly [string, string])[] {
  const words = splitQuery(query)
  return keyTexts()
    .gestures.map(([gesture, what]) => [gesture.replace('Mod', mod), what] as const)
    .filter(([gesture, what]) => hasWords(words, what, gesture))
}

/** True if the texts contain every word. A single letter or sign is a key. */
function hasWords(words: readonly string[], label: string, shortcut: string): boolean {
  const text = `${label} ${shortcut}`.toLowerCase()
  const keys = shortcut.toLowerCase().split(/[\s+]+/)
  return words.every((word) => (/^[!-~]$/.test(word) ? keys.includes(word) : text.includes(word)))
}

const mod = isMac ? '⌘' : 'Ctrl'

const splitQuery = (query: string) =>
  query
    .toLowerCase()
    .split(/\s+|(?<=\w)\+/)
    .filter(Boolean)
