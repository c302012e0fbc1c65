// Each custom operation against its composition from stock tfjs operations, on the same device, in
// turns: `npm run bench:kernels`. Options: `--backend wasm` (webgpu), `--batch 64`, `--rounds 3`,
// `--only norm`, `--json` (one line). GFLOP/s are also given relative to the best matrix product
// measured here, GB/s relative to a copy.
import { parseArgs } from 'node:util'
import type { KernelCase } from './kernels/cases.ts'
import { kernelCases } from './kernels/cases.ts'
import type { KernelRequest, Ready, Side } from './kernels/peer.ts'
import type { LineProcess } from './processes.ts'
import { startScript } from './processes.ts'

interface Row {
  name: string
  unit: 'GFLOP/s' | 'GB/s'
  ours: number
  /** Undefined if stock tfjs does not support it. */
  stock?: number
  /** Share of the device's best rate. */
  share: number
  /** Reason for a missing stock time. */
  cannot?: string
}

/** Times of one round. */
const TIMES = 2

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      backend: { type: 'string', default: 'webgpu' },
      json: { type: 'boolean', default: false },
      batch: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string', default: '' },
    },
  })
  if (!['webgpu', 'wasm'].includes(values.backend))
    throw new Error(`Expected backend to be webgpu or wasm, got ${values.backend}.`)
  const more = values.batch ? [values.batch] : []
  const sides = {
    ours: startScript('bench/kernels/peer.ts', 'ours', values.backend, ...more),
  } as Record<Side, LineProcess>
  try {
    const ready = await sides.ours.told<Ready>()
    sides.stock = startScript('bench/kernels/peer.ts', 'stock', values.backend, `${ready.batch}`)
    await sides.stock.told<Ready>()
    const rows: Row[] = []
    for (const [index, one] of kernelCases(ready.batch).entries()) {
      if (!one.name.includes(values.only)) continue
      for (const gradients of one.withoutGradient ? [false] : [false, true]) {
        rows.push(
          await measureRow(
            sides,
            one,
            { index, gradients, times: TIMES },
            Number(values.rounds),
            ready,
          ),
        )
      }
    }
    console.log(
      values.json
        ? JSON.stringify({ ...ready, backend: values.backend, rows })
        : table(ready, rows),
    )
  } finally {
    for (const side of Object.values(sides)) await side.close()
  }
}

/** Alternates both sides, so that other load affects both alike. */
async function measureRow(
  sides: Record<Side, LineProcess>,
  one: KernelCase,
  asked: KernelRequest,
  rounds: number,
  ready: Ready,
): Promise<Row> {
  const least = { ours: Infinity, stock: Infinity }
  let cannot: string | undefined
  for (let round = 0; round < rounds; round++) {
    for (const side of ['ours', 'stock'] as const) {
      if (side === 'stock' && cannot) continue
      sides[side].tell(JSON.stringify(asked))
      const found = await sides[side].told<{ seconds?: number; cannot?: string }>()
      if (found.seconds !== undefined) least[side] = Math.min(least[side], found.seconds)
      else if (side === 'stock') cannot = found.cannot
      else throw new Error(`${one.name}: ${found.cannot}`)
    }
  }
  const work = countWork(one, asked.gradients) / 1e9
  const unit = one.flop ? 'GFLOP/s' : 'GB/s'
  return {
    name: `${one.name}${asked.gradients ? ', with gradients' : ''}`,
    unit,
    ours: work / least.ours,
    share: work / least.ours / (one.flop ? ready.product : ready.copy),
    ...(cannot ? { cannot } : { stock: work / least.stock }),
  }
}

const countWork = ({ flop, bytes, gradientBytes }: KernelCase, gradients: boolean): number =>
  flop ? (gradients ? 3 * flop : flop) : (gradients ? gradientBytes : bytes)!

function table({ device, batch, product, copy }: Ready, rows: Row[]): string {
  const shown = (value?: number) =>
    (value === undefined ? 'cannot' : value.toPrecision(3)).padStart(9)
  return [
    `${device}, batches of ${batch}; the best product of two matrices has ${product.toPrecision(3)} GFLOP/s, a copy ${copy.toPrecision(3)} GB/s`,
    `${''.padEnd(72)}${['ours', 'stock', 'times', 'of best'].map((title) => title.padStart(9)).join('')}`,
    ...rows.map(
      ({ name, unit, ours, stock, share }) =>
        `${name.padEnd(63)} ${unit.padStart(8)}${[ours, stock, stock && ours / stock, share].map(shown).join('')}`,
    ),
  ].join('\n')
}
