// Runs the tests with every choice inverted that depends on measured times: in a copy of the working
// tree, in which the inverse of each such time counts. Tests must not depend on what a machine
// measures. Arguments are those of Vitest:
//
//   npm run test:inverted [-- test/engine]
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createScratchCopy, replaceOnce } from './scratchCopy.mjs'

const folder = createScratchCopy()
replaceOnce(folder, 'src/engine/backends/measured.ts', 'number => time', 'number => 1 / time')
const args = [join(folder, 'scripts/test.mjs'), ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: 'inherit' })
process.exitCode = status ?? 1
