// Arguments of the command line, and its help text.
import { parseArgs } from 'node:util'
import { getErrorMessage } from '../../engine/messages/fault.ts'
import { cliMessages } from '../../messages/cli.ts'
import { commands, programOptions, type Command } from './commands.ts'
import { UsageError } from '../node/failure.ts'
import { type GivenValues, type OptionResults, type Options } from './options.ts'
import { listStatuses } from '../node/status.ts'

type Commands = typeof commands

/** A command with its operands and the values of its options. */
export type Arguments<Name extends keyof Commands = keyof Commands> = {
  [K in Name]: { command: K } & ReturnType<Commands[K]['operands']> &
    OptionResults<Commands[K]['options']>
}[Name]

const table: Readonly<Record<string, Command>> = commands

/** @throws UsageError */
export function parseArguments(
  argv: string[],
): Arguments | { command: 'help' } | { command: 'version' } {
  const { values, positionals } = parseOptions(argv)
  if (programOptions.help.read(values)) return { command: 'help' }
  if (programOptions.version.read(values)) return { command: 'version' }
  const [command, ...words] = positionals
  if (command === undefined) throw new UsageError(cliMessages.noCommand())
  if (!Object.hasOwn(table, command)) throw new UsageError(cliMessages.unknownCommand({ command }))
  const { operands, options } = table[command]
  requireOptions(command, options, values)
  const read = operands(words, command)
  const results = Object.entries(options).map(([key, option]) => [key, option.read(values)])
  // The types of operands and options are those of the table.
  return { command, ...read, ...Object.fromEntries(results) } as Arguments
}

function parseOptions(argv: string[]) {
  const all = [programOptions, ...Object.values(table).map(({ options }) => options)]
  const options = Object.fromEntries(
    all.flatMap((each) => Object.values(each)).map(({ name, config }) => [name, config]),
  )
  try {
    return parseArgs({ args: argv, allowPositionals: true, options })
  } catch (error) {
    // Node adds advice about positional arguments that start with a dash.
    throw new UsageError(getErrorMessage(error).replace(/\. To specify .*$/s, '.'))
  }
}

/** @throws UsageError for an option of another command, or an empty value */
function requireOptions(command: string, options: Options, values: GivenValues) {
  const known = [...Object.values(options), programOptions.debug]
  for (const [option, value] of Object.entries(values)) {
    if (!known.some(({ name }) => name === option))
      throw new UsageError(cliMessages.otherOption({ command, option }))
    if ([value].flat().includes('')) throw new UsageError(cliMessages.emptyOption({ option }))
  }
}

const listOptions = (options: Options) =>
  Object.values(options)
    .map(({ help }) => help.trim())
    .filter((help) => help.includes(' '))
    .map((help) => `  ${help}`)
    .join('\n')

export const help = [
  'litegraph-diffusion runs the graphs of its editor without a browser.',
  Object.entries(table)
    .map(([name, { usage }]) => `  litegraph-diffusion ${name} ${usage}`)
    .join('\n'),
  ...Object.values(table).flatMap(({ about, listed = {} }) =>
    about === undefined ? [] : [about.trim(), listOptions(listed)],
  ),
  `Exit status:\n${listStatuses()}`,
].join('\n\n')
