// Parts that the tables of commands share.
import { selectedIds } from '../canvas/state.ts'
import type { Texts } from '../texts/en/index.ts'
import type { Command } from '../ui/commands.ts'

export type CommandTable = { [K in keyof Texts['commands']]?: Omit<Command, 'label'> }

export const hasSelection = () => selectedIds.value.length > 0
export const hasSeveralSelected = () => selectedIds.value.length > 1
