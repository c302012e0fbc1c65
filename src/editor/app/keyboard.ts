// Keyboard shortcuts of the window.
import { openNodeSearch } from '../canvas/openNodeSearch.ts'
import type { Stage } from '../canvas/stage.ts'
import { commandEntries, isMac, type Command, type CommandId } from '../ui/commands.ts'
import { isInPopover, isOnCanvas } from '../ui/focus.ts'
import { isBehindDialog } from '../ui/modal.ts'
import type { Editor } from './services.ts'

/** Commands whose keys work everywhere, including text fields and overlays. */
const globalCommands: ReadonlySet<CommandId> = new Set([
  'run',
  'queue',
  'stop',
  'step',
  'save',
  'saveAs',
  'open',
])

/** Commands that also work in text fields, by keys that type no character. */
const fieldCommands: ReadonlySet<CommandId> = new Set(['add', 'find', 'commands'])
const typesNothing = (keys: string) => /^(Mod|F\d)/.test(keys)

/**
 * Commands that need the focus on the canvas: elsewhere their keys scroll, move or open something.
 */
const canvasCommands: ReadonlySet<CommandId> = new Set([
  'nodeLeft',
  'nodeRight',
  'nodeUp',
  'nodeDown',
  'enlarge',
  'leave',
])

const isTextField = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  !(target instanceof HTMLInputElement && /^(checkbox|range|button)$/.test(target.type))

/** Returns true for keys that move a slider or choose a radio button. */
const changesControl = ({ target, key }: KeyboardEvent) =>
  target instanceof HTMLInputElement &&
  /^(range|radio)$/.test(target.type) &&
  /^(Home|End|Page|Arrow)/.test(key)

/** Formats the pressed keys like {@link Command.keys}. */
export function readKeys(event: KeyboardEvent): string {
  const mod = isMac ? event.metaKey : event.ctrlKey
  // With Alt some layouts type other letters, and some have other letters without it.
  const isForeign = event.altKey || (event.key.length === 1 && event.key > '~')
  // Shift and a digit types a sign that depends on the layout, and the comma of a numeric keypad is
  // its period.
  const isDigit = event.shiftKey && event.code.startsWith('Digit')
  const isPeriod = event.code === 'NumpadDecimal' && event.key === ','
  const key =
    isDigit || (isForeign && /^(Key|Digit)/.test(event.code))
      ? event.code.replace(/^(Key|Digit)/, '')
      : isPeriod
        ? '.'
        : event.key
  const shifted = event.shiftKey && (key.length > 1 || /[a-z\d]/i.test(key))
  return [
    mod && 'Mod',
    event.altKey && 'Alt',
    shifted && 'Shift',
    key.length === 1 ? key.toUpperCase() : key,
  ]
    .filter(Boolean)
    .join('+')
}

const hasModifier = (event: KeyboardEvent) => event.ctrlKey || event.metaKey || event.altKey

/** Returns true for keys that a focused button handles itself. */
const activatesButton = (event: KeyboardEvent) =>
  !hasModifier(event) && event.target instanceof HTMLButtonElement && /Enter|Delete/.test(event.key)

const isSpace = (event: KeyboardEvent) => event.key === ' ' && !hasModifier(event)

/** Returns true if the focused element needs these keys itself. */
function isReserved(event: KeyboardEvent, id: CommandId, keys: string): boolean {
  if (canvasCommands.has(id) && !isOnCanvas(event)) return true
  // Elsewhere, and on the page as a whole, Tab moves the focus.
  if (/^(Shift\+)?Tab$/.test(keys) && !(event.target instanceof HTMLCanvasElement)) return true
  if (activatesButton(event)) return true
  if (globalCommands.has(id)) return false
  const isField = isTextField(event.target) || changesControl(event)
  return (isField && !(fieldCommands.has(id) && typesNothing(keys))) || isInPopover(event)
}

/** Runs the command of the pressed keys, preferably an enabled one. */
function runKeyCommand(
  event: KeyboardEvent,
  entries: readonly [CommandId, Command][],
  commitEdit: () => void,
) {
  const keys = readKeys(event)
  const matches = entries.filter(([, command]) => command.keys?.includes(keys))
  // An edit of this moment is committed with a delay, but can be undone at once.
  if (matches.some(([id]) => id === 'undo')) commitEdit()
  const found = matches.find(([, { enabled }]) => enabled?.() ?? true) ?? matches[0]
  if (!found) return
  const [id, command] = found
  if (isNative(command, keys) || isReserved(event, id, keys)) return
  const enabled = command.enabled?.() ?? true
  if (!enabled && /^(Tab|Escape)$/.test(keys)) return
  event.preventDefault()
  if (enabled) command.run(keys)
}

/** True for keys that the browser handles: those of the clipboard, unless the user changed them. */
const isNative = ({ native, usualKeys }: Command, keys: string) =>
  native === true && (usualKeys?.includes(keys) ?? false)

/**
 * Space bar on the canvas: with a drag it pans, with a letter it searches nodes by that letter,
 * alone it opens the node search. `down` returns true for keys that it handled.
 */
function createSpaceKey(stage: Stage) {
  let held: { used: boolean } | undefined
  return {
    down(event: KeyboardEvent): boolean {
      if (isSpace(event) && isOnCanvas(event)) {
        event.preventDefault()
        if (!event.repeat) {
          held = { used: false }
          stage.holdSpace(true)
        }
        return true
      }
      if (!held || !/^[a-z0-9]$/i.test(event.key) || event.ctrlKey || event.metaKey) return false
      held.used = true
      event.preventDefault()
      stage.holdSpace(false)
      openNodeSearch(stage, event.key)
      return true
    },
    up(event: KeyboardEvent) {
      if (!isSpace(event) || !held) return
      if (!held.used && !isBehindDialog()) openNodeSearch(stage)
      stage.holdSpace(false)
      held = undefined
    },
    pressPointer() {
      if (held) held.used = true
    },
  }
}

/** Listens to the keyboard of the window. Returns a function that stops it. */
export function listenToKeys(editor: Editor): () => void {
  const entries = commandEntries()
  const space = createSpaceKey(editor.stage)
  const down = (event: KeyboardEvent) => {
    if (event.defaultPrevented || isBehindDialog() || document.querySelector('dialog[open]')) return
    if (space.down(event)) return
    runKeyCommand(event, entries, () => void editor.workspace.capture())
  }
  addEventListener('keydown', down)
  addEventListener('keyup', space.up)
  addEventListener('pointerdown', space.pressPointer, true)
  return () => {
    removeEventListener('keydown', down)
    removeEventListener('keyup', space.up)
    removeEventListener('pointerdown', space.pressPointer, true)
  }
}
