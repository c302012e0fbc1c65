// Runs an npm script in its own process.
import { execFile } from 'node:child_process'

/** Returns the exit code and everything the script printed. */
export const runScript = (
  name: string,
  options: readonly string[],
): Promise<{ code: number; output: string }> =>
  new Promise((resolve) =>
    execFile(
      'npm',
      ['run', '--silent', name, '--', ...options],
      { maxBuffer: 2 ** 26 },
      (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? (error ? 1 : 0)), output: stdout + stderr }),
    ),
  )
