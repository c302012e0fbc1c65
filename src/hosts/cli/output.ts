// Standard output and error, whose reader may close them early and which may be full files.
import { describeFileError } from '../node/failure.ts'
import { cliMessages } from '../../messages/cli.ts'

let failure: string | undefined

/**
 * Ignores that a reader has closed a stream, as `head` does: the command still ends with its own
 * status. Remembers other errors of standard output.
 */
export function guardOutput() {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    const path = cliMessages.standardOutput()
    failure ??= describeFileError(Object.assign(error, { path })) ?? error.message
  })
}

/** Waits until everything is written. Returns the error of standard output, if any. */
export async function flushOutput(): Promise<string | undefined> {
  for (const stream of [process.stdout, process.stderr])
    if (stream.writable) await new Promise((resolve) => stream.write('', resolve))
  return failure
}
