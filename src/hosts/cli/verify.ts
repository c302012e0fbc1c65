// The option `--verify`: compares two runs bit by bit.
import { cliMessages } from '../../messages/cli.ts'
import { firstDifference, type Outcome } from './outcome.ts'

/** Prints one line for each output. Returns true if all are equal. */
export function printComparison(
  first: Outcome,
  second: Outcome,
  print: (line: string) => void,
): boolean {
  const outputs = [...new Set([...first.keys(), ...second.keys()])]
  let different = 0
  for (const output of outputs) {
    const found = firstDifference(first.get(output), second.get(output))
    if (found) different++
    print(
      found
        ? cliMessages.different({
            output,
            place: found.path && cliMessages.at({ path: found.path }),
            first: format(found.first),
            second: format(found.second),
          })
        : cliMessages.equal({ output }),
    )
  }
  const count = outputs.length
  print(
    different === 0
      ? cliMessages.allEqual({ count })
      : cliMessages.someDiffer({ count, different }),
  )
  return different === 0
}

const MAX_LENGTH = 40

/** All digits of a number, or the beginning of another value. */
const format = (value: unknown): string =>
  value === undefined
    ? cliMessages.missing()
    : typeof value === 'number'
      ? Object.is(value, -0)
        ? '-0'
        : String(value)
      : (JSON.stringify(value) ?? '').slice(0, MAX_LENGTH)
