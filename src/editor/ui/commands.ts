// Registry of the commands that buttons, menus and the keyboard use, and the names of keys.
import type { Texts } from '../texts/en/index.ts'

export interface Command {
  /** Label in the current language. */
  readonly label: string
  /** Keys such as `Mod+Shift+Z`; Mod is Ctrl, or Command on a Mac. Menus show the first. */
  keys?: readonly string[]
  /** The keys before the user changed them. */
  readonly usualKeys?: readonly string[] | undefined
  /** Leaves its keys to the browser, which needs no permission to read the clipboard. */
  native?: boolean
  enabled?: () => boolean
  /** `pressed` contains the keys, if it was run by keys. */
  run: (pressed?: string) => void
}

/** Texts of menu items that are not commands. */
type MenuText =
  | 'showUnused'
  | 'groupTitle'
  | 'groupMenu'
  | 'ungroup'
  | 'selectContents'
  | 'deleteGroup'
  | 'unpin'
  | 'order'
  | 'expand'
  | 'unmute'
  | 'removeBypass'
  | 'openNode'
  | 'downloadDiagram'
  | 'closeNode'
  | 'disconnect'
  | 'disconnectAll'
  | 'insert'
  | 'reroute'
  | 'rerouteKeys'

export type CommandId = Exclude<keyof Texts['commands'], MenuText>

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

/** Formats keys as they are labelled on the user's keyboard. */
export const formatShortcut = (keys: string): string =>
  isMac
    ? replaceArrows(keys)
        .replace('Mod', '⌘')
        .replace('Alt', '⌥')
        .replace('Shift', '⇧')
        .replace('Enter', '↵')
        .replaceAll('+', '')
    : replaceArrows(keys).replace('Mod', 'Ctrl').replaceAll('+', ' ')

const replaceArrows = (keys: string) =>
  keys
    .replace('ArrowLeft', '←')
    .replace('ArrowRight', '→')
    .replace('ArrowUp', '↑')
    .replace('ArrowDown', '↓')

export const shortcut = ({ keys }: Command) => (keys?.[0] ? formatShortcut(keys[0]) : undefined)

let commands: Partial<Record<CommandId, Command>> = {}

/** Sets the commands that buttons, menus and the palette offer. */
export const provideCommands = (table: Record<CommandId, Command>) => void (commands = table)

export function getCommand(id: CommandId): Command {
  const command = commands[id]
  if (!command) throw new Error(`There is no command ${id}.`)
  return command
}

export const allCommands = (): Command[] => Object.values(commands)

export const commandEntries = () => Object.entries(commands) as [CommandId, Command][]
