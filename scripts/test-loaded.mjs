// `npm test` beside two busy loops for each core, as on a machine that has other work. The verdict
// must be the same. Arguments are those of Vitest:
//
//   npm run test:loaded [-- test/editor]
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const count = 2 * availableParallelism()
const loops = Array.from({ length: count }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
)
const start = performance.now()
const script = join(import.meta.dirname, 'test.mjs')
const run = spawn(process.execPath, [script, ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => run.kill(signal))
run.on('exit', (status) => {
  for (const loop of loops) loop.kill('SIGKILL')
  const minutes = ((performance.now() - start) / 60_000).toFixed(1)
  process.stderr.write(`beside ${count} busy loops: ${minutes} minutes\n`)
  process.exitCode = status ?? 1
})
