// All commands, with their keys. Menus, buttons, the palette and the keyboard use this table.
import { openNodeSearch } from '../canvas/openNodeSearch.ts'
import { changeSettings, settings } from '../storage/settings.ts'
import { getOwn } from '../../engine/base/records.ts'
import { isIdle, queueShown, runState, type RunSpeed } from '../running/state.ts'
import { undoable } from '../workspace/state.ts'
import { texts } from '../texts/texts.ts'
import type { Texts } from '../texts/en/index.ts'
import type { Command } from '../ui/commands.ts'
import type { Editor } from './services.ts'
import { nextProblem } from './problems.ts'
import { shownFinder } from './state.ts'
import { dialogCommands, habitCommands, toolCommands } from './toolCommands.ts'
import type { CommandTable } from './commandTable.ts'
import { fileCommands } from './fileCommands.ts'
import { selectionCommands, arrangeCommands } from './selectionCommands.ts'
import { nodeCommands } from './nodeCommands.ts'
import { viewCommands } from './viewCommands.ts'

/** Creates the commands in the order in which lists show them. */
export const makeCommands = (editor: Editor) =>
  addLabels({
    ...runCommands(editor),
    ...editCommands(editor),
    ...fileCommands(editor),
    ...selectionCommands(editor),
    ...arrangeCommands(editor),
    ...nodeCommands(editor),
    ...habitCommands(editor),
    ...toolCommands(),
    ...viewCommands(editor),
    ...dialogCommands(),
  })

function runCommands(editor: Editor) {
  const { runner } = editor
  const speedTo = (speed: RunSpeed) => ({
    enabled: () => runState.speed.value !== speed,
    run: () => runner.setSpeed(speed),
  })
  return {
    run: { keys: ['Mod+Enter'], enabled: isIdle, run: () => runner.run() },
    stop: { keys: ['Mod+Alt+Enter'], enabled: () => !isIdle(), run: () => runner.stop() },
    pause: {
      enabled: () => runState.phase.value === 'running' || runState.phase.value === 'paused',
      run: () => runner.pause(),
    },
    step: {
      keys: ['Mod+Shift+Enter'],
      enabled: () => isIdle() || runState.phase.value === 'paused',
      run: () => runner.step(),
    },
    // Has the keys of Run while a run is active.
    queue: {
      keys: ['Mod+Enter', 'Alt+Shift+Enter'],
      enabled: () => !isIdle(),
      run: () => runner.enqueueCurrent(),
    },
    queueFirst: {
      enabled: () => !isIdle(),
      run: () => runner.enqueueCurrent({ first: true }),
    },
    showQueue: { run: () => (queueShown.value = true) },
    stopAll: { enabled: () => !isIdle(), run: () => runner.stopAll() },
    nextProblem: {
      keys: ['F8'],
      enabled: () => runState.faults.value.length + runState.notices.value.length > 0,
      run: () => nextProblem(editor),
    },
    speedFull: speedTo('full'),
    speedFour: speedTo('four'),
    speedOne: speedTo('one'),
    speedStep: speedTo('step'),
    measures: {
      keys: ['Alt+T'],
      run: () => changeSettings({ measures: !settings.value.measures }),
    },
  } satisfies CommandTable
}

function editCommands({ stage, workspace }: Editor) {
  return {
    undo: {
      keys: ['Mod+Z'],
      enabled: () => undoable.value.undo,
      run: () => workspace.undo(),
    },
    redo: {
      keys: ['Mod+Shift+Z', 'Mod+Y'],
      enabled: () => undoable.value.redo,
      run: () => workspace.redo(),
    },
    add: { keys: ['Mod+K', 'Shift+A', 'N'], run: () => openNodeSearch(stage) },
    commands: { keys: ['Mod+Shift+P', 'F1'], run: () => (shownFinder.value = 'commands') },
    find: { keys: ['Mod+F'], run: () => (shownFinder.value = 'graph') },
  } satisfies CommandTable
}

/** Adds labels and keys as getters, because the user can change the language and the keys. */
function addLabels<K extends keyof Texts['commands']>(
  table: Record<K, Omit<Command, 'label'>>,
): Record<K, Command> {
  for (const id of Object.keys(table) as K[]) {
    const { keys: usual } = table[id]
    Object.defineProperties(table[id], {
      label: { get: () => texts.commands[id] },
      usualKeys: { value: usual },
      keys: { get: () => readChosenKeys(id) ?? usual },
    })
  }
  return table as Record<K, Command>
}

/** The keys that the user has chosen for a command. An imported backup may hold anything. */
function readChosenKeys(id: string): readonly string[] | undefined {
  const chosen: unknown = getOwn<unknown>(settings.value.keys, id)
  return Array.isArray(chosen) && chosen.every((keys) => typeof keys === 'string')
    ? chosen
    : undefined
}
