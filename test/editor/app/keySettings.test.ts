// Keys that users change: conflicts, refusals, and files to exchange them.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { groupOf, keyGroups } from '../../../src/editor/app/keyGroups.ts'
import {
  findConflict,
  findRefusal,
  isKeys,
  readKeyFile,
  withKeys,
  writeKeys,
  type KeyedCommand,
  type KeyTable,
} from '../../../src/editor/app/keySettings.ts'
import { en } from '../../../src/editor/texts/en/index.ts'
import { enKeys } from '../../../src/editor/texts/en/keys.ts'
import type { CommandId } from '../../../src/editor/ui/commands.ts'
import { koKeys } from '../korean.ts'

const usual: Record<string, readonly string[]> = {
  run: ['Mod+Enter'],
  queue: ['Mod+Enter', 'Alt+Shift+Enter'],
  mute: ['M', 'Mod+M'],
  fit: ['.', 'Home'],
  tour: [],
  copy: ['Mod+C'],
}

const commandsWith = (table: KeyTable = {}): KeyedCommand[] =>
  Object.entries(usual).map(([id, keys]) => ({
    id,
    keys: table[id] ?? keys,
    usual: keys,
    fixed: id === 'copy',
  }))

test.each(['M', '?', '.', 'F8', 'Mod+Shift+Z', 'Alt+=', 'Mod++', 'Shift+ArrowLeft', 'Mod+,'])(
  '%s are keys',
  (keys) => expect(isKeys(keys)).toBe(true),
)

test.each(['', 'm', 'Shift+Mod+Z', 'Mod+', 'Ctrl+A b', '<b>', 7, null, 'Mod+한글'])(
  '%s are no keys',
  (keys) => expect(isKeys(keys)).toBe(false),
)

describe('a change of keys', () => {
  test('replaces the keys of one command, and is left out if they are the usual ones', () => {
    const table = withKeys({}, commandsWith(), 'mute', ['Q'])
    expect(table).toEqual({ mute: ['Q'] })
    expect(withKeys(table, commandsWith(table), 'mute', ['M', 'Mod+M'])).toEqual({})
  })

  test('takes keys from the command that has them', () => {
    expect(findConflict(commandsWith(), 'tour', 'M')).toBe('mute')
    expect(withKeys({}, commandsWith(), 'tour', ['M'])).toEqual({ tour: ['M'], mute: ['Mod+M'] })
  })

  test('is no conflict for commands that share their usual keys', () => {
    expect(findConflict(commandsWith(), 'run', 'Mod+Enter')).toBeUndefined()
    expect(findConflict(commandsWith(), 'tour', 'Mod+Enter')).toBe('run')
  })

  test('is refused for keys of the browser, of fields, and of fixed commands', () => {
    expect(findRefusal(commandsWith(), 'tour', 'Mod+T')).toEqual({ why: 'browser' })
    expect(findRefusal(commandsWith(), 'tour', 'Enter')).toEqual({ why: 'field' })
    expect(findRefusal(commandsWith(), 'tour', 'Mod+C')).toEqual({ why: 'fixed', by: 'copy' })
    expect(findRefusal(commandsWith(), 'tour', 'Alt+Q')).toBeUndefined()
  })
})

describe('a file of keys', () => {
  test('is read as it was written', () => {
    const table = { mute: ['Q'], tour: ['Alt+J'] }
    expect(readKeyFile(writeKeys(table), commandsWith())).toEqual({ table, problems: [] })
  })

  test.each([
    ['no JSON', '{', 'json'],
    ['another file', '{"nodes": []}', 'format'],
    ['a list', '[]', 'format'],
    ['a very long file', `{"format": "${'x'.repeat(200_000)}"}`, 'format'],
  ])('%s is refused', (_, text, kind) => {
    expect(readKeyFile(text, commandsWith())).toEqual({ problems: [{ kind }] })
  })

  test('unknown commands, unreadable keys and conflicts are left out and reported', () => {
    const keys = {
      fly: ['F9'],
      copy: ['F9'],
      mute: ['q'],
      fit: 'Home',
      tour: ['Mod+Enter'],
    }
    const text = writeKeys(keys as unknown as KeyTable)
    const { table, problems } = readKeyFile(text, commandsWith())
    expect(table).toEqual({})
    expect(
      problems.map((problem) => ('id' in problem ? `${problem.kind} ${problem.id}` : '')),
    ).toEqual(['command fly', 'command copy', 'keys mute', 'keys fit', 'taken tour'])
  })

  test('may exchange the keys of two commands', () => {
    const table = { mute: ['.', 'Home'], fit: ['M', 'Mod+M'] }
    expect(readKeyFile(writeKeys(table), commandsWith())).toEqual({ table, problems: [] })
  })
})

test('every command has a group and a label', () => {
  for (const [id, group] of Object.entries(groupOf)) {
    expect(en.commands).toHaveProperty(id)
    expect(keyGroups).toContain(group)
  }
})

test('every command is documented in its group', () => {
  const sections = readFileSync('docs/keys.md', 'utf8').split(/^## /m)
  for (const group of keyGroups) {
    const section = sections.find((each) => each.startsWith(enKeys.shortcuts.groups[group]))
    const rows = [...(section ?? '').matchAll(/^\| (.+?) \| (?:`.+` )?\|$/gm)]
    const ids = Object.entries(groupOf).filter(([, each]) => each === group)
    const labels = ids.map(([id]) => en.commands[id as CommandId])
    expect(rows.map(([, label]) => label).sort()).toEqual(labels.sort())
  }
})

/** Paths of all texts of a table. */
const paths = (part: unknown, path = ''): string[] =>
  typeof part === 'object' && part !== null
    ? Object.entries(part).flatMap(([key, value]) => paths(value, `${path}.${key}`))
    : [path]

test('the texts of the dialogs are Korean too', () => {
  expect(paths(koKeys)).toEqual(paths(enKeys))
  const { settings, shortcuts, gestures } = koKeys
  for (const text of [
    ...Object.values(settings).filter((each) => typeof each === 'string'),
    shortcuts.title,
    ...gestures.flat(),
  ])
    expect(text).toMatch(/[가-힣]/)
})
