// Results as texts in the language of the page.
import { getText } from '../../engine/base/catalogue.ts'
import { softwareNames } from '../../engine/backends/webgpu/device.ts'
import type { Side } from '../../hosts/bench/protocol.ts'
import { TOLERANCE } from '../../hosts/bench/protocol.ts'
import type { BenchTexts } from '../texts/en/bench.ts'
import { translateMessage } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import type { BackendChoice } from './plan.ts'
import {
  failedChecks,
  worstCheck,
  type BackendResult,
  type BenchResults,
  type Problem,
  type Row,
} from './results.ts'
import type { Timing } from './statistics.ts'

const names = { webgpu: 'WebGPU', wasm: 'WebAssembly', cpu: 'JavaScript' } as const

/** "WebAssembly, 4 threads". */
export const backendName = ({ backend, threads }: BackendChoice, texts: BenchTexts): string =>
  threads === undefined ? names[backend] : `${names[backend]}, ${texts.threads(threads)}`

/** Device, and how its kernels were chosen. */
export const deviceText = (result: BackendResult): string =>
  [
    getText(result, 'device'),
    result.kernels ? getText({ ...result, kernels: result.kernels }, 'kernels') : '',
  ]
    .filter(Boolean)
    .map(translateMessage)
    .join('. ')

/** Three digits at most, so that the numbers of a column can be compared: "0.41 ms", "1,240 ms". */
export const formatMilliseconds = (seconds: number): string =>
  `${Number((1000 * seconds).toPrecision(3)).toLocaleString('en')} ms`

export const timingText = ({ median, low, high }: Timing, texts: BenchTexts): string =>
  texts.timing(formatMilliseconds(median), formatMilliseconds(low), formatMilliseconds(high))

export const problemText = (problem: Problem, texts: BenchTexts): string => {
  const { problems } = texts
  switch (problem.kind) {
    case 'failed':
      return problems.failed(translateMessage(getText(problem, 'message')))
    case 'late':
      return problems.late(format.time(problem.seconds))
    case 'kernel':
      return problems.kernel(problem.name)
    case 'differs':
      return problems.differs(problem.gap.toPrecision(2))
    case 'skipped':
      return problems.skipped
    case 'noTime':
      return problems.noTime
  }
}

/** Time of a side, its number of steps, and its problems. */
export function sideText(row: Row, side: Side, texts: BenchTexts): string {
  const timing = row[side]
  return [
    ...(timing ? [timingText(timing, texts), texts.stepCount(timing.steps)] : []),
    ...row.problems.filter((each) => each.side === side).map((each) => problemText(each, texts)),
  ].join(', ')
}

export const ratioText = ({ ratio }: Row, texts: BenchTexts): string =>
  ratio === undefined ? '' : texts.times(ratio.toPrecision(3))

/** Result of the self-test of a backend. */
export function testText(result: BackendResult, texts: BenchTexts): string {
  if (result.problem) return texts.notAvailable(problemText(result.problem, texts))
  const worst = worstCheck(result)
  if (!worst) return texts.reference
  const failed = failedChecks(result)
  if (failed.length > 0)
    return texts.failed(
      failed
        .map(({ family, deviation }) =>
          texts.failure(texts.families[family], deviation.toPrecision(2)),
        )
        .join(', '),
    )
  const count = result.checks.length
  return texts.passed(count, worst.deviation.toPrecision(2), String(TOLERANCE))
}

export const rowModel = ({ job }: Row, texts: BenchTexts): string =>
  `${texts.models[job.model]}, ${texts.images(job.items)}`

/** Notices that a reader of the figures needs. */
export function noticesOf(
  { backends }: BenchResults,
  { isolated, wasHidden, broken }: { isolated: boolean; wasHidden: boolean; broken?: string },
  texts: BenchTexts,
): string[] {
  const { notices } = texts
  return [
    ...(broken === undefined ? [] : [notices.broken(broken)]),
    ...backends
      .filter((each) => failedChecks(each).length > 0)
      .map(({ choice }) => notices.failedTest(backendName(choice, texts))),
    ...backends
      .filter(({ choice, device }) => choice.backend === 'webgpu' && softwareNames.test(device))
      .map(({ device }) => notices.software(device)),
    ...(isolated ? [] : [notices.notIsolated]),
    // A server may not send the script of the threads.
    ...backends
      .filter(({ choice, threads, problem }) => !problem && threads < (choice.threads ?? 1))
      .map(({ choice, threads }) => notices.fewerThreads(backendName(choice, texts), threads)),
    ...(wasHidden ? [notices.hidden] : []),
  ]
}
