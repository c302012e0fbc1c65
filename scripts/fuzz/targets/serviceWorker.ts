// The service worker: programs of server answers, events, restarts and damaged caches. What it
// stores and answers from the cache has the listed SHA-256, and one reload repairs everything.
import { modelPaths, serverAnswers, WorkerModel } from '../../../test/editor/workerModel.ts'
import type { Rng } from '../random.ts'
import type { SingleTarget } from '../target.ts'
import { Violation } from '../violation.ts'

/** Bytes of an instruction: its kind, a path, an answer, and an argument. */
const INSTRUCTION = 4

/** Instructions of a program at most. */
const MOST = 24

function generate(rng: Rng): Uint8Array {
  const count = 1 + rng.below(MOST)
  return Uint8Array.from({ length: INSTRUCTION * count }, () => rng.below(256))
}

type Instruction = (model: WorkerModel, path: string, answer: number, argument: number) => unknown

const pickAnswer = (answer: number) => serverAnswers[answer % serverAnswers.length]

/** Frequent instructions are listed several times. */
const instructions: readonly Instruction[] = [
  (model, path, answer) => model.setAnswer(path, pickAnswer(answer)),
  (model, path, answer) => model.setAnswer(path, pickAnswer(answer)),
  (model, _, answer) => model.setAllAnswers(pickAnswer(answer)),
  (model) => model.setAllAnswers('right'),
  (model, path) => model.fetch(path),
  (model, path) => model.fetch(path),
  (model) => model.reload(),
  (model) => model.restart(),
  (model) => model.message('cache'),
  (model, path, answer, argument) =>
    model.plant(argument & 1, path, pickAnswer(answer), Boolean(argument & 2)),
  (model, _, answer, argument) => {
    model.fullFor = argument % 4
    model.isIsolating = answer % 2 === 0
  },
  async (model, _, answer, argument) => {
    model.deployed = answer & 1
    await model.install(argument & 1)
  },
]

async function run(model: WorkerModel, bytes: Uint8Array) {
  // Usually, a worker is installed before the server fails.
  if ((bytes[0] ?? 0) & 1) await model.install(0)
  for (
    let at = 0;
    at + INSTRUCTION <= Math.min(bytes.length, INSTRUCTION * MOST);
    at += INSTRUCTION
  ) {
    const [kind, path, answer, argument] = bytes.subarray(at, at + INSTRUCTION)
    const instruction = instructions[kind % instructions.length]
    await instruction(model, modelPaths[path % modelPaths.length], answer, argument)
  }
  await model.checkRepair()
}

async function check(bytes: Uint8Array) {
  const reports: string[] = []
  const reject = (reason: unknown) => void reports.push(`Not handled: ${String(reason)}`)
  process.on('unhandledRejection', reject)
  try {
    await run(new WorkerModel((message) => void reports.push(message)), bytes)
    // Rejections are reported after the promises of this turn.
    await new Promise<void>((resolve) => void setImmediate(resolve))
  } finally {
    process.off('unhandledRejection', reject)
  }
  if (reports.length) throw new Violation('files', reports[0])
  return 'accepted'
}

export const createServiceWorkerTarget = (): SingleTarget => ({ generate, share: 1, check })
