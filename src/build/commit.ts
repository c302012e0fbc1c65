// The commit that the app is built from.
import { execFileSync } from 'node:child_process'

/** Abbreviated hash, with "-dirty" if files have changed since; '' without git or a repository. */
export function readCommit(folder: string): string {
  try {
    const args = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*']
    return execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return ''
  }
}
